"""`parta archive`: archives of a year: held against their digests, opened with the director's code."""

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass
from pathlib import Path

from parta.cli import installation
from parta.cli.screen import Failure, say


def add_arguments(parser: ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="act", metavar="действие", title="действия", required=True)
    verify = parts.add_parser("verify", help="сверить архивы с контрольными суммами и подписью")
    verify.add_argument(
        "files", metavar="ФАЙЛ", nargs="*", help="файлы с диска; без них все архивы установки"
    )
    verify.add_argument("--key", metavar="ФАЙЛ", help="открытый ключ учреждения (institution.pem)")
    opened = parts.add_parser("open", help="открыть архив: код спрашивается, в команде его не пишут")
    opened.add_argument("file", metavar="ФАЙЛ", help="архив с диска")
    opened.add_argument("--into", metavar="ФАЙЛ", required=True, help="куда положить открытый ZIP")
    parts.add_parser("list", help="архивы, где лежат и когда сверены")


def run(arguments: Namespace) -> int:
    """Do it; 1 when an archive is not right."""
    installation.load()
    if arguments.act == "open":
        return _open(Path(arguments.file), Path(arguments.into))
    if arguments.act == "verify" and arguments.files:
        return _verify_files([Path(name) for name in arguments.files], arguments.key)
    installation.require_database()
    return _list() if arguments.act == "list" else _verify()


def _read(place: Path) -> Path:
    if not place.is_file():
        raise Failure(f"Нет файла {place}.")
    return place


def _code() -> str:
    return getpass("Код архива: ") if sys.stdin.isatty() else sys.stdin.readline()


def _open(place: Path, into: Path) -> int:
    from parta.archive import yearfile

    if into.exists():
        raise Failure(f"{into} уже есть: назовите новый файл.")
    is_locked = _read(place).read_bytes()[:22].startswith(b"age-encryption.org/")
    try:
        data = yearfile.open_file(place, _code() if is_locked else "")
    except yearfile.Broken as broken:
        raise Failure(str(broken)) from None
    wrong = yearfile.faults_of(data)
    if wrong:
        raise Failure("Архив открыт, но изменён: " + ", ".join(wrong[:5]))
    into.write_bytes(data)
    say(f"✓ {into}: открыт, все контрольные суммы сходятся.")
    return 0


def _verify_files(places: list[Path], key: str | None) -> int:
    from parta.archive import yearfile

    wrong = 0
    for place in places:
        faults: list[str] = []
        if _read(place).suffix != ".age":
            faults = yearfile.faults_of(place.read_bytes())
        known = Path(key).read_bytes() if key else yearfile.public_key()
        if not yearfile.verify_sign(place, known):
            faults.append("подпись не та или её нет рядом")
        say(f"✗ {place}: {', '.join(faults[:5])}" if faults else f"✓ {place}: цел, подпись учреждения верна.")
        wrong += bool(faults)
    return 1 if wrong else 0


def _verify() -> int:
    from parta.archive.actions import archives
    from parta.archive.models import ArchiveUnit
    from parta.foundation import clock

    schools = ArchiveUnit.objects.order_by("school_id").values_list("school_id", flat=True).distinct()
    wrong = [row for one in schools for row in archives.verify_archives(school_id=one, at=clock.now())]
    for row in wrong:
        say(f"✗ {row.fault}")
    if not wrong:
        say(f"✓ Все архивы сходятся: {ArchiveUnit.objects.count()}.")
    return 1 if wrong else 0


def _list() -> int:
    from parta.archive.models import ArchiveUnit

    for row in ArchiveUnit.objects.select_related("year").order_by("-id"):
        state = row.fault or (f"сверен {row.checked_at:%d.%m.%Y}" if row.checked_at else "не сверен")
        lock = "под кодом" if row.is_locked else "открыт"
        say(
            f"{row.name}  {row.year.title}  {row.size >> 10} КБ  {lock}  {row.place or 'место не записано'}  {state}"
        )
    return 0
