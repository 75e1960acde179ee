"""Who may write whom: the matrix of a school, and the people it offers to a viewer.

The matrix says which group may write which; nearness says whom of the group: those who teach the child, the class
teacher, the administration, pupils and parents of the own class. One's own family is always reachable.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from parta.communication.models import WritingRule
from parta.foundation import sql
from parta.foundation.language import noted, say
from parta.journal.queries.words import class_name, register_key
from parta.people.viewer import Viewer

GROUPS: Mapping[str, tuple[str, str]] = noted(
    {
        "class_teacher": ("Классный руководитель, мастер", "классному руководителю"),
        "teacher": ("Учитель", "учителю"),
        "administration": ("Администрация", "администрации"),
        "guardian": ("Родитель", "родителям"),
        "student": ("Ученик", "ученикам"),
    }
)
"""Groups of the matrix: who writes, to whom."""
CLOSED = frozenset({("guardian", "student"), ("student", "guardian")})
"""What is not allowed unless the school opens it: families of others to each other's children."""

ADMINISTRATION = ("director", "deputy", "head_of_department")
SIDES = {"guardian": "guardian", "student": "student"}


def groups_said() -> dict[str, tuple[str, str]]:
    """Groups of the matrix in the language spoken now."""
    return {code: (say(who), say(to_whom)) for code, (who, to_whom) in GROUPS.items()}


def matrix(school_id: int) -> dict[tuple[str, str], bool]:
    """The whole matrix of a school. One statement."""
    found = {(writer, reader): (writer, reader) not in CLOSED for writer in GROUPS for reader in GROUPS}
    for writer, reader, allowed in WritingRule.objects.filter(school_id=school_id).values_list(
        "writer", "reader", "is_allowed"
    ):
        found[writer, reader] = allowed
    return found


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody the viewer may write to. `is_own`: of the student's own family or of the school."""

    id: int
    name: str
    about: str
    group: str
    side: str
    is_own: bool
    has_account: bool


@dataclass(frozen=True, slots=True)
class About:
    """The student a message is about."""

    id: int
    name: str
    homeroom_id: int
    homeroom: str


def writer_groups(viewer: Viewer, homeroom_id: int | None = None) -> set[str]:
    """Groups of the matrix in which the viewer writes about a student of a homeroom."""
    found = set()
    if viewer.roles & set(ADMINISTRATION):
        found.add("administration")
    if (homeroom_id is None and viewer.homeroom_ids) or homeroom_id in viewer.homeroom_ids:
        found.add("class_teacher")
    if viewer.roles - {"guardian", "student"}:
        found.add("teacher")
    return found or ({"guardian"} if "guardian" in viewer.roles else {"student"})


_STUDENT = """
SELECT p.id, p.surname, p.given_name, h.id, h.title FROM people_enrolment e
JOIN people_person p ON p.id = e.student_id JOIN organisation_homeroom h ON h.id = e.homeroom_id
WHERE e.starts <= %s AND (e.until IS NULL OR e.until > %s) AND {scope}
ORDER BY h.grade, h.title, p.surname, p.given_name
"""


def _scope(viewer: Viewer) -> tuple[str, list[object]]:
    """A condition over `people_enrolment e`: students about whom the viewer may write."""
    values: list[object] = [viewer.school.id]
    if viewer.roles & {"director", "deputy", "secretary", "social_pedagogue"}:
        return "e.school_id = %s", values
    ways = []
    if viewer.student_ids:
        ways.append(f"e.student_id IN ({sql.marks(len(viewer.student_ids))})")
        values += viewer.student_ids
    if viewer.homeroom_ids:
        ways.append(f"e.homeroom_id IN ({sql.marks(len(viewer.homeroom_ids))})")
        values += viewer.homeroom_ids
    if viewer.roles & {"teacher", "class_teacher", "master", "head_of_department"}:
        ways.append(
            "EXISTS (SELECT 1 FROM plans_teachingload d JOIN plans_journal j ON j.id = d.journal_id"
            " WHERE d.teacher_id = %s AND d.starts <= %s AND (d.until IS NULL OR d.until > %s)"
            " AND ((j.subgroup_id IS NULL AND j.homeroom_id = e.homeroom_id) OR EXISTS ("
            " SELECT 1 FROM people_subgroupmembership m WHERE m.student_id = e.student_id"
            " AND m.subgroup_id = j.subgroup_id AND m.starts <= %s AND (m.until IS NULL OR m.until > %s))))"
        )
        values += [viewer.person_id, viewer.on, viewer.on, viewer.on, viewer.on]
    return f"e.school_id = %s AND ({' OR '.join(ways) or '1 = 0'})", values


def about_student(viewer: Viewer, student_id: int) -> About | None:
    """The student, when the viewer may write about them."""
    scope, values = _scope(viewer)
    rows = sql.read(
        _STUDENT.format(scope=f"e.student_id = %s AND {scope}"), (viewer.on, viewer.on, student_id, *values)
    )
    if not rows:
        return None
    row = rows[-1]
    return About(row[0], f"{row[1]} {row[2]}", row[3], class_name(row[4]))


def students(viewer: Viewer) -> list[tuple[int, str, list[tuple[int, str]]]]:
    """Students about whom the viewer may write, by class: homeroom, title, pupils. One statement."""
    scope, values = _scope(viewer)
    found: dict[int, tuple[int, str, list[tuple[int, str]]]] = {}
    for id, surname, given, homeroom, title in sql.read(
        _STUDENT.format(scope=scope), (viewer.on, viewer.on, *values)
    ):
        found.setdefault(homeroom, (homeroom, class_name(title), []))[2].append((id, f"{surname} {given}"))
    return list(found.values())


_NOW = "{t}.starts <= %s AND ({t}.until IS NULL OR {t}.until > %s)"
_POSTS = noted(("директор", "заместитель директора", "классный руководитель"))
"""Words that the statement below puts beside a name."""
_AROUND = f"""
SELECT 'administration' AS g, p.id, p.surname, p.given_name, p.patronymic, p.user_id,
       CASE r.kind WHEN 'director' THEN 'директор' WHEN 'deputy' THEN 'заместитель директора' ELSE '' END AS about,
       1 AS own
FROM people_role r JOIN people_person p ON p.id = r.person_id
WHERE r.school_id = %s AND r.kind IN ('director', 'deputy') AND {_NOW.format(t="r")}
UNION
SELECT 'class_teacher', p.id, p.surname, p.given_name, p.patronymic, p.user_id, 'классный руководитель', 1
FROM people_role r JOIN people_person p ON p.id = r.person_id
WHERE r.homeroom_id = %s AND r.kind IN ('class_teacher', 'master') AND {_NOW.format(t="r")}
UNION
SELECT 'teacher', p.id, p.surname, p.given_name, p.patronymic, p.user_id, s.title, 1
FROM plans_teachingload d JOIN plans_journal j ON j.id = d.journal_id JOIN organisation_subject s ON s.id = j.subject_id
JOIN people_person p ON p.id = d.teacher_id
WHERE {_NOW.format(t="d")} AND ((j.subgroup_id IS NULL AND j.homeroom_id = %s) OR j.subgroup_id IN (
    SELECT m.subgroup_id FROM people_subgroupmembership m WHERE m.student_id = %s AND {_NOW.format(t="m")}))
UNION
SELECT 'guardian', p.id, p.surname, p.given_name, p.patronymic, p.user_id, x.surname || ' ' || x.given_name,
       CASE WHEN x.id = %s THEN 1 ELSE 0 END
FROM people_enrolment e JOIN people_person x ON x.id = e.student_id
JOIN people_guardianship g ON g.student_id = x.id AND g.has_rights AND {_NOW.format(t="g")}
JOIN people_person p ON p.id = g.guardian_id
WHERE e.homeroom_id = %s AND {_NOW.format(t="e")} {{only}}
UNION
SELECT 'student', x.id, x.surname, x.given_name, '', x.user_id, '', CASE WHEN x.id = %s THEN 1 ELSE 0 END
FROM people_enrolment e JOIN people_person x ON x.id = e.student_id
WHERE e.homeroom_id = %s AND {_NOW.format(t="e")} {{only}}
ORDER BY 1, 3, 4, 2, 7
"""
"""In order: of two groups of one person the first counts, whatever way a database goes about a union."""


def addressees(viewer: Viewer, about: About) -> list[Addressee]:
    """Whom the viewer may write to about a student. Two statements.

    The family of the student, those who teach and lead the class, the administration; to families also pupils and
    parents of the class. People without an account are named so that one knows, and cannot be chosen.
    """
    on, is_family = viewer.on, about.id in viewer.student_ids
    only = "" if is_family else "AND e.student_id = %s"
    more = () if is_family else (about.id,)
    rows = sql.read(
        _AROUND.replace("{only}", only),
        (
            viewer.school.id, on, on,
            about.homeroom_id, on, on,
            on, on, about.homeroom_id, about.id, on, on,
            about.id, on, on, about.homeroom_id, on, on, *more,
            about.id, about.homeroom_id, on, on, *more,
        ),
    )  # fmt: skip
    allowed = matrix(viewer.school.id)
    groups = (
        {"student"}
        if is_oneself(viewer, about.id)
        else {"guardian"}
        if is_family
        else writer_groups(viewer, about.homeroom_id)
    )
    found: dict[int, Addressee] = {}
    for group, id, surname, given, patronymic, user, words, own in rows:
        if id == viewer.person_id:
            continue
        is_home = bool(own) and is_family and group in SIDES
        if not is_home and not any(allowed[writer, group] for writer in groups):
            continue
        known = found.get(id)
        name = " ".join(part for part in (surname, given, patronymic) if part)
        if group == "guardian":
            words = (
                say("родитель: {words}", words=words)
                if not own
                else say("родитель ученика: {words}", words=words)
            )
        elif group in ("administration", "class_teacher"):
            words = say(words)
        elif group == "student":
            words = say("ученик") if own else say("одноклассник")
        if known is not None and known.group != "guardian":
            if group == "teacher" and words not in known.about:
                found[id] = _with(known, f"{known.about}, {words}")
            continue
        found[id] = Addressee(id, name, words, group, SIDES.get(group, "staff"), bool(own), user is not None)
    order = list(GROUPS)
    return sorted(
        found.values(), key=lambda one: (not one.is_own, order.index(one.group), register_key(one.name))
    )


def _with(one: Addressee, about: str) -> Addressee:
    return Addressee(one.id, one.name, about, one.group, one.side, one.is_own, one.has_account)


def is_oneself(viewer: Viewer, student_id: int) -> bool:
    """Whether the viewer is the student."""
    return any(grant.role == "student" and grant.student_id == student_id for grant in viewer.grants)


def colleagues(viewer: Viewer) -> list[Addressee]:
    """Staff whom a member of the staff may write to. One statement; nobody for families."""
    if not viewer.roles - {"guardian", "student"}:
        return []
    rows = sql.read(
        "SELECT DISTINCT p.id, p.surname, p.given_name, p.patronymic, p.user_id FROM people_role r"
        " JOIN people_person p ON p.id = r.person_id WHERE r.school_id = %s AND r.kind <> 'inspector'"
        f" AND {_NOW.format(t='r')} AND p.id <> %s",
        (viewer.school.id, viewer.on, viewer.on, viewer.person_id),
    )
    found = [
        Addressee(
            row[0],
            " ".join(part for part in row[1:4] if part),
            "",
            "teacher",
            "staff",
            True,
            row[4] is not None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: register_key(one.name))


def class_guardians(viewer: Viewer, homeroom_id: int) -> list[tuple[Addressee, int, str]]:
    """Every guardian of a class with the student, for a letter to each; empty when it is not the viewer's."""
    if homeroom_id not in viewer.homeroom_ids and not viewer.roles & {"deputy", "director"}:
        return []
    allowed = matrix(viewer.school.id)
    if not any(allowed[writer, "guardian"] for writer in writer_groups(viewer, homeroom_id)):
        return []
    rows = sql.read(
        "SELECT p.id, p.surname, p.given_name, p.patronymic, p.user_id, x.id, x.surname, x.given_name"
        " FROM people_enrolment e JOIN people_person x ON x.id = e.student_id"
        f" JOIN people_guardianship g ON g.student_id = x.id AND g.has_rights AND {_NOW.format(t='g')}"
        " JOIN people_person p ON p.id = g.guardian_id"
        f" WHERE e.homeroom_id = %s AND e.school_id = %s AND {_NOW.format(t='e')}",
        (viewer.on, viewer.on, homeroom_id, viewer.school.id, viewer.on, viewer.on),
    )
    return [
        (
            Addressee(
                row[0], " ".join(part for part in row[1:4] if part), f"{row[6]} {row[7]}", "guardian", "guardian",
                True, row[4] is not None,
            ),
            row[5],
            f"{row[6]} {row[7]}",
        )
        for row in rows
        if row[0] != viewer.person_id
    ]  # fmt: skip


def by_id(people: Iterable[Addressee]) -> dict[int, Addressee]:
    """Addressees by their person."""
    return {one.id: one for one in people}


def unknown(ids: Sequence[int], people: Iterable[Addressee]) -> bool:
    """Whether somebody among these may not be written to, or cannot read."""
    known = by_id(people)
    return any(id not in known or not known[id].has_account for id in ids)
