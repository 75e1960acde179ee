"""A teacher's own sheets on paper, and a printed sheet found again by the digest in its foot."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from parta.archive.contents import contents_of, differences, digest_of
from parta.archive.models import PaperSet, PaperSign, PaperStep
from parta.archive.papers import is_mine
from parta.foundation import sql
from parta.journal.queries.words import class_name, journal_name
from parta.people.rules import law_of, rules
from parta.people.viewer import Viewer

__all__ = ["Compared", "OwnSheet", "compare", "own_sheets"]


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """The sheets of one journal in the newest set of a class and term."""

    paper_id: int
    journal_id: int
    title: str
    term: str
    mark: str
    """What stands in the foot of each sheet."""
    is_ready: bool
    """Printed, and given out where the act says so: it can be signed."""
    signed_on: date | None
    differs: str


_OWN = """
SELECT p.id, j.id, h.title, s.title, COALESCE(g.short, ''), t.title, p.sha256 FROM archive_paperset p
JOIN organisation_term t ON t.id = p.term_id JOIN organisation_homeroom h ON h.id = p.homeroom_id
JOIN plans_journal j ON j.homeroom_id = h.id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
WHERE p.school_id = %s AND p.kind = 'journal' AND t.kind <> 'year' AND t.until > %s
    AND NOT EXISTS (SELECT 1 FROM archive_paperset n WHERE n.homeroom_id = p.homeroom_id AND n.term_id = p.term_id
        AND n.kind = p.kind AND n.id > p.id)
    AND EXISTS (SELECT 1 FROM plans_teachingload w WHERE w.journal_id = j.id AND w.teacher_id = %s
        AND w.starts < t.until AND (w.until IS NULL OR w.until > t.starts))
ORDER BY t.until DESC, COALESCE(h.grade, 99), h.title, s.position, s.title, j.id"""


def own_sheets(viewer: Viewer) -> list[OwnSheet]:
    """The viewer's sheets of this year where an act wants them signed. Three statements, or none."""
    law = law_of(viewer)
    asks = any("teacher" in rule.params.chain for rule in rules(law, viewer.on, "signature_required")) or any(
        rule.params.action == "sheets_signed" for rule in rules(law, viewer.on, "closeout_step")
    )
    if not asks or viewer.person_id is None:
        return []
    rows = sql.read(
        _OWN, [viewer.school.id, viewer.on.replace(year=viewer.on.year - 1, day=1), viewer.person_id]
    )
    ids = sorted({row[0] for row in rows})
    done: dict[int, set[str]] = {}
    for paper_id, step in PaperStep.objects.filter(paper_id__in=ids).values_list("paper_id", "step"):
        done.setdefault(paper_id, set()).add(step)
    signs = {(one.paper_id, one.journal_id): one for one in PaperSign.objects.filter(paper_id__in=ids)}
    gives_out = any(rule.params.action == "handed_out" for rule in rules(law, viewer.on, "closeout_step"))
    wanted = {"print", "handed_out"} if gives_out else {"print"}
    found = []
    for paper_id, journal_id, homeroom, subject, group, term, digest in rows:
        sign = signs.get((paper_id, journal_id))
        found.append(
            OwnSheet(
                paper_id,
                journal_id,
                f"{class_name(homeroom)}, {journal_name('', subject, group).strip()}",
                term,
                f"Экземпляр № {paper_id}, {digest[:4]} {digest[4:8]} {digest[8:12]} {digest[12:16]}",
                wanted <= done.get(paper_id, set()),
                sign.on if sign else None,
                sign.words if sign and not sign.is_same else "",
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Compared:
    """A set found by its digest, held against itself and against the journal of today."""

    paper_id: int
    title: str
    made_at: datetime
    is_whole: bool
    """What is kept of the set has the digest that was printed."""
    is_newest: bool
    differences: tuple[str, ...]


def compare(viewer: Viewer, words: str) -> Compared | None:
    """The set whose digest begins with these signs (twelve at least); None: none of the viewer's."""
    text = re.sub(
        r"[^0-9a-f]", "", re.sub(r"№\s*\d+", "", words.lower().partition("экземпляр")[2] or words.lower())
    )
    if not 12 <= len(text) <= 64:
        return None
    row = (
        PaperSet.objects.select_related("homeroom", "term")
        .filter(school_id=viewer.school.id, sha256__startswith=text)
        .order_by("-id")
        .first()
    )
    if row is None or not is_mine(viewer, row.homeroom_id):
        return None
    now = contents_of(row.homeroom_id, row.term_id, summary=row.kind != "journal")
    same = PaperSet.objects.filter(
        homeroom_id=row.homeroom_id, term_id=row.term_id, kind=row.kind, pk__gt=row.pk
    )
    return Compared(
        row.pk,
        f"{row.get_kind_display()}, {class_name(row.homeroom.title)}, {row.term.title}",
        row.made_at.astimezone(ZoneInfo(viewer.school.timezone)),
        digest_of(row.contents) == row.sha256,
        not same.exists(),
        tuple(differences(row.contents, now)) if digest_of(now) != row.sha256 else (),
    )
