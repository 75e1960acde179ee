"""`parta school`: the schools of the installation."""

from argparse import ArgumentParser, Namespace
from datetime import date

from parta.cli import installation
from parta.cli.screen import Failure, say

KINDS = {"general": "школа", "college": "колледж", "centre": "центр дополнительного образования"}


def add_arguments(parser: ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="act", metavar="действие", title="действия", required=True)
    parts.add_parser("list", help="какие школы есть и по каким положениям работают")
    add = parts.add_parser("add", help="новая школа", description="Новая школа под своим положением.")
    add.add_argument("code", metavar="КОД", help="латинские буквы, цифры, дефис: school-14")
    add.add_argument("--name", metavar="НАЗВАНИЕ", required=True, help="полное название")
    add.add_argument("--short", metavar="НАЗВАНИЕ", help="короткое название (первые слова полного)")
    add.add_argument(
        "--kind", choices=sorted(KINDS), default="general", help="школа, колледж или центр (%(default)s)"
    )
    add.add_argument("--timezone", metavar="ПОЯС", default="Europe/Moscow", help="часовой пояс (%(default)s)")
    add.add_argument(
        "--preset", metavar="РЕГЛАМЕНТ", required=True, help="положение: имя из поставки или путь к файлу"
    )
    add.add_argument(
        "--since", type=date.fromisoformat, metavar="ДАТА", help="с какого дня положение действует"
    )


def run(arguments: Namespace) -> int:
    """List the schools or make one."""
    installation.load()
    installation.require_database()
    return _list() if arguments.act == "list" else _add(arguments)


def _list() -> int:
    from parta.organisation.models import School
    from parta.regulation.models import Edition

    acts: dict[int, list[str]] = {}
    for school_id, title, starts in Edition.objects.order_by("in_force_from").values_list(
        "school_id", "title", "in_force_from"
    ):
        acts.setdefault(school_id, []).append(f"{title}, с {starts:%d.%m.%Y}")
    schools = School.objects.order_by("code")
    for school in schools:
        say(f"{school.code:<20} {school.short_name} ({KINDS[school.kind]}, {school.timezone})")
        for act in acts.get(school.pk, ["без положения: правила не действуют"]):
            say(f"{'':<20} {act}")
    if not schools:
        say("Школ ещё нет. Создайте: parta school add --help")
    return 0


def _add(arguments: Namespace) -> int:
    from pathlib import Path

    from django.db import transaction

    from parta.foundation import clock
    from parta.foundation.log import SYSTEM
    from parta.organisation.actions import create_school
    from parta.organisation.acts import Refusal
    from parta.regulation.actions import adopt
    from parta.regulation.edition import PRESETS, RegulationError

    source = Path(arguments.preset)
    if not source.is_file():
        source = PRESETS / f"{arguments.preset}.toml"
    if not source.is_file():
        known = ", ".join(sorted(path.stem for path in PRESETS.glob("*.toml")))
        raise Failure(
            f"Положения «{arguments.preset}» нет.\nВ поставке: {known}; или укажите путь к своему файлу."
        )
    at = clock.now()
    try:
        with transaction.atomic():
            school = create_school(
                code=arguments.code,
                name=arguments.name,
                short_name=arguments.short or arguments.name[:80],
                kind=arguments.kind,
                timezone=arguments.timezone,
                by=SYSTEM,
                at=at,
            )
            edition = adopt(
                school_id=school.pk,
                source=source.read_text(encoding="utf-8"),
                by=SYSTEM,
                at=at,
                in_force_from=arguments.since,
            )
    except (Refusal, RegulationError) as error:
        raise Failure(str(error)) from None
    say(f"Школа «{school.short_name}» ({school.code}) создана.")
    say(f"Положение: {edition.title}, действует с {edition.in_force_from:%d.%m.%Y}.")
    say(f"Дальше — кто будет её настраивать: parta user add ФАМИЛИЯ ИМЯ ОТЧЕСТВО --school {school.code}")
    return 0
