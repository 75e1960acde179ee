"""`parta import`, `parta template`, `parta export`: arguments and what they do.

The command line sets Django up beforehand."""

from __future__ import annotations

import csv
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from parta.organisation.models import School
    from parta.people.actions import Issued

    from .apply import Progress


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `parta import`."""
    parser.add_argument(
        "file",
        metavar="ФАЙЛ",
        help="книга Excel, архив или папка OneRoster, .fet, XML aSc, расписание по классам",
    )
    parser.add_argument("--school", metavar="КОД", help="в какую школу; можно не указывать, если она одна")
    parser.add_argument(
        "--preset", metavar="КОД", help="создать школу --school под этим регламентом, если её нет"
    )
    parser.add_argument("--name", metavar="НАЗВАНИЕ", default="", help="название создаваемой школы")
    parser.add_argument(
        "--kind", choices=("general", "college", "centre"), default="general", help="вид создаваемой школы"
    )
    parser.add_argument("--apply", action="store_true", help="загрузить, не спрашивая согласия")
    parser.add_argument(
        "--skip-refused", action="store_true", help="загрузить остальное, если часть строк отвергнута"
    )
    parser.add_argument("--sheets", metavar="ЛИСТ,ЛИСТ", default="", help="какие листы расписания взять")
    parser.add_argument("--org", metavar="ID", default="", help="какую школу архива OneRoster взять")
    parser.add_argument(
        "--accounts",
        metavar="ФАЙЛ.csv",
        help="выдать учётные записи и записать логины с одноразовыми паролями сюда",
    )
    parser.add_argument("--all", action="store_true", help="показать все замечания и изменения, а не первые")


def add_template_arguments(parser: ArgumentParser) -> None:
    """Arguments of `parta template`."""
    parser.add_argument(
        "file", metavar="ФАЙЛ.xlsx", nargs="?", default="школа.xlsx", help="куда записать (%(default)s)"
    )
    parser.add_argument("--empty", action="store_true", help="без строк-образцов")
    parser.add_argument("--force", action="store_true", help="переписать существующий файл")


def add_export_arguments(parser: ArgumentParser) -> None:
    """Arguments of `parta export`."""
    parser.add_argument("file", metavar="ФАЙЛ.xlsx", help="куда записать книгу")
    parser.add_argument("--school", metavar="КОД", help="какую школу; можно не указывать, если она одна")
    parser.add_argument("--force", action="store_true", help="переписать существующий файл")


def run_export(args: Namespace, say: Callable[[str], None] = print) -> int:
    """Write a school's workbook, readable by its owner alone. Exit code 0; 1: not written; 2: no such school."""
    from parta.foundation import clock
    from parta.foundation.clock import local_date

    from . import template
    from .export import school_sheets
    from .formats.workbook import SHEETS

    school = _known_school(args)
    if school is None:
        known = ", ".join(_codes())
        say(f"Укажите школу ключом --school. Есть: {known}." if known else "Школ ещё нет.")
        return 2
    path = _new_book(args, say)
    if path is None:
        return 1
    rows = school_sheets(school, on=local_date(clock.now(), school.timezone))
    try:
        path.touch(mode=0o600)
        template.write_school(path, rows)
    except Exception as error:  # xlsxwriter wraps the system's error in one of its own
        say(f"Не удалось записать «{path}»: {_reason(error)}.")
        return 1
    listed = ", ".join(
        f"{sheet.title.lower()} – {len(rows[sheet.key])}" for sheet in SHEETS if rows[sheet.key]
    )
    say(f"Записано: {path} ({listed}). В книге персональные данные: храните её как журнал.")
    return 0


def _codes() -> list[str]:
    from parta.organisation.models import School

    return list(School.objects.values_list("code", flat=True)[:20])


def _new_book(args: Namespace, say: Callable[[str], None]) -> Path | None:
    """Where to write a workbook; None when a file stands there that may not be overwritten."""
    path = Path(args.file)
    if path.suffix.lower() != ".xlsx":
        path = path.with_name(path.name + ".xlsx")
    if path.exists() and not args.force:
        say(f"Файл «{path}» уже есть. Укажите другое имя или ключ --force.")
        return None
    return path


def run_template(args: Namespace, say: Callable[[str], None] = print) -> int:
    """Write the empty workbook. Exit code 0, or 1 when it cannot be written."""
    from . import template

    path = _new_book(args, say)
    if path is None:
        return 1
    try:
        template.write(path, with_examples=not args.empty)
    except Exception as error:  # xlsxwriter wraps the system's error in one of its own
        say(f"Не удалось записать «{path}»: {_reason(error)}.")
        return 1
    say(f"Записано: {path}. Заполните листы и выполните: parta import {path}")
    return 0


def _reason(error: Exception) -> str:
    text = str(error)
    return "нет такой папки или нет прав на запись" if "Errno" in text or isinstance(error, OSError) else text


Bars = Callable[[], AbstractContextManager["Progress"]]
"""Opens the bars of a terminal for a stretch of work; they are closed while a question is asked."""


def run(args: Namespace, say: Callable[[str], None] = print, bars: Bars | None = None) -> int:
    """Preview, consent, import. Exit code 0: done or nothing to do; 1: refused, nothing written; 2: no such school.

    Nothing is held open while a person reads the preview: teachers go on writing. A school to be made is made for the
    preview and unmade again, and made anew with the import.
    """
    from django.db import OperationalError

    from .apply import NotApplied
    from .located import BadFile

    accounts = Path(args.accounts) if args.accounts else None
    if accounts is not None and accounts.exists():
        say(f"Файл «{accounts}» уже есть: пароли в него не пишутся поверх. Укажите другое имя.")
        return 1
    try:
        return _run(args, say, bars or _no_bars, accounts)
    except BadFile as bad:
        say(bad.message)
    except NotApplied as refused:
        say(str(refused))
    except OperationalError as fault:
        say(
            f"База данных занята или не отвечает ({str(fault).strip()}). Ничего не загружено: повторите через минуту."
        )
    return 1


@contextmanager
def _no_bars() -> Iterator[Progress]:
    yield lambda _title, _done, _total: None


def _run(args: Namespace, say: Callable[[str], None], bars: Bars, accounts: Path | None) -> int:
    from django.db import transaction

    from parta.foundation import clock
    from parta.foundation.log import SYSTEM

    from . import render
    from .apply import apply, preview_of
    from .data import Options
    from .formats import read

    at = clock.now()
    options = Options(
        sheets=tuple(part.strip() for part in args.sheets.split(",") if part.strip()), org=args.org
    )
    with bars() as report:
        report(_READING, 0, 1)
        data = read(Path(args.file), options)
        total = sum(count for _, count in data.counts()) or 1
        report(_READING, 0, total)
        school = _known_school(args)
        is_new = school is None and bool(args.preset)
        if school is not None:
            plan = preview_of(data, school, at=at)
        elif is_new:
            with transaction.atomic():
                plan = preview_of(data, _new_school(args, data.school_name, at), at=at)
                transaction.set_rollback(True)
        else:
            say(_no_school(args.school))
            return 2
        report(_READING, total, total)
    for line in render.plan_lines(plan, limit=1_000_000 if args.all else 15):
        say(line)
    if is_new:
        say(f"Школа «{plan.school.short_name}» ({plan.school.code}) будет создана.")
    if not plan.changes_something and not accounts:
        return 1 if plan.refused else 0
    if plan.refused and not args.skip_refused:
        say(
            "Ничего не загружено. Исправьте отвергнутые строки и загрузите снова; ключ --skip-refused "
            "загрузит остальное."
        )
        return 1
    if not args.apply and not _agrees():
        say(
            "Ничего не загружено."
            + ("" if sys.stdin.isatty() else " Чтобы загрузить, добавьте ключ --apply.")
        )
        return 0
    agreed = plan.digest()
    with bars() as progress, transaction.atomic():
        if is_new:
            plan = preview_of(data, _new_school(args, data.school_name, at), at=at)
        done = apply(
            plan,
            by=SYSTEM,
            at=at,
            skip_refused=args.skip_refused,
            with_accounts=accounts is not None,
            agreed=agreed,
            progress=progress,
        )
    for line in render.report_lines(done):
        say(line)
    if accounts is not None:
        write_accounts(accounts, done.issued)
        say(
            f"Учётных записей выдано: {len(done.issued)}. Логины и пароли: {accounts}. Раздайте и удалите файл."
        )
    return 0


_READING: Final = "Чтение и сравнение, строк"


def _agrees() -> bool:
    if not sys.stdin.isatty():
        return False
    try:
        answer = input("Загрузить? [д/н] ")
    except EOFError:
        return False
    return answer.strip().casefold() in {"д", "да", "y", "yes"}


def _known_school(args: Namespace) -> School | None:
    """The school that is meant, when it stands already."""
    from parta.organisation.models import School

    if args.school:
        return School.objects.filter(code=args.school).first()
    schools = list(School.objects.all()[:2])
    return schools[0] if len(schools) == 1 else None


def _new_school(args: Namespace, told_name: str, at: Any) -> School:
    """Make the school under the preset. Raises NotApplied."""
    from parta.foundation.log import SYSTEM
    from parta.organisation.actions import create_school
    from parta.organisation.acts import Refusal
    from parta.regulation.actions import adopt
    from parta.regulation.edition import PRESETS

    from .apply import NotApplied

    source = PRESETS / f"{args.preset}.toml"
    if not re.fullmatch(r"[a-z0-9-]+", args.preset) or not source.is_file():
        listed = ", ".join(sorted(path.stem for path in PRESETS.glob("*.toml")))
        raise NotApplied(f"Регламента «{args.preset}» нет. Есть: {listed}.")
    name = args.name or told_name or args.school or "Школа"
    try:
        school = create_school(
            code=args.school or "school",
            name=name[:300],
            short_name=name[:80],
            kind=args.kind,
            by=SYSTEM,
            at=at,
        )
    except Refusal as refusal:
        raise NotApplied(f"Школу создать нельзя: {refusal}") from refusal
    adopt(school_id=school.pk, source=source.read_text(encoding="utf-8"), by=SYSTEM, at=at)
    return school


def _no_school(code: str | None) -> str:
    known = ", ".join(_codes())
    if code:
        return (
            f"Школы «{code}» нет. "
            + (f"Есть: {known}. " if known else "")
            + ("Чтобы создать её, добавьте --preset с кодом регламента.")
        )
    if known:
        return f"Школ несколько: {known}. Укажите одну ключом --school."
    return "Школ ещё нет. Создайте её здесь же: --school КОД --preset РЕГЛАМЕНТ."


def write_accounts(path: Path, issued: tuple[Issued, ...]) -> None:
    """Logins and one-time passwords as CSV for a spreadsheet, readable by its owner alone."""
    from parta.people.models import Person

    from .values import defused

    names = {person.pk: person for person in Person.objects.filter(pk__in=[one.person_id for one in issued])}
    path.touch(mode=0o600, exist_ok=False)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["ФИО", "Логин", "Одноразовый пароль"])
        for one in issued:
            writer.writerow([defused(names[one.person_id].full_name), one.login, one.password])
