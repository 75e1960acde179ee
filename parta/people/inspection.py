"""The veil of an inspector's window: which rows and names a request sees through it.

Whoever works in the school keeps the name, for the inspection is about their work. Everybody else is called by the
pseudonym of the window; birthdays, addresses, phones, mail, logins and former names are not there at all. Later apps
add the tables that belong to classes and days with :func:`belongs_to_class` and :func:`belongs_to_lesson`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from parta.foundation import sql, veil
from parta.foundation.nameforms import Names
from parta.people.actions.inspection import name_anew
from parta.people.models import Consent, Guardianship, Person, PersonChange, StudentOrder, User
from parta.people.viewer import Viewer, Window

_OF_CLASS: dict[str, str] = {
    "organisation_homeroom": "t.id IN ({classes})",
    "people_enrolment": "t.homeroom_id IN ({classes})",
    "people_rosterreview": "t.homeroom_id IN ({classes})",
}
_OF_DAY: dict[str, str] = {}


def belongs_to_class(table: str, condition: str) -> None:
    """Rows of `table` (as `t`) seen in a window over some classes: `{classes}` are their ids, `{real}` the schema."""
    _OF_CLASS[table] = condition


def belongs_to_day(table: str, condition: str) -> None:
    """Rows of `table` (as `t`) seen in a window over a period: between the days `{since}` and `{until}`."""
    _OF_DAY[table] = condition


@contextmanager
def drawn(viewer: Viewer) -> Iterator[veil.Veil]:
    """Answer a request of this viewer through the window. Two statements, and one more where somebody is new."""
    assert viewer.window is not None
    made = _veil(viewer, viewer.window)
    with veil.draw(made):
        yield made


def _veil(viewer: Viewer, window: Window) -> veil.Veil:
    aliases = _aliases(window.id, viewer.school.id)
    if any(label is None for _, label, _ in aliases):
        name_anew(window.id, viewer.school.id)
        aliases = _aliases(window.id, viewer.school.id)
    known: list[Names] = []

    def names() -> Names:
        if not known:
            with veil.lifted():
                known.append(_names(viewer.school.id, window, {one: label for one, label, _ in aliases}))
        return known[0]

    return veil.Veil(_tables(window), {one: shown for one, _, shown in aliases}, names)


def _aliases(window_id: int, school_id: int) -> list[sql.Row]:
    return sql.read(
        "SELECT p.id, a.label, a.shown_id FROM people_person p"
        " LEFT JOIN people_inspectionalias a ON a.inspection_id = %s AND a.person_id = p.id"
        " WHERE p.school_id = %s AND NOT EXISTS (SELECT 1 FROM people_role r WHERE r.person_id = p.id)",
        (window_id, school_id),
    )


def _names(school_id: int, window: Window, labels: dict[int, str]) -> Names:
    found = Names()
    stay = []
    for one, surname, given, patronymic, mail, phone, is_staff in sql.read(
        "SELECT p.id, p.surname, p.given_name, p.patronymic, p.email, p.phone,"
        " EXISTS (SELECT 1 FROM people_role r WHERE r.person_id = p.id) FROM people_person p WHERE p.school_id = %s",
        (school_id,),
    ):
        if is_staff or one in window.cases:
            stay.append((surname, given, patronymic))
        else:
            found.hide(surname, given, patronymic, labels.get(one) or "▒▒▒", (mail, phone))
    for before, part in sql.read(
        "SELECT c.before, c.field FROM people_personchange c WHERE c.school_id = %s"
        " AND c.field IN ('surname', 'given_name', 'patronymic') AND c.before <> ''"
        " AND NOT EXISTS (SELECT 1 FROM people_role r WHERE r.person_id = c.person_id)",
        (school_id,),
    ):
        found.hide(before if part == "surname" else "", before if part != "surname" else "", "", "▒▒▒")
    for one in stay:
        found.keep(*one)
    return found


def _tables(window: Window) -> dict[str, str]:
    real = veil.schema()
    works = f"EXISTS (SELECT 1 FROM {real}.people_role r WHERE r.person_id = t.id)"
    told = f"t.id IN ({', '.join(map(str, sorted(window.cases)))})" if window.cases else "1 = 0"
    shown = f"{works} OR {told}"
    label = (
        f"COALESCE((SELECT a.label FROM {real}.people_inspectionalias a WHERE a.inspection_id = {int(window.id)}"
        " AND a.person_id = t.id), '—')"
    )

    def unless(column: str, shown: str, instead: str) -> str:
        return f"CASE WHEN {shown} THEN t.{column} ELSE {instead} END"

    person = {
        "surname": unless("surname", shown, label),
        "given_name": unless("given_name", shown, "''"),
        "patronymic": unless("patronymic", shown, "''"),
        "has_patronymic": unless("has_patronymic", shown, "FALSE"),
        "sex": unless("sex", shown, "''"),
        "birth_date": "CAST(NULL AS DATE)",
        "email": "''",
        "phone": "''",
        "address": "''",
        "external_id": "''",
    }
    owner = f"EXISTS (SELECT 1 FROM {real}.people_role r JOIN {real}.people_person p ON p.id = r.person_id"
    replaced = {
        Person: person,
        User: {"login": unless("login", f"{owner} WHERE p.user_id = t.id)", "''")},
        PersonChange: {"before": "''", "after": "''", "ground": "''"},
        StudentOrder: {"surname": "'скрыто'", "given_name": "''"},
        Consent: {"paper_number": "''", "scope": "''", "signer_id": "CAST(NULL AS BIGINT)"},
        Guardianship: {},
    }
    tables = {}
    for model, columns in replaced.items():
        fields = (field.column for field in model._meta.concrete_fields)
        listed = ", ".join(f"{columns[one]} AS {one}" if one in columns else f"t.{one}" for one in fields)
        tables[model._meta.db_table] = f"SELECT {listed} FROM {real}.{model._meta.db_table} t"
    # Somebody who works here is shown by name: as a parent they would give away whose parent they are.
    tables["people_guardianship"] += (
        f" WHERE NOT EXISTS (SELECT 1 FROM {real}.people_role r WHERE r.person_id = t.guardian_id)"
    )
    classes = ", ".join(str(int(one)) for one in window.homerooms)
    for condition, has in ((_OF_CLASS, bool(classes)), (_OF_DAY, bool(window.since or window.until))):
        for table, words in condition.items() if has else ():
            words = words.format(
                real=real,
                classes=classes,
                since=f"'{window.since or '0001-01-01'}'",
                until=f"'{window.until or '9999-12-31'}'",
            )
            body = tables.get(table, f"SELECT t.* FROM {real}.{table} t")
            tables[table] = f"{body} {'AND' if ' WHERE ' in body else 'WHERE'} ({words})"
    return tables
