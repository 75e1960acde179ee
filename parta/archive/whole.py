"""What a page over many people was about, and whose data stood on it: its trace names the class, not the children."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from parta.foundation import sql
from parta.journal.queries.words import journal_name

_KINDS = {
    "journal": "journal",
    "homework_states": "journal",
    "lesson": "lesson",
    "lesson_board": "lesson",
    "control_work": "work",
    "school": "school",
    "archive": "school",
    "permits": "",
    "certificate": "",
    "report_kept": "",
}
"""What the number beside a page means; of all others it is a class."""

_WITH_MARKS = (
    "journal lesson homework_states control_work diary diary_of report_kept class_extracts class_reports certificate"
    " forecast paper archive school subject handed_file"
).split()
_WITH_CARDS = (
    "student_card setup_person setup_homeroom class roster roster_access roster_consents families family_timeline"
    " family_absences archive school subject"
).split()
CATEGORIES = {
    "отметки и явка": frozenset(_WITH_MARKS),
    "сведения карточек (дата рождения, телефоны, представители)": frozenset(_WITH_CARDS),
    "сведения о здоровье": frozenset({"health_sheet", "health_print", "absence_file", "school"}),
}
"""Which data stand on which pages, as the notices of an incident name them."""

_TITLES = """
SELECT 'journal', j.id, h.title, s.title, g.title, j.homeroom_id, j.subgroup_id FROM plans_journal j {of_journal}
 WHERE j.school_id = %s AND j.id IN ({journal})
UNION ALL
SELECT 'lesson', l.id, h.title, s.title, g.title, j.homeroom_id, j.subgroup_id FROM timetable_lesson l
 JOIN plans_journal j ON j.id = l.journal_id {of_journal} WHERE l.school_id = %s AND l.id IN ({lesson})
UNION ALL
SELECT 'work', a.id, h.title, s.title, g.title, j.homeroom_id, j.subgroup_id FROM journal_assessment a
 JOIN plans_journal j ON j.id = a.journal_id {of_journal} WHERE a.school_id = %s AND a.id IN ({work})
UNION ALL
SELECT 'class', h.id, h.title, '', '', h.id, CAST(NULL AS BIGINT) FROM organisation_homeroom h
 WHERE h.school_id = %s AND h.id IN ({class})
"""
_OF_JOURNAL = (
    "JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
    " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
)


@dataclass(frozen=True, slots=True)
class Whole:
    """Titles of the pages by page and number, and the students who stood on them."""

    titles: Mapping[tuple[str, int | None], str]
    students: frozenset[int]


def kind_of(page: str) -> str:
    """What the number beside a page's trace is of: journal, lesson, work, class, school; empty: of none."""
    name = page.removeprefix("export:").removeprefix("refused:")
    return _KINDS.get(name, "class")


def categories_of(pages: Collection[str]) -> set[str]:
    """Which data stood on these pages; a report of control holds marks."""
    names = {page.removeprefix("export:") for page in pages}
    names = {"report_kept" if name.startswith("report_") else name for name in names}
    return {words for words, known in CATEGORIES.items() if known & names}


def whole(school_id: int, seen: Collection[tuple[str, int | None]], first: date, last: date) -> Whole:
    """Of pages and the numbers of their traces: what they were about, and who was in those classes and groups between
    two days. Two statements, or none.
    """
    asked: dict[str, list[int]] = {kind: [] for kind in ("journal", "lesson", "work", "class")}
    for page, number in seen:
        if number is not None and kind_of(page) in asked:
            asked[kind_of(page)].append(number)
    is_school = any(kind_of(page) == "school" for page, _ in seen)
    if not is_school and not any(asked.values()):
        return Whole({}, frozenset())
    named: dict[tuple[str, int], str] = {}
    homerooms, groups = set[int](), set[int]()
    for kind, number, homeroom, subject, group, homeroom_id, group_id in sql.read(
        _TITLES.format(of_journal=_OF_JOURNAL, **{kind: sql.marks(len(ids)) for kind, ids in asked.items()}),
        [value for ids in asked.values() for value in (school_id, *ids)],
    ):
        named[kind, number] = journal_name(homeroom or "", subject or "", group or "")
        if group_id is not None:
            groups.add(group_id)
        elif homeroom_id is not None:
            homerooms.add(homeroom_id)
    everybody = "" if is_school else f" AND homeroom_id IN ({sql.marks(len(homerooms))})"
    span = (school_id, last, first)
    there = "WHERE school_id = %s AND starts <= %s AND (until IS NULL OR until > %s)"
    rows = sql.read(
        f"SELECT student_id FROM people_enrolment {there}{everybody} UNION"
        f" SELECT student_id FROM people_subgroupmembership {there} AND subgroup_id IN ({sql.marks(len(groups))})",
        [*span, *(() if is_school else sorted(homerooms)), *span, *sorted(groups)],
    )
    titles = {
        (page, number): "вся школа"
        if kind_of(page) == "school"
        else named.get((kind_of(page), number or 0), "")
        for page, number in seen
    }
    return Whole(titles, frozenset(row[0] for row in rows))
