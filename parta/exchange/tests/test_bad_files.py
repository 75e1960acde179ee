"""Files that cannot be taken at all: a Russian message that says what to do, never a traceback."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parta.exchange import limits
from parta.exchange.formats import FORMATS, read
from parta.exchange.located import BadFile
from parta.exchange.tests import files, old_books

TEXT = "Класс;Фамилия;Имя\n6Б;Щукина;Ольга\n6Б;Иванов;Николай\n"


def write(content: bytes, name: str = "файл.xlsx") -> Callable[[Path], Path]:
    def _write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return _write


def sized(megabytes: int) -> Callable[[Path], Path]:
    def _write(folder: Path) -> Path:
        with (folder / "большой.xlsx").open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        return folder / "большой.xlsx"

    return _write


def ole(text: str) -> bytes:
    return bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600) + text.encode("utf-16-le") + bytes(600)


def far_cell(folder: Path) -> Path:
    path = files.workbook(folder / "далеко.xlsx", {"Предметы": files.SUBJECTS})
    change = {
        "xl/worksheets/sheet1.xml": lambda xml: xml.replace(b'r="4"', b'r="1048576"').replace(
            b'r="C', b'r="XFD'
        )
    }
    return files.repacked(path, change)


def far_cell_in_quotes(folder: Path) -> Path:
    """The same beyond what a school has, with the marks of quotation that only a hostile file uses."""
    path = files.workbook(folder / "далеко.xlsx", {"Предметы": files.SUBJECTS})
    change = {"xl/worksheets/sheet1.xml": lambda xml: re.sub(rb'r="C(\d)"', rb"r = 'ccc200\1'", xml)}
    return files.repacked(path, change)


def far_cell_of_old(folder: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Ученики")
    for row, column in ((0, 0), (20_000, 200)):
        sheet.write(row, column, "Ким")
    book.save(str(folder / "далеко.xls"))
    return folder / "далеко.xls"


def error_far_and_wide(folder: Path) -> Path:
    """One error value said to stand in four million cells, and no value beside it."""
    path = old_books.ods(folder / "ошибки.ods", {"Ученики": [("#REF!",)]})
    repeat = b'table:number-columns-repeated="2000" calcext:value-type'
    change = {
        "content.xml": lambda xml: (
            xml.replace(b'office:value-type="string" office:string-value=""', b"")
            .replace(b"calcext:value-type", repeat)
            .replace(b"<table:table-row", b'<table:table-row table:number-rows-repeated="2000"')
        )
    }
    return files.repacked(path, change)


def lying(folder: Path) -> Path:
    """An archive whose directory says an entry is small, though it is not."""
    path = files.bomb(folder / "врёт.xlsx", 30)
    content = bytearray(path.read_bytes())
    size = (30 << 20).to_bytes(4, "little")
    while (at := content.rfind(size)) >= 0:
        content[at : at + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    return path


def inner_archive(folder: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("users.csv", "sourcedId\n")
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("manifest.csv", "propertyName,value\n")
        archive.writestr("set.zip", inner.getvalue())
    return folder / "a.zip"


def encrypted(folder: Path) -> Path:
    path = files.zipped(files.oneroster(folder / "set"), folder / "a.zip")
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    path.write_bytes(bytes(content))
    return path


def laughs(root: str) -> bytes:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY a0 "ha">{lines}]><{root}>&a8;</{root}>'.encode()


def fetches(root: str) -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY x SYSTEM "file:///etc/passwd">]><{root}>&x;</{root}>'.encode()


BAD = {
    "empty": (write(b""), "пуст"),
    "missing": (lambda folder: folder / "нет.xlsx", "не найден"),
    "50 MB": (sized(50), "слишком большой: 50 МБ"),
    "a picture": (write(b"\x89PNG\r\n\x1a\n" + bytes(500)), "картинка"),
    "a text named workbook": (write(b"hello there\n"), "только назван таблицей"),
    "a cut workbook": (
        lambda folder: write(files.workbook(folder / "t.xlsx", files.SCHOOL).read_bytes()[:5000])(folder),
        "повреждён",
    ),
    "a workbook under a password": (write(ole("EncryptedPackage")), "защищена паролем"),
    "a broken old workbook": (write(ole("Workbook"), "старый.xls"), "повреждена"),
    "an old workbook with a new name": (write(ole("Workbook")), "повреждена"),
    "an archive under a password": (encrypted, "закрыт паролем"),
    "a zip bomb": (lambda folder: files.bomb(folder / "бомба.xlsx"), "архивную бомбу"),
    "a zip bomb that lies": (lying, "повреждён"),
    "an archive in an archive": (inner_archive, "лежит другой архив"),
    "an error value in every cell": (error_far_and_wide, "архивную бомбу"),
    "a cell at the end of the sheet": (far_cell, "слишком велика"),
    "a cell far beyond, written otherwise": (far_cell_in_quotes, "слишком велика: 200"),
    "a cell far beyond in .xls": (far_cell_of_old, "слишком велика: 20001 строк на 201"),
    "a cell far beyond in .xlsb": (
        lambda folder: old_books.xlsb(folder / "а.xlsb", {"Ученики": [("Класс",)]}, far=(1999, 2999)),
        "слишком велика: 2000 строк на 3000",
    ),
    "a billion laughs": (write(laughs("timetable"), "t.xml"), "сущности XML"),
    "entities in FET": (write(laughs("fet"), "t.fet"), "сущности XML"),
    "a file fetched from the disk": (write(fetches("timetable"), "t.xml"), "сущности XML"),
    "broken XML": (write(files.ASC.format(encoding="utf-8").encode()[:200], "t.xml"), "повреждённый XML"),
    "XML cut in the middle of a letter": (
        write("<timetable><subjects><subject name='Алгебра".encode()[:-1], "t.xml"),
        "повреждён",
    ),
    "aSc without lessons": (write(b"<timetable><classes/></timetable>", "t.xml"), "нет классов или уроков"),
    "an XML of something else": (write(b"<html><body/></html>", "t.xml"), "Не узнать"),
    "a FET file that is none": (write(b"<html/>", "t.fet"), "нет данных FET"),
    "KOI8-R": (write(TEXT.encode("koi8-r"), "ученики.csv"), "KOI8-R"),
    "DOS": (write(TEXT.encode("cp866"), "ученики.csv"), "DOS"),
    "encoded twice": (
        write(
            "Класс;Фамилия;Отчество\n6Б;Щукина;Олеговна\n".encode().decode("cp1251").encode(), "ученики.csv"
        ),
        "двойной перекодировкой",
    ),
    "letters lost": (write(TEXT.replace("О", "\ufffd").encode(), "ученики.csv"), "потерянных"),
    "a web page named workbook": (
        write(b"<html><meta charset=utf-8><table><tr><td>1</td></tr></table></html>", "отчёт.xls"),
        "веб-страница",
    ),
    "a CSV named workbook": (write(TEXT.encode(), "ученики.xlsx"), "текст с разделителями"),
    "a quote that is never closed": (
        write('Класс;Фамилия;Имя\n6Б;"Ким;Анна\n6Б;Пак;Олег\n'.encode(), "ученики.csv"),
        "кавычка в строке 2 открыта и не закрыта",
    ),
    "more rows than any school has": (
        write(("Класс;Фамилия;Имя\n" + "6Б;Ким;Анна\n" * 50_001).encode(), "ученики.csv"),
        "больше 50000 строк",
    ),
    "a timetable that says nothing": (write(b"<timetable/>", "t.xml"), "нет классов или уроков"),
    "zeros in a text": (write(b"\x00" * 400, "ученики.csv"), "не текст"),
    "a workbook of nothing known": (
        lambda folder: files.workbook(folder / "a.xlsx", {"Меню": [("Суп", "Каша"), ("Щи", "Рис")]}),
        "Не узнать",
    ),
    "a zip of nothing known": (
        lambda folder: files.zipped(_folder_of(folder, "письмо.txt"), folder / "a.zip"),
        "нет файлов OneRoster",
    ),
}


def _folder_of(folder: Path, name: str) -> Path:
    (folder / "set").mkdir()
    (folder / "set" / name).write_text("привет")
    return folder / "set"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_a_clear_message(tmp_path: Path, name: str) -> None:
    make, words = BAD[name]
    with pytest.raises(BadFile, match=words) as raised:
        read(make(tmp_path))
    assert raised.value.message.rstrip().endswith((".", "?"))
    assert "Traceback" not in raised.value.message


def test_too_large_a_file_is_refused_before_a_byte_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sized(50)(tmp_path)
    monkeypatch.setattr(Path, "open", lambda *_, **__: pytest.fail("opened"))
    monkeypatch.setattr(Path, "read_bytes", lambda *_: pytest.fail("read"))
    with pytest.raises(BadFile, match="слишком большой"):
        read(path)


def test_the_largest_archive_allowed_is_read_and_one_byte_more_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.zipped(files.oneroster(tmp_path / "set"), tmp_path / "a.zip")
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    monkeypatch.setattr(limits, "MAX_UNPACKED", size)
    limits.open_zip(path).close()
    monkeypatch.setattr(limits, "MAX_UNPACKED", size - 1)
    with pytest.raises(BadFile, match="бомбу"):
        limits.open_zip(path)


def test_a_table_may_reach_so_far_and_no_farther() -> None:
    limits.check_reach([(0, 0), (1999, 1499)], "а.xls")
    for place in ((2000, 1499), (1999, 1500)):
        with pytest.raises(BadFile, match="слишком велика"):
            limits.check_reach([(0, 0), place], "а.xls")


def test_a_plain_doctype_is_harmless(tmp_path: Path) -> None:
    path = files.fet(tmp_path / "t.fet", {1: ("Monday", "08:30")})
    path.write_text(path.read_text().replace("<fet ", "<!DOCTYPE FET><fet ", 1))
    assert read(path).slots


# --- whatever the bytes are -----------------------------------------------------------------------------------------

QUIET = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def survives(path: Path) -> None:
    try:
        read(path)
    except BadFile as bad:
        assert bad.message


@QUIET
@given(
    content=st.binary(max_size=400),
    suffix=st.sampled_from([".xlsx", ".xls", ".ods", ".csv", ".zip", ".xml", ".fet"]),
)
def test_no_bytes_break_a_reader(tmp_path: Path, content: bytes, suffix: str) -> None:
    survives(write(content, f"f{suffix}")(tmp_path))


BLOWS = st.tuples(st.integers(0, 1_000_000), st.integers(1, 200), st.integers(0, 255))
"""Where, how many bytes, and the byte that replaces a single one."""


@QUIET
@given(data=st.data())
def test_no_damage_to_a_good_file_breaks_its_reader(tmp_path: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["xlsx", "zip", "xml", "fet", "csv", "grid"]))
    path = {
        "xlsx": lambda: files.workbook(tmp_path / "t.xlsx", files.SCHOOL),
        "grid": lambda: files.workbook(tmp_path / "g.xlsx", {"Лист": files.GRID}),
        "zip": lambda: files.zipped(files.oneroster(tmp_path / "set"), tmp_path / "t.zip"),
        "xml": lambda: files.asc(tmp_path / "t.xml"),
        "fet": lambda: files.fet(tmp_path / "t.fet", {1: ("Monday", "08:30")}, {1: "301"}),
        "csv": lambda: write(TEXT.encode(), "t.csv")(tmp_path),
    }[kind]()
    content = bytearray(path.read_bytes())
    for spot, length, byte in data.draw(st.lists(BLOWS, min_size=1, max_size=6)):
        at = spot % max(len(content), 1)  # the size of an archive is not the same twice: it holds the time
        content[at : at + length] = [] if length > 1 else [byte]
    path.write_bytes(bytes(content))
    survives(path)


CELLS = st.one_of(
    st.sampled_from(
        ["", "5а", "7к(г)", "понедельник", "вт", "1", "2 урок", "8:30-9:15", "алгебра", "англ. язык/ИКТ", "412/326",
         "с/з", "-", "*", "Петров О.И.", "перемена", "каб.", "Класс", "Фамилия", "Имя", "Предмет", "Учитель",
         "=1", "01.09.2026"]
    ),
    st.text(max_size=12).filter(lambda text: all(sign >= " " for sign in text)),
    st.integers(-5, 500),
)  # fmt: skip


@QUIET
@given(
    rows=st.lists(st.lists(CELLS, max_size=9), max_size=14),
    name=st.sampled_from(["Лист1", "Ученики", "вторник", "5А"]),
)
def test_no_table_breaks_a_reader(tmp_path: Path, rows: list[list[object]], name: str) -> None:
    survives(files.workbook(tmp_path / "t.xlsx", {name: rows}))


def test_every_format_has_the_same_face() -> None:
    for form in FORMATS:
        assert form.TITLE and callable(form.detect) and callable(form.read)
