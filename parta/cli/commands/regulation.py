"""`parta regulation`: check a regulation file, say it in plain Russian, compare two editions, list the rule kinds."""

import textwrap
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from parta.cli.screen import Failure, plural, say

if TYPE_CHECKING:
    from parta.regulation.edition import Edition

WIDTH = 100

EPILOG = """примеры:
  parta regulation check наше-положение.toml        всё ли записано верно
  parta regulation check положение.toml приказ.toml  не спорят ли акты друг с другом
  parta regulation explain goethe23                  что будет требовать журнал, пункт за пунктом
  parta regulation diff старое.toml новое.toml       что изменится для учителя
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
    kinds = part("kinds", "виды правил и их параметры")
    kinds.add_argument("name", metavar="ВИД", nargs="?", help="один вид; без него — список всех")


def run(arguments: Namespace) -> int:
    """Exit code 0: in order; 1: a file has mistakes, or acts contradict; 2: no such file or kind."""
    import parta.journal.rules  # noqa: F401  (a regulation file may name its kinds)

    acts = {"check": _check, "explain": _explain, "diff": _diff, "kinds": _kinds}
    return acts[arguments.act](arguments)


def _read(name: str) -> "Edition":
    from parta.regulation.edition import PRESETS, RegulationError, read_edition

    source = Path(name)
    if not source.is_file():
        source = PRESETS / f"{name}.toml"
    if not source.is_file() or (source.parent.resolve() == PRESETS and "/" in name):
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


def _kinds(arguments: Namespace) -> int:
    from parta.regulation.reference import kind_lines, kinds_in_order
    from parta.regulation.registry import KINDS
    from parta.regulation.words import allowed

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
