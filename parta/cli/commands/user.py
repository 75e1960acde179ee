"""`parta user`: the first person of a school who can sign in, and a way back in when a password is lost."""

from argparse import ArgumentParser, Namespace

from parta.cli import installation
from parta.cli.screen import Failure, say

ROLES = {"operator": "оператор", "deputy": "заместитель директора", "director": "директор"}


def add_arguments(parser: ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="act", metavar="действие", title="действия", required=True)
    add = parts.add_parser("add", help="человек с ролью и одноразовым паролем")
    add.add_argument("surname", metavar="ФАМИЛИЯ")
    add.add_argument("given_name", metavar="ИМЯ")
    add.add_argument("patronymic", metavar="ОТЧЕСТВО", nargs="?", default="")
    add.add_argument("--role", choices=sorted(ROLES), default="operator", help="роль (%(default)s)")
    add.add_argument("--login", metavar="ЛОГИН", default="", help="логин (из фамилии и инициалов)")
    add.add_argument("--order", metavar="№", default="", help="номер приказа")
    add.add_argument("--school", metavar="КОД", help="школа, если их несколько")
    reset = parts.add_parser("password", help="новый одноразовый пароль")
    reset.add_argument("login", metavar="ЛОГИН")


def run(arguments: Namespace) -> int:
    """Add a person or issue a new password; what is issued is shown once."""
    installation.load()
    installation.require_database()
    from parta.organisation.acts import Refusal

    try:
        return _add(arguments) if arguments.act == "add" else _reset(arguments)
    except Refusal as refusal:
        raise Failure(str(refusal)) from None


def _add(arguments: Namespace) -> int:
    from parta.foundation import clock
    from parta.foundation.log import SYSTEM
    from parta.organisation.acts import act
    from parta.organisation.models import School
    from parta.people.actions.accounts import issue_account
    from parta.people.actions.persons import create_person
    from parta.people.actions.roles import grant_role

    school_id = installation.school_by_code(arguments.school)
    school, at = School.objects.get(pk=school_id), clock.now()
    on = clock.local_date(at, school.timezone)
    with act(school_id, by=SYSTEM, at=at):
        person = create_person(
            school_id=school_id,
            surname=arguments.surname,
            given_name=arguments.given_name,
            patronymic=arguments.patronymic,
            by=SYSTEM,
            at=at,
        )
        grant_role(
            person=person, kind=arguments.role, starts=on, order_number=arguments.order, by=SYSTEM, at=at
        )
        issued = issue_account(person=person, login=arguments.login, by=SYSTEM, at=at)
    say(f"{person.full_name}, {ROLES[arguments.role]}, {school.short_name}")
    _show(issued.login, issued.password)
    return 0


def _reset(arguments: Namespace) -> int:
    from parta.foundation import clock
    from parta.foundation.log import SYSTEM
    from parta.people.actions.accounts import reset_password
    from parta.people.models import Person

    person = Person.objects.filter(user__login=arguments.login.strip().lower()).order_by("id").first()
    if person is None:
        raise Failure(f"Учётной записи «{arguments.login}» нет.")
    issued = reset_password(person=person, by=SYSTEM, at=clock.now())
    say(f"{person.full_name}: прежний пароль и открытые входы больше не действуют.")
    _show(issued.login, issued.password)
    return 0


def _show(login: str, password: str) -> None:
    say(f"  логин               {login}")
    say(f"  одноразовый пароль  {password}")
    say("Пароль больше нигде не показывается; при первом входе Парта попросит задать свой.")
