"""The journal goes to paper: a set is made of what stands now, then printed, stitched, signed, sealed and put away."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from parta.archive.contents import contents_of, counts_of, digest_of
from parta.archive.models import PaperSet, PaperSign, PaperStep
from parta.archive.papers import is_mine
from parta.archive.route import BOOKS, Route, Stage, kept_until, route
from parta.foundation import sql
from parta.foundation.log import SYSTEM, Line
from parta.journal.rules.papers import PAPER_STEPS
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom, Term
from parta.people.rules import cited, law_of, rules
from parta.people.viewer import Viewer
from parta.regulation.queries import law as law_of_school
from parta.regulation.words import base_role, expand_roles, role_words

__all__ = ["make_paper_set", "note_pages", "note_paper_step", "register_summary", "sign_sheets", "way_of"]

DAY = timedelta(days=1)

OF_HEADS = frozenset({"signed", "sealed", "certified", "deputy_signed", "destroyed"})
"""Steps that the school's heads note where no act names who."""
OFFICE = frozenset({"director", "deputy", "secretary"})
WITH_PLACE = {
    "certified": "где хранится",
    "archived": "где хранится: папка, шкаф",
    "destroyed": "номер и дата акта",
}


def make_paper_set(
    viewer: Viewer, homeroom_id: int, term_id: int, *, kind: str = "journal", at: datetime
) -> PaperSet:
    """Freeze the journals of a class for a term, ready to be printed; what was made before stays.

    Raises Refusal for a class of others, a term that is not over, and, for the year, where the act wants the journals
    checked first and nobody has.
    """
    checks.one_of(kind, PaperSet.KINDS, "kind", "что печатают")
    homeroom = Homeroom.objects.filter(pk=homeroom_id, school_id=viewer.school.id).first()
    if homeroom is None or not is_mine(viewer, homeroom_id) or not viewer.roles - {"secretary"}:
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
        contents = contents_of(homeroom.pk, term.pk, summary=kind != "journal")
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
        "SELECT DISTINCT role FROM control_check WHERE school_id = %s AND until > %s"
        " AND (homeroom_id = %s OR (homeroom_id IS NULL AND department_id IS NULL))",
        [viewer.school.id, last, homeroom.pk],
    )
    if not any(role in roles or base_role(role) in roles for (role,) in passed):
        raise Refusal(
            f"Нет проверки журнала по {_day(last):%d.%m.%Y}: сначала её записывает"
            f" {role_words(sorted(roles & {'deputy', 'head_of_department'}) or sorted(roles))}{cited(gates).brackets}.",
        )


def _found(viewer: Viewer, paper_id: int) -> PaperSet:
    """A set of the viewer's, the newest of its class and term, in which nobody found a difference."""
    row = (
        PaperSet.objects.select_related("homeroom", "term", "homeroom__year")
        .filter(pk=paper_id, school_id=viewer.school.id)
        .first()
    )
    if row is None:
        raise Refusal("Такого экземпляра нет: обновите страницу.")
    same = PaperSet.objects.filter(homeroom_id=row.homeroom_id, term_id=row.term_id, kind=row.kind)
    if same.filter(pk__gt=row.pk).exists():
        raise Refusal("Этот экземпляр заменён новым: записывают шаги нового.")
    differs = PaperSign.objects.filter(paper=row, is_same=False).select_related("person").first()
    if differs is not None:
        raise Refusal(
            f"В листах нашли расхождение ({differs.person.full_name}: {differs.words}). Исправьте журнал"
            " и подготовьте экземпляр заново: этот недействителен."
        )
    return row


def way_of(viewer: Viewer, row: PaperSet) -> Route:
    """The way of a set by the acts in force on the day it was made."""
    made_on = row.made_at.astimezone(ZoneInfo(viewer.school.timezone)).date()
    return route(
        law_of(viewer),
        made_on,
        row.kind,
        term_kind=row.term.kind,
        own_kind=row.homeroom.term_kind,
        grade=row.homeroom.grade,
    )


def _check_order(way: Route, step: str, done: dict[str, date], on: date) -> None:
    missing = way.missing(step, done)
    if missing is not None:
        before, rules_ = missing
        raise Refusal(f"Сначала запишите: {PAPER_STEPS[before]}{cited(rules_).brackets}.")
    last = max((done[before] for before in way.needs.get(step, {})), default=on)
    if on < last:
        raise Refusal(f"Дата: не раньше {last:%d.%m.%Y}, когда сделано то, что идёт перед этим.", "on")


def note_paper_step(
    viewer: Viewer,
    paper_id: int,
    step: str,
    *,
    on: date,
    sheets: int | None = None,
    place: str = "",
    taker: str = "",
    at: datetime,
) -> PaperStep:
    """Note what was done with a set: when, how many sheets, who took it, where it lies.

    The order and who may note a step are the act's (:mod:`parta.archive.route`); a step with a book takes the next
    number of it. Raises Refusal for sets of others, a set that is void, a step before the one it follows or by whom the
    act does not name, the same step twice, stitched without the number of sheets, archived without a place, handed over
    without who took it, destroyed before its day.
    """
    checks.one_of(step, PaperStep.STEPS, "step", "что сделано")
    row = _found(viewer, paper_id)
    if not is_mine(viewer, row.homeroom_id):
        raise Refusal("Такого экземпляра нет: обновите страницу.")
    way = way_of(viewer, row)
    stage = way.stage(step)
    if stage is None:
        raise Refusal("Такого шага у этой бумаги нет: его не называет положение.")
    _check_hand(viewer, stage, step)
    place = checks.text(place, 120, "place", WITH_PLACE.get(step, "где хранится"), needed=step in WITH_PLACE)
    taker = checks.text(taker, 120, "taker", "кто принял", needed=step in ("to_secretary", "handed_in"))
    made_on = row.made_at.astimezone(ZoneInfo(viewer.school.timezone)).date()
    if on > viewer.on or on < made_on:
        raise Refusal("Дата: не раньше подготовки экземпляра и не позже сегодняшнего дня.", "on")
    if step == "stitched" and not (sheets and 1 <= sheets <= 2000):
        raise Refusal("Укажите, сколько листов прошито.", "sheets")
    if step == "destroyed":
        _check_kept(viewer, row, on)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        done = dict(PaperStep.objects.filter(paper=row).values_list("step", "on"))
        _check_order(way, step, done, on)
        if step in done:
            raise Refusal("Это уже записано.")
        made = PaperStep.objects.create(
            school_id=viewer.school.id,
            paper=row,
            step=step,
            on=on,
            sheets=sheets if step == "stitched" else None,
            place=place,
            taker=taker,
            number=_next_number(viewer.school.id, step),
            noted_by_id=viewer.person_id,
            noted_at=at,
        )
        lines.append(
            Line(
                "paper_step_noted",
                "paper_set",
                row.pk,
                data={"step": step, "on": on.isoformat(), "number": made.number, "place": place},
            )
        )
    return made


def _check_hand(viewer: Viewer, stage: Stage, step: str) -> None:
    if step == "sheets_signed":
        raise Refusal("Листы подписывают учителя, каждый свои, на странице «Мои листы».")
    if stage.roles:
        if not viewer.roles & (stage.roles | {"director"}):
            raise Refusal(
                f"Это записывает {role_words(sorted(stage.roles))}{cited(stage.rules).brackets}.", "step"
            )
    elif step in OF_HEADS and not viewer.roles & OFFICE:
        raise Refusal("Подпись, печать и заверение записывают директор, завуч или секретарь.")


def _check_kept(viewer: Viewer, row: PaperSet, on: date) -> None:
    kept = kept_until(law_of(viewer), on, row.kind, row.homeroom.year.until - DAY)
    if kept is None:
        raise Refusal("Положение не говорит, сколько хранят эту бумагу: уничтожать её нельзя.")
    if on < kept[0]:
        raise Refusal(
            f"Хранится до {kept[0]:%d.%m.%Y}{cited(kept[1]).brackets}: раньше уничтожать нельзя.", "on"
        )


def _next_number(school_id: int, step: str) -> int | None:
    if step not in BOOKS:
        return None
    last = PaperStep.objects.filter(school_id=school_id, step=step).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def sign_sheets(
    viewer: Viewer, paper_id: int, journal_id: int, *, is_same: bool, words: str = "", at: datetime
) -> PaperSign:
    """A teacher says of the own sheets in a set that they are the same as the journal and signed, or what differs.

    With the last of them the set's step «подписаны учителями» is done. Raises Refusal for sheets of others, before they
    were printed (and given out, where the act says so), said twice, a difference without words.
    """
    words = checks.text(words, 300, "words", "что расходится", needed=not is_same)
    row = _found(viewer, paper_id)
    way = way_of(viewer, row)
    if way.stage("sheets_signed") is None:
        raise Refusal("Положение не требует подписи учителя на листах этой бумаги.")
    mine = sql.read(
        "SELECT 1 FROM plans_teachingload w JOIN plans_journal j ON j.id = w.journal_id WHERE j.id = %s"
        " AND j.homeroom_id = %s AND w.teacher_id = %s AND w.starts < %s AND (w.until IS NULL OR w.until > %s) LIMIT 1",
        [journal_id, row.homeroom_id, viewer.person_id, row.term.until, row.term.starts],
    )
    wanted = {one["journal"] for one in row.contents["subjects"] if one["teachers"]}
    if not mine or journal_id not in wanted or viewer.person_id is None:
        raise Refusal("Листы подписывает учитель, который вёл предмет в этом классе.")
    with act(viewer.school.id, by=viewer.acting_as("teacher"), at=at) as lines:
        done = dict(PaperStep.objects.filter(paper=row).values_list("step", "on"))
        _check_order(way, "sheets_signed", done, viewer.on)
        signed = set(PaperSign.objects.filter(paper=row).values_list("journal_id", flat=True))
        if journal_id in signed:
            raise Refusal("Эти листы уже подписаны.")
        made = PaperSign.objects.create(
            school_id=viewer.school.id,
            paper=row,
            journal_id=journal_id,
            person_id=viewer.person_id,
            on=viewer.on,
            is_same=is_same,
            words=words,
            noted_at=at,
        )
        lines.append(
            Line(
                "sheets_signed",
                "paper_set",
                row.pk,
                data={"journal": journal_id, "same": is_same, "words": words},
            )
        )
        if is_same and wanted <= signed | {journal_id}:
            PaperStep.objects.create(
                school_id=viewer.school.id, paper=row, step="sheets_signed", on=viewer.on,
                noted_by_id=viewer.person_id, noted_at=at,
            )  # fmt: skip
            lines.append(
                Line(
                    "paper_step_noted",
                    "paper_set",
                    row.pk,
                    data={"step": "sheets_signed", "on": viewer.on.isoformat()},
                )
            )
    return made


def note_pages(viewer: Viewer, paper_id: int, pages: int, *, at: datetime) -> None:
    """Keep how many pages the set's file has, so that the stitched sheets can be held against it."""
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        if PaperSet.objects.filter(pk=paper_id, school_id=viewer.school.id, pages=None).update(pages=pages):
            lines.append(Line("paper_counted", "paper_set", paper_id, data={"pages": pages}))


def register_summary(school_id: int, homeroom: Homeroom, term: Term, *, on: date, at: datetime) -> PaperSet:
    """The program makes the summary sheet of a closed year and puts it into the register of the archive.

    Where an act wants it signed before it is put away, it is made, and people go on from there.
    """
    with act(school_id, by=SYSTEM, at=at) as lines:
        row = _made(school_id, homeroom, term, "summary_sheet", None, SYSTEM, at)
        law = law_of_school(school_id, homeroom.school.law_version)
        way = route(
            law, on, "summary_sheet", term_kind=term.kind, own_kind=homeroom.term_kind, grade=homeroom.grade
        )
        if way.missing("archived", {"print"}) is not None:
            return row
        PaperStep.objects.create(
            school_id=school_id,
            paper=row,
            step="archived",
            on=on,
            place="электронный архив",
            noted_at=at,
            number=_next_number(school_id, "archived"),
        )
        lines.append(
            Line("paper_step_noted", "paper_set", row.pk, data={"step": "archived", "on": on.isoformat()})
        )
    return row


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
