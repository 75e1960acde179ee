"""Editions put forward: what one would change, and whether it contradicts the acts in force."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.people.viewer import Viewer
from parta.regulation.actions import acts_beside, clashes
from parta.regulation.compare import Difference, difference
from parta.regulation.edition import MISSING, PRESETS, Edition, RegulationError, parse_edition
from parta.regulation.explain import Explained, explained
from parta.regulation.models import Edition as EditionRow
from parta.regulation.models import EditionDraft
from parta.regulation.queries import law as law_of_school


@dataclass(frozen=True, slots=True)
class DraftLine:
    """An edition put forward, in a list."""

    id: int
    title: str
    file_name: str
    at: datetime
    by: str
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class DraftPage:
    """An edition put forward with what it would change."""

    line: DraftLine
    edition: Edition | None
    """None: the file can no longer be read."""
    faults: tuple[str, ...]
    """What blocks the approval."""
    sleeping: tuple[str, ...]
    """Settings without a value: their rules would wait."""
    replaces: str
    """The edition of the same act in force, in words; empty for an act the school has not had."""
    change: Difference | None
    rules: tuple[Explained, ...]
    earliest: date
    suggested: date


def drafts(viewer: Viewer) -> tuple[DraftLine, ...]:
    """The editions put forward, those that wait first. Two statements."""
    rows = list(
        EditionDraft.objects.filter(school_id=viewer.school.id)
        .defer("source")
        .order_by("-proposed_at", "-id")
    )
    rows.sort(key=lambda row: row.state != "waiting")
    users = sorted({row.proposed_by_id for row in rows if row.proposed_by_id})
    names: dict[int, str] = dict(
        sql.read(
            f"SELECT user_id, surname FROM people_person WHERE user_id IN ({sql.marks(len(users))})", users
        )
        if users
        else []
    )
    return tuple(_line(viewer, row, names.get(row.proposed_by_id or 0, "")) for row in rows[:50])


def _line(viewer: Viewer, row: EditionDraft, name: str) -> DraftLine:
    zone = ZoneInfo(viewer.school.timezone)
    return DraftLine(
        id=row.pk,
        title=row.title,
        file_name=row.file_name,
        at=row.proposed_at.astimezone(zone),
        by=name,
        state=row.state,
        said=row.get_state_display(),
    )


def draft_page(viewer: Viewer, draft_id: int) -> DraftPage | None:
    """One edition put forward; None when the school has no such. Five statements at most."""
    row = EditionDraft.objects.filter(school_id=viewer.school.id, id=draft_id).first()
    if row is None:
        return None
    names: dict[int, str] = dict(
        sql.read("SELECT user_id, surname FROM people_person WHERE user_id = %s", (row.proposed_by_id or 0,))
    )
    line = _line(viewer, row, names.get(row.proposed_by_id or 0, ""))
    tomorrow = viewer.on + timedelta(days=1)
    try:
        edition = parse_edition(row.source)
    except RegulationError as error:
        faults = tuple(map(str, error.problems))
        return DraftPage(line, None, faults, (), "", None, (), viewer.on, tomorrow)
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    standing = next((one for one in law.on(viewer.on).editions if one.code == edition.code), None)
    coming = [one.in_force_from for one in law.editions if one.code == edition.code]
    earliest = max([viewer.on, *(day + timedelta(days=1) for day in coming)])
    return DraftPage(
        line=line,
        edition=edition,
        faults=tuple(map(str, clashes(edition, acts_beside(viewer.school.id, edition.code, viewer.on)))),
        sleeping=tuple(one.title for one in edition.settings if one.value is MISSING),
        replaces=f"редакция с {standing.in_force_from:%d.%m.%Y}" if standing is not None else "",
        change=difference(standing, edition) if standing is not None else None,
        rules=explained(edition),
        earliest=earliest,
        suggested=max(earliest, tomorrow, edition.in_force_from),
    )


def needs(viewer: Viewer, code: str) -> dict[str, str]:
    """The papers which the act in force asks for a new edition of itself, with the clause as it is printed."""
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    found: dict[str, str] = {}
    for edition, _, rule in law.on(viewer.on).entries:
        if rule is None or rule.kind.name != "regulation_edition" or edition.code != code:
            continue
        for name, asked in (("protocol", rule.params.agreed_by), ("order", rule.params.approved_by)):
            if asked:
                found.setdefault(name, ", ".join(clause.printed for clause in rule.clauses))
    return found


def source_of(viewer: Viewer, code: str, since: date) -> str | None:
    """The text of an adopted edition."""
    row = EditionRow.objects.filter(school_id=viewer.school.id, code=code, in_force_from=since).first()
    return row.source if row is not None else None


def preset_source(name: str) -> str | None:
    """The text of a ready-made act to begin from."""
    known = {path.stem: path for path in PRESETS.glob("*.toml")}
    return known[name].read_text(encoding="utf-8") if name in known else None


def presets() -> tuple[str, ...]:
    """Names of the ready-made acts."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.toml")))
