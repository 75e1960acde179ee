"""What a class teacher answers for: the class's list and cards, the families' papers; and the overview of classes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.organisation.models import AcademicYear, Homeroom
from parta.organisation.words import class_title
from parta.people import rules
from parta.people.queries import current_year, short
from parta.people.viewer import Viewer
from parta.regulation.judge import Law

OF_SCHOOL = frozenset({"director", "deputy", "operator", "secretary"})
"""Roles that see the class data of the whole school."""

_LIVE = "{0}.starts <= %s AND ({0}.until IS NULL OR {0}.until > %s)"


def may_keep(viewer: Viewer, homeroom_id: int) -> bool:
    """Whether the viewer corrects this class's data: its class teacher or master, or the deputy head."""
    return "deputy" in viewer.roles or homeroom_id in viewer.homeroom_ids


def roster_of(viewer: Viewer, homeroom_id: int) -> Homeroom | None:
    """A class whose data the viewer may look at; None for any other."""
    rows = Homeroom.objects.filter(school_id=viewer.school.id, pk=homeroom_id).select_related(
        "year", "school"
    )
    if not viewer.roles & OF_SCHOOL:
        rows = rows.filter(pk__in=viewer.homeroom_ids)
    return rows.first()


def keeps_student(viewer: Viewer, student_id: int) -> bool:
    """Whether the viewer corrects this student's card: a deputy head, or the class teacher of the class of today."""
    if "deputy" in viewer.roles:
        return True
    if not viewer.homeroom_ids:
        return False
    return bool(
        sql.read(
            f"SELECT 1 FROM people_enrolment e WHERE e.student_id = %s AND {_LIVE.format('e')}"
            f" AND e.homeroom_id IN ({sql.marks(len(viewer.homeroom_ids))}) LIMIT 1",
            [student_id, viewer.on, viewer.on, *viewer.homeroom_ids],
        )
    )


@dataclass(frozen=True, slots=True)
class Kin:
    """A guardian with rights, as the class's pages show one."""

    id: int
    name: str
    relation: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student of the class with what is missing."""

    id: int
    name: str
    birth_date: date | None
    phone: str
    address: str
    starts: date
    order_number: str
    kin: tuple[Kin, ...]
    missing: tuple[str, ...]
    """Empty fields, in words."""
    same_as: str
    """Another student of the class with the same name and birth date: one of two is a slip."""
    needs_order: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody came or went."""

    on: date
    name: str
    student_id: int
    came: bool
    order_number: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review that was made, in the school's time."""

    at: datetime
    name: str
    students: int
    changes: int


@dataclass(frozen=True, slots=True)
class TurnLine:
    """A span in which the class is to be looked through, and whether it was."""

    words: str
    starts: date
    until: date
    done_on: date | None
    is_over: bool
    law: rules.Cited


@dataclass(frozen=True, slots=True)
class RosterPage:
    """The class's list with what is missing in it, who came and went, and its reviews."""

    teacher: str
    pupils: list[Pupil]
    movements: list[Movement]
    reviews: list[ReviewLine]
    turns: list[TurnLine]
    fields: list[tuple[str, int]]
    """Required fields and how many students lack each."""
    law: rules.Cited
    closed: bool
    """Whether some cards are closed for want of a consent."""

    @property
    def gaps(self) -> int:
        return sum(bool(one.missing) for one in self.pupils)

    @property
    def overdue(self) -> list[TurnLine]:
        return [turn for turn in self.turns if turn.is_over and turn.done_on is None]


def required_fields(law: Law, on: date) -> tuple[list[str], rules.Cited]:
    """Codes of fields that must be filled, in the order of the card, and the clauses; all when no act names them."""
    found = [rule for rule in rules.rules(law, on, "profile_complete") if not rule.params.lists]
    wanted = rules.ProfileComplete().fields if not found else frozenset()
    wanted = wanted.union(*(rule.params.fields for rule in found))
    return [code for code in rules.PROFILE_FIELDS if code in wanted], rules.cited(found)


_PUPILS = """
SELECT p.id, p.surname, p.given_name, p.patronymic, p.birth_date, p.phone, p.email, p.address,
    e.starts, e.until, e.order_number, e.left_order, y.starts
FROM people_enrolment e JOIN people_person p ON p.id = e.student_id
JOIN organisation_homeroom h ON h.id = e.homeroom_id JOIN organisation_academicyear y ON y.id = h.year_id
WHERE e.school_id = %s AND e.homeroom_id = %s ORDER BY p.surname, p.given_name, p.patronymic, p.id, e.starts"""

_RELATIONS = {"mother": "мать", "father": "отец", "guardian": "опекун", "other": "представитель"}


def kin_of(student_ids: Sequence[int], on: date) -> dict[int, tuple[Kin, ...]]:
    """Guardians with rights on a day, by student. One statement."""
    found: dict[int, list[Kin]] = defaultdict(list)
    if student_ids:
        for student_id, id, surname, given, patronymic, relation, phone, email in sql.read(
            "SELECT g.student_id, p.id, p.surname, p.given_name, p.patronymic, g.relation, p.phone, p.email"
            " FROM people_guardianship g JOIN people_person p ON p.id = g.guardian_id"
            f" WHERE g.student_id IN ({sql.marks(len(student_ids))}) AND g.has_rights AND {_LIVE.format('g')}"
            " ORDER BY g.relation, p.surname, p.id",
            [*student_ids, on, on],
        ):
            name = " ".join(part for part in (surname, given, patronymic) if part)
            found[student_id].append(Kin(id, name, _RELATIONS.get(relation, ""), phone, email))
    return {key: tuple(value) for key, value in found.items()}


def roster_page(viewer: Viewer, homeroom: Homeroom) -> RosterPage:
    """The class on the viewer's day. A constant number of statements, whatever the size of the class."""
    on, law = viewer.on, rules.law_of(viewer)
    rows = sql.read(_PUPILS, (viewer.school.id, homeroom.pk))
    now = [row for row in rows if row[8] <= on and (row[9] is None or row[9] > on)]
    ids = [row[0] for row in now]
    kin = kin_of(ids, on)
    closed = rules.without_consent(law, on, ids, "card")
    codes, law_words = required_fields(law, on)
    twins: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row in now:
        twins[row[1:5]].append(row[0])
    pupils = []
    for row in now:
        id, surname, given, patronymic, birth, phone, email, address, starts, _, order, *_ = row
        parents = kin.get(id, ())
        empty = {
            "full_name": not (surname and given),
            "birth_date": birth is None,
            "address": not address,
            "phone": not (phone or email or any(one.phone for one in parents)),
            "parent": not parents,
            "parent_full_name": not any(" " in one.name for one in parents),
            "parent_relation": not any(one.relation for one in parents),
            "parent_contact": not any(one.phone or one.email for one in parents),
        }
        is_closed = id in closed
        hidden = ("birth_date", "address", "phone") if is_closed else ()
        missing = [rules.PROFILE_FIELDS[code] for code in codes if empty[code] and code not in hidden]
        pupils.append(
            Pupil(
                id,
                " ".join(part for part in (surname, given, patronymic) if part),
                None if is_closed else birth,
                "" if is_closed else phone,
                "" if is_closed else address,
                starts,
                order,
                parents,
                tuple((["согласие"] if is_closed else []) + missing),
                "тёзка с той же датой рождения" if birth and len(twins[row[1:5]]) > 1 else "",
                not order,
            )
        )
    movements = [
        Movement(row[8], short(row[1], row[2], row[3]), row[0], True, row[10])
        for row in rows
        if row[8] > row[12]
    ] + [
        Movement(row[9], short(row[1], row[2], row[3]), row[0], False, row[11])
        for row in rows
        if row[9] is not None and row[9] > row[8]
    ]
    zone = ZoneInfo(viewer.school.timezone)
    reviews = [
        (
            day,
            ReviewLine(
                sql.aware(at).astimezone(zone),
                short(surname, given, patronymic) if surname else "учётная запись",
                students,
                changes,
            ),
        )
        for day, at, students, changes, surname, given, patronymic in sql.read(
            "SELECT w.day, w.at, w.students, w.changes, p.surname, p.given_name, p.patronymic"
            " FROM people_rosterreview w LEFT JOIN people_person p ON p.user_id = w.user_id"
            " AND p.school_id = w.school_id WHERE w.homeroom_id = %s ORDER BY w.at DESC LIMIT 40",
            (homeroom.pk,),
        )
    ]
    teacher = sql.read(
        "SELECT p.surname, p.given_name, p.patronymic FROM people_role r JOIN people_person p ON p.id = r.person_id"
        f" WHERE r.homeroom_id = %s AND r.kind IN ('class_teacher', 'master') AND {_LIVE.format('r')} ORDER BY r.id",
        (homeroom.pk, on, on),
    )
    return RosterPage(
        ", ".join(short(*row) for row in teacher),
        pupils,
        sorted(movements, key=lambda one: one.on, reverse=True),
        [line for _, line in reviews],
        _turn_lines(law, on, homeroom.year, [day for day, _ in reviews]),
        [
            (rules.PROFILE_FIELDS[code], sum(rules.PROFILE_FIELDS[code] in one.missing for one in pupils))
            for code in codes
        ],
        law_words,
        bool(closed),
    )


def _turn_lines(law: Law, on: date, year: AcademicYear, days: Sequence[date]) -> list[TurnLine]:
    lines = []
    for turn in rules.review_turns(law, on, year.starts, year.until):
        done = max((day for day in days if turn.starts <= day < turn.until), default=None)
        lines.append(TurnLine(turn.words, turn.starts, turn.until, done, turn.until <= on, turn.law))
    return lines


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A class in the overview."""

    id: int
    title: str
    grade: int | None
    teacher: str
    students: int
    reviewed_on: date | None
    overdue: tuple[rules.RosterFinding, ...]
    lacking: int
    """Students for whom a needed consent is not given."""
    refusals: int
    """Students whose family refused or asked for paper."""
    accounts: int
    """Students with an account of their own or of a guardian."""
    without_order: int


def rosters(viewer: Viewer) -> list[RosterLine]:
    """The classes whose data the viewer may look at, with what is due in each. A constant number of statements."""
    on, law = viewer.on, rules.law_of(viewer)
    year = current_year(viewer)
    if year is None:
        return []
    rows = sql.read(
        "SELECT h.id, h.title, h.grade, (SELECT MAX(w.day) FROM people_rosterreview w WHERE w.homeroom_id = h.id)"
        " FROM organisation_homeroom h WHERE h.school_id = %s AND h.year_id = %s"
        " ORDER BY COALESCE(h.grade, 99), h.title",
        (viewer.school.id, year.pk),
    )
    if not viewer.roles & OF_SCHOOL:
        rows = [row for row in rows if row[0] in viewer.homeroom_ids]
    teachers: dict[int, list[str]] = defaultdict(list)
    for homeroom_id, *name in sql.read(
        "SELECT r.homeroom_id, p.surname, p.given_name, p.patronymic FROM people_role r"
        " JOIN people_person p ON p.id = r.person_id WHERE r.school_id = %s AND r.homeroom_id IS NOT NULL"
        f" AND r.kind IN ('class_teacher', 'master') AND {_LIVE.format('r')} ORDER BY r.id",
        (viewer.school.id, on, on),
    ):
        teachers[homeroom_id].append(short(*name))
    places: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for homeroom_id, student_id, order in sql.read(
        "SELECT e.homeroom_id, e.student_id, e.order_number FROM people_enrolment e"
        f" WHERE e.school_id = %s AND {_LIVE.format('e')}",
        (viewer.school.id, on, on),
    ):
        places[homeroom_id].append((student_id, order))
    states = school_consents(viewer)
    needed = {
        kind for before in ("card", "electronic_access") for kind, _ in rules.consents_needed(law, on, before)
    }
    reached = {
        row[0]
        for row in sql.read(
            "SELECT e.student_id FROM people_enrolment e JOIN people_person p ON p.id = e.student_id"
            f" WHERE e.school_id = %s AND {_LIVE.format('e')} AND (p.user_id IS NOT NULL OR EXISTS (SELECT 1"
            " FROM people_guardianship g JOIN people_person q ON q.id = g.guardian_id WHERE g.student_id = p.id"
            f" AND g.has_rights AND {_LIVE.format('g')} AND q.user_id IS NOT NULL))",
            (viewer.school.id, on, on, on, on),
        )
    }
    late: dict[int, list[rules.RosterFinding]] = defaultdict(list)
    for finding in rules.overdue_reviews(law, viewer.school.id, on):
        late[finding.homeroom_id].append(finding)
    return [
        RosterLine(
            id,
            class_title(title),
            grade,
            ", ".join(teachers.get(id, [])),
            len(places.get(id, [])),
            date.fromisoformat(reviewed) if isinstance(reviewed, str) else reviewed,
            tuple(late.get(id, ())),
            sum(
                any(states.get((student, kind)) != "given" for kind in needed)
                for student, _ in places.get(id, [])
            ),
            sum(_on_paper(states, student) for student, _ in places.get(id, [])),
            sum(student in reached for student, _ in places.get(id, [])),
            sum(not order for _, order in places.get(id, [])),
        )
        for id, title, grade, reviewed in rows
    ]


def school_consents(viewer: Viewer) -> dict[tuple[int, str], str]:
    """The state that counts today of every paper of the school, by student and kind. One statement."""
    found: dict[tuple[int, str], str] = {}
    for student_id, kind, state in sql.read(
        "SELECT student_id, kind, state FROM people_consent WHERE school_id = %s AND signed_on <= %s"
        " ORDER BY signed_on, id",
        (viewer.school.id, viewer.on),
    ):
        found[student_id, kind] = state
    return found


def _on_paper(states: dict[tuple[int, str], str], student_id: int) -> bool:
    return states.get((student_id, "paper")) == "given" or any(
        states.get((student_id, kind)) in ("refused", "withdrawn") for kind in ("personal_data", "placement")
    )


# ── consents of a class ──


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that counts, or counted before."""

    kind: str
    state: str
    signed_on: date
    number: str
    signer: str
    scope: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A student's papers, the latest of each kind, and all before."""

    id: int
    name: str
    kin: tuple[Kin, ...]
    latest: dict[str, Paper]
    history: tuple[Paper, ...]

    @property
    def on_paper(self) -> bool:
        """Whether the family is told on paper: it asked for that, or refused or withdrew a consent."""
        if "paper" in self.latest and self.latest["paper"].state == "given":
            return True
        return any(
            self.latest[kind].state != "given"
            for kind in ("personal_data", "placement")
            if kind in self.latest
        )


def papers_of(viewer: Viewer, student_ids: Sequence[int]) -> dict[int, list[Paper]]:
    """All papers of these students, the oldest first. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    found: dict[int, list[Paper]] = defaultdict(list)
    if student_ids:
        for row in sql.read(
            "SELECT c.student_id, c.kind, c.state, c.signed_on, c.paper_number, s.surname, s.given_name, s.patronymic,"
            " c.scope, c.recorded_at, r.surname, r.given_name, r.patronymic FROM people_consent c"
            " LEFT JOIN people_person s ON s.id = c.signer_id"
            " LEFT JOIN people_person r ON r.user_id = c.recorded_by AND r.school_id = c.school_id"
            f" WHERE c.student_id IN ({sql.marks(len(student_ids))}) ORDER BY c.signed_on, c.id",
            list(student_ids),
        ):
            student, kind, state, signed, number, s1, s2, s3, scope, at, r1, r2, r3 = row
            found[student].append(
                Paper(
                    kind,
                    state,
                    signed,
                    number,
                    " ".join(part for part in (s1, s2, s3) if part),
                    scope,
                    sql.aware(at).astimezone(zone),
                    short(r1, r2, r3) if r1 else "",
                )
            )
    return found


def consent_lines(viewer: Viewer, homeroom_id: int) -> list[ConsentLine]:
    """The students of a class on the viewer's day with their papers. Three statements."""
    on = viewer.on
    rows = sql.read(
        "SELECT p.id, p.surname, p.given_name, p.patronymic FROM people_enrolment e"
        f" JOIN people_person p ON p.id = e.student_id WHERE e.school_id = %s AND e.homeroom_id = %s"
        f" AND {_LIVE.format('e')} ORDER BY p.surname, p.given_name, p.patronymic, p.id",
        (viewer.school.id, homeroom_id, on, on),
    )
    ids = [row[0] for row in rows]
    kin, papers = kin_of(ids, on), papers_of(viewer, ids)
    return [
        ConsentLine(
            id,
            " ".join(part for part in name if part),
            kin.get(id, ()),
            {paper.kind: paper for paper in papers.get(id, ()) if paper.signed_on <= on},
            tuple(papers.get(id, ())),
        )
        for id, *name in rows
    ]


# ── history of a card ──


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A field of a card as it was, until when, and who changed it."""

    field_name: str
    before: str
    after: str
    at: datetime
    name: str
    ground: str = ""


FIELD_WORDS = {
    "surname": "фамилия",
    "given_name": "имя",
    "patronymic": "отчество",
    "sex": "пол",
    "birth_date": "дата рождения",
    "email": "почта",
    "phone": "телефон",
    "address": "адрес",
}


def card_history(viewer: Viewer, person_ids: Sequence[int], *, names_only: bool = False) -> list[ChangeLine]:
    """What was corrected in these people's cards, the latest first; of a closed card the names only. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    if not person_ids:
        return []
    return [
        ChangeLine(
            str(FIELD_WORDS.get(name, name)),
            _plain(name, before),
            _plain(name, after),
            sql.aware(at).astimezone(zone),
            short(s1, s2, s3) if s1 else "загрузка",
            ground,
        )
        for name, before, after, ground, at, s1, s2, s3 in sql.read(
            "SELECT c.field, c.before, c.after, c.ground, c.at, p.surname, p.given_name, p.patronymic"
            " FROM people_personchange c LEFT JOIN people_person p ON p.user_id = c.user_id"
            f" AND p.school_id = c.school_id WHERE c.person_id IN ({sql.marks(len(person_ids))})"
            + (" AND c.field IN ('surname', 'given_name', 'patronymic')" if names_only else "")
            + " ORDER BY c.at DESC, c.id DESC LIMIT 60",
            list(person_ids),
        )
    ]


def _plain(name: str, value: str) -> str:
    if name == "birth_date" and len(value) == 10:
        return f"{value[8:]}.{value[5:7]}.{value[:4]}"
    if name == "sex":
        return {"f": "женский", "m": "мужской"}.get(value, value)
    return value
