"""`parta regulation`: check a file, say it in plain Russian, compare editions, try one on the past, list the kinds."""

import sys
import textwrap
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from parta.cli import installation
from parta.cli.commands.demo import day
from parta.cli.screen import Failure, plural, say

if TYPE_CHECKING:
    from parta.regulation.edition import Edition

WIDTH = 100

EPILOG = """примеры:
  parta regulation check наше-положение.toml        всё ли записано верно
  parta regulation check положение.toml приказ.toml  не спорят ли акты друг с другом
  parta regulation explain goethe23                  что будет требовать журнал, пункт за пунктом
  parta regulation diff старое.toml новое.toml       что изменится для учителя
  parta regulation try новое.toml --school школа     что новая редакция остановила бы в прошлом месяце
  parta regulation kinds mark_deadline               какие у вида правил параметры

Как написать положение по печатному документу: docs/user/polozhenie.md"""


def add_arguments(parser: ArgumentParser) -> None:
    parser.epilog = EPILOG
    parts = parser.add_subparsers(dest="act", metavar="действие", title="действия", required=True)

    def part(name: str, line: str) -> ArgumentParser:
        made: ArgumentParser = parts.add_parser(
            name,
            help=line,
            description=line[0].upper() + line[1:] + ".",
            formatter_class=RawDescriptionHelpFormatter,
        )
        return made

    what = "файл положения или имя из поставки: goethe23, kemerovo-ct, egorievsk-college, ipatovo1, dubrovo"
    check = part("check", "проверить файл: ошибки с номером строки и допустимыми словами")
    check.add_argument("files", metavar="ФАЙЛ", nargs="+", help=f"{what}; несколько — проверить их вместе")
    explain = part("explain", "рассказать простыми словами, что будет требовать журнал")
    explain.add_argument("file", metavar="ФАЙЛ", help=what)
    diff = part("diff", "что изменится, если вместо одной редакции действует другая")
    diff.add_argument("old", metavar="БЫЛО", help=what)
    diff.add_argument("new", metavar="СТАЛО", help=what)
    trial = part(
        "try", "примерить редакцию на уже записанное: что она остановила бы и нашла; ничего не меняет"
    )
    trial.add_argument("file", metavar="ФАЙЛ", help=what)
    trial.add_argument("--school", metavar="КОД", help="школа, если их несколько")
    trial.add_argument("--since", type=day, metavar="ДАТА", help="с какого урока (месяц назад)")
    trial.add_argument("--until", type=day, metavar="ДАТА", help="по какой урок (сегодня)")
    kinds = part("kinds", "виды правил и их параметры")
    kinds.add_argument("name", metavar="ВИД", nargs="?", help="один вид; без него — список всех")
    kinds.add_argument("--page", action="store_true", help="вся справка страницей руководства")


def run(arguments: Namespace) -> int:
    """Exit code 0: in order; 1: a file has mistakes, or acts contradict; 2: no such file or kind."""
    load_kinds()
    acts = {"check": _check, "explain": _explain, "diff": _diff, "try": _try, "kinds": _kinds}
    return acts[arguments.act](arguments)


def load_kinds() -> None:
    """Declare every kind of rule of every app, so that a regulation file may name it."""
    installation.load()
    from django.conf import settings

    for app in settings.APPS:
        package = f"parta.{app}.rules"
        if find_spec(package) and getattr(import_module(package), "__path__", None):
            if find_spec(f"{package}.watches"):
                import_module(f"{package}.watches")


def _read(name: str) -> "Edition":
    from parta.regulation.edition import PRESETS, RegulationError, read_edition

    source = Path(name)
    if not source.is_file() and source.name == name:
        source = PRESETS / f"{name}.toml"
    if not source.is_file():
        known = ", ".join(sorted(path.stem for path in PRESETS.glob("*.toml")))
        raise Failure(f"Файла «{name}» нет.\nУкажите путь к файлу или имя из поставки: {known}.", code=2)
    try:
        return read_edition(source)
    except OSError as error:
        raise Failure(f"Файл «{name}» не читается: {error.strerror}.", code=2) from None
    except RegulationError as error:
        lines = "\n".join(f"  {problem}" for problem in error.problems)
        count = plural(len(error.problems), "ошибка", "ошибки", "ошибок")
        raise Failure(f"{name}: {count}\n{lines}") from None


def _check(arguments: Namespace) -> int:
    from parta.regulation.edition import MISSING
    from parta.regulation.judge import contradictions

    found: list[Edition] = []
    failures: list[str] = []
    for name in arguments.files:
        try:
            found.append(_read(name))
        except Failure as failure:
            if failure.code != 1:
                raise
            failures.append(str(failure))
    if failures:
        raise Failure("\n".join(failures))
    for edition in found:
        rules = plural(len(edition.entries), "правило", "правила", "правил")
        clauses = len({clause.id for entry in edition.entries for clause in entry.clauses})
        say(f"{edition.short}: {rules}, {plural(clauses, 'пункт', 'пункта', 'пунктов')}. Ошибок нет.")
        for setting in edition.settings:
            if setting.value is MISSING:
                say(f"  строка {setting.line}: настройка «{setting.title}» без значения — её правила ждут")
    open_ends = contradictions(found)
    for problem in open_ends:
        say(f"  {problem}")
    return 1 if open_ends else 0


def _explain(arguments: Namespace) -> int:
    from parta.regulation.coverage import STATES
    from parta.regulation.explain import explained

    edition = _read(arguments.file)
    say(edition.title)
    say(f"Действует с {edition.in_force_from:%d.%m.%Y}" + _until(edition) + ".")
    if edition.approved_by:
        say(f"Утверждает: {', '.join(filter(None, (edition.approved_by, edition.number)))}.")
    for one in explained(edition):
        say()
        say(f"{', '.join(one.clauses)} — {one.title}" + (f" ({one.whom})" if one.whom else ""))
        for sentence in one.says:
            _line(f"{sentence[:1].upper()}{sentence[1:]}.")
        if one.breach:
            _line(f"Если нарушено: {one.breach}.")
        if one.duty:
            _line(f"{one.duty[:1].upper()}{one.duty[1:]}.")
        for choice in filter(None, one.choices):
            _line(f"Решает школа: {choice}.")
        if one.span:
            _line(f"Действует {one.span}.")
    if not edition.entries:
        say("Правил в файле нет: журнал примет любую запись.")
    for state, clauses in edition.others:
        say()
        say(f"{STATES[state][0][:1].upper()}{STATES[state][0][1:]}: {STATES[state][1]}.")
        _line(", ".join(dict.fromkeys(clause.printed for clause in clauses)) + ".")
    return 0


def _line(text: str) -> None:
    say(textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  "))


def _until(edition: "Edition") -> str:
    if edition.in_force_until is None:
        return ""
    return f" по {edition.in_force_until - timedelta(days=1):%d.%m.%Y}"


def _diff(arguments: Namespace) -> int:
    from parta.regulation.compare import difference

    old, new = _read(arguments.old), _read(arguments.new)
    found = difference(old, new)
    for line in found.head:
        say(line[:1].upper() + line[1:])
    for title, changes in (
        ("Добавлено", found.added),
        ("Убрано", found.removed),
        ("Изменено", found.changed),
    ):
        if changes:
            say(f"\n{title}: {len(changes)}")
        for one in changes:
            say(f"  {', '.join(one.clauses)} — {one.title}: {one.says}")
            for line in one.lines:
                say(f"      {line}")
    if found.settings:
        say("\nНастройки")
        for line in found.settings:
            say(f"  {line}")
    if found.is_empty:
        say("Журнал будет вести себя по-прежнему.")
    else:
        say(f"\nБез изменений: {plural(found.same, 'правило', 'правила', 'правил')}.")
    return 0


def _try(arguments: Namespace) -> int:
    draft = _read(arguments.file)
    installation.load()
    from parta.control.rehearsal import rehearse
    from parta.foundation import clock
    from parta.organisation.models import School
    from parta.regulation.queries import law as law_of_school
    from parta.timetable.calendar import calendar_of

    school = School.objects.get(pk=installation.school_by_code(arguments.school))
    at = clock.now()
    until = arguments.until or clock.local_date(at, school.timezone)
    since = arguments.since or until - timedelta(days=30)
    if since > until:
        raise Failure("Первый день позже последнего.", code=2)
    law = law_of_school(school.id, school.law_version)
    calendar = calendar_of(school.id, school.timezone, school.law_version)
    found = rehearse(law, school.id, draft, since=since, until=until, at=at, calendar=calendar)
    say(f"{draft.title}: уроки {since:%d.%m.%Y} – {until:%d.%m.%Y}, {school.short_name}")
    say(f"Записей проверено: {found.writes}.")
    shown = False
    for title, changes in (
        ("Остановила бы или отметила, а сейчас проходит", found.stricter),
        ("Пропустила бы, а сейчас не проходит или с пометкой", found.milder),
        ("Нашла бы просроченным", found.found),
        ("Больше не считала бы просроченным", found.lifted),
    ):
        if not changes:
            continue
        shown = True
        say(f"\n{title}")
        for one in changes:
            times = plural(one.count, "раз", "раза", "раз")
            say(f"  {one.cite or one.kind} — {one.answer}: {times}")
            for example in one.examples[:3]:
                _line(f"    {example.date:%d.%m.%Y}, {example.title}: {example.text}")
    for entry in found.asleep:
        say(f"  {entry}: ждёт настройки без значения, не примерено")
    for entry in found.untried:
        say(f"  {entry}: смотрит не только на саму запись, не примерено")
    if not shown:
        left = "В остальном ж" if found.asleep or found.untried else "Ж"
        say(f"{left}урнал вёл бы себя так же, как сейчас.")
    return 0


def _kinds(arguments: Namespace) -> int:
    from parta.regulation.reference import kind_lines, kinds_in_order, page
    from parta.regulation.registry import KINDS
    from parta.regulation.words import allowed

    if arguments.page:
        sys.stdout.write(page())
        return 0
    if arguments.name is None:
        for shape, kinds in kinds_in_order():
            say(f"\n{shape}")
            for kind in kinds:
                say(f"  {kind.name:<26} {kind.title}")
        return 0
    if arguments.name not in KINDS:
        raise Failure(f"Вида «{arguments.name}» нет; {allowed(arguments.name, KINDS)}.", code=2)
    for line in kind_lines(KINDS[arguments.name]):
        say(line)
    return 0
