"""The journal goes to paper: a set is made of what stands now, then printed, stitched, signed, sealed and put away."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.archive.models import PaperSet, PaperStep
from parta.archive.papers import contents_of, counts_of, digest_of, is_mine
from parta.foundation import sql
from parta.foundation.log import SYSTEM, Line
from parta.journal.rules.papers import PAPER_STEPS
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom, Term
from parta.people.rules import cited, law_of, rules
from parta.people.viewer import Viewer
from parta.regulation.words import expand_roles, role_words

__all__ = ["NEEDS_BEFORE", "make_paper_set", "note_paper_step", "register_summary"]

NEEDS_BEFORE = {"stitched": "print", "signed": "stitched", "sealed": "signed", "archived": "print"}
"""A step that is not done before another one is."""
OF_HEADS = frozenset({"signed", "sealed", "certified"})
"""Steps that the school's heads note."""


def make_paper_set(
    viewer: Viewer, homeroom_id: int, term_id: int, *, kind: str = "journal", at: datetime
) -> PaperSet:
    """Freeze the journals of a class for a term, ready to be printed; what was made before stays.

    Raises Refusal for a class of others, a term that is not over, and, for the year, where the act wants the journals
    checked first and nobody has.
    """
    checks.one_of(kind, PaperSet.KINDS, "kind", "что печатают")
    homeroom = Homeroom.objects.filter(pk=homeroom_id, school_id=viewer.school.id).first()
    if homeroom is None or not is_mine(viewer, homeroom_id):
        raise Refusal("Журнал класса готовят к печати его классный руководитель или завуч.")
    term = Term.objects.filter(pk=term_id, year_id=homeroom.year_id).first()
    if term is None or term.kind not in (homeroom.term_kind, "year"):
        raise Refusal("У этого класса нет такого учебного периода.")
    if term.kind != "year" and term.until > viewer.on:
        raise Refusal(f"«{term.title}» ещё идёт: печатают законченный период.")
    if kind == "summary_sheet" and term.kind != "year":
        raise Refusal("Сводную ведомость составляют за год.")
    if kind == "journal" and term.kind == "year":
        _check_gate(viewer, homeroom, term)
    return _made(viewer.school.id, homeroom, term, kind, viewer.person_id, viewer.acting_as(), at)


def _made(
    school_id: int, homeroom: Homeroom, term: Term, kind: str, person_id: int | None, by: Any, at: datetime
) -> PaperSet:
    with act(school_id, by=by, at=at) as lines:
        contents = contents_of(homeroom.pk, term.pk, summary=kind == "summary_sheet")
        row = PaperSet.objects.create(
            school_id=school_id,
            homeroom=homeroom,
            term=term,
            kind=kind,
            made_at=at,
            made_by_id=person_id,
            contents=contents,
            sha256=digest_of(contents),
            **counts_of(contents),
        )
        lines.append(
            Line(
                "paper_set_made",
                "paper_set",
                row.pk,
                data={"homeroom": homeroom.pk, "term": term.pk, "kind": kind, "sha256": row.sha256},
            )
        )
    return row


def _check_gate(viewer: Viewer, homeroom: Homeroom, term: Term) -> None:
    """The act wants the journals checked, to their last lesson, before the last print: who has not, is named."""
    gates = [r for r in rules(law_of(viewer), viewer.on, "print_gate") if "check_passed" in r.params.requires]
    if not gates:
        return
    roles = frozenset().union(*(expand_roles(rule.entry.by) for rule in gates)) or frozenset({"deputy"})
    last = sql.read(
        "SELECT MAX(l.date) FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        " WHERE j.homeroom_id = %s AND l.date >= %s AND l.date < %s AND l.state <> 'cancelled'",
        [homeroom.pk, term.starts, term.until],
    )[0][0]
    if last is None:
        return
    passed = sql.read(
        "SELECT 1 FROM control_check WHERE school_id = %s AND until > %s"
        f" AND role IN ({sql.marks(len(roles))})"
        " AND (homeroom_id = %s OR (homeroom_id IS NULL AND department_id IS NULL)) LIMIT 1",
        [viewer.school.id, last, *sorted(roles), homeroom.pk],
    )
    if not passed:
        raise Refusal(
            f"Нет проверки журнала по {_day(last):%d.%m.%Y}: сначала её записывает"
            f" {role_words(sorted(roles & {'deputy', 'head_of_department'}) or sorted(roles))}{cited(gates).brackets}.",
        )


def note_paper_step(
    viewer: Viewer,
    paper_id: int,
    step: str,
    *,
    on: date,
    sheets: int | None = None,
    place: str = "",
    at: datetime,
) -> PaperStep:
    """Note what was done with a set: when, how many sheets, where it lies.

    Raises Refusal for sets of others, a step before the one it follows, the same step twice, stitched without the
    number of sheets, certified or archived without a place.
    """
    checks.one_of(step, PaperStep.STEPS, "step", "что сделано")
    place = checks.text(place, 120, "place", "где хранится", needed=step in ("certified", "archived"))
    row = PaperSet.objects.filter(pk=paper_id, school_id=viewer.school.id).first()
    if row is None or not is_mine(viewer, row.homeroom_id):
        raise Refusal("Такого экземпляра нет: обновите страницу.")
    if step in OF_HEADS and not viewer.roles & {"director", "deputy"}:
        raise Refusal("Подпись, печать и заверение записывают директор или завуч.")
    made_on = row.made_at.astimezone(ZoneInfo(viewer.school.timezone)).date()
    if on > viewer.on or on < made_on:
        raise Refusal("Дата: не раньше подготовки экземпляра и не позже сегодняшнего дня.", "on")
    if step == "stitched" and not (sheets and 1 <= sheets <= 2000):
        raise Refusal("Укажите, сколько листов прошито.", "sheets")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        done = set(PaperStep.objects.filter(paper=row).values_list("step", flat=True))
        before = NEEDS_BEFORE.get(step)
        if before and before not in done:
            raise Refusal(f"Сначала запишите: {PAPER_STEPS[before]}.", "step")
        if step in done:
            raise Refusal("Это уже записано.", "step")
        made = PaperStep.objects.create(
            school_id=viewer.school.id,
            paper=row,
            step=step,
            on=on,
            sheets=sheets if step == "stitched" else None,
            place=place,
            noted_by_id=viewer.person_id,
            noted_at=at,
        )
        lines.append(Line("paper_step_noted", "paper_set", row.pk, data={"step": step, "on": on.isoformat()}))
    return made


def register_summary(school_id: int, homeroom: Homeroom, term: Term, *, on: date, at: datetime) -> PaperSet:
    """The program makes the summary sheet of a closed year and puts it into the register of the archive."""
    with act(school_id, by=SYSTEM, at=at) as lines:
        row = _made(school_id, homeroom, term, "summary_sheet", None, SYSTEM, at)
        PaperStep.objects.create(
            school_id=school_id, paper=row, step="archived", on=on, place="электронный архив", noted_at=at
        )
        lines.append(
            Line("paper_step_noted", "paper_set", row.pk, data={"step": "archived", "on": on.isoformat()})
        )
    return row


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
