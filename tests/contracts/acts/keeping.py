"""Cases of the acts of the archive and of the change of years."""

from datetime import date, timedelta
from typing import Any

from parta.archive.actions import archives, backups, outages, papers
from parta.archive.models import Backup, Carrier
from parta.control.actions import close_past_year, open_next_year, plan, promote, trials, upkeep
from parta.foundation.models import Outage
from parta.plans.models import Journal
from tests.cast import World
from tests.contracts.acts.steps import DAY, NEXT_YEAR, Act, Prepared, by, nothing, proposed


def _next_year(cast: World) -> Any:
    return open_next_year(
        school_id=cast.school.pk,
        title="2027/2028",
        starts=NEXT_YEAR,
        until=date(2028, 6, 1),
        on=cast.on,
        **by(cast),
    )


def _carrier(cast: World) -> Carrier:
    return backups.add_carrier(
        viewer=cast.viewer("deputy"), title="Диск", media="flash", room="Сейф", holder="director", at=cast.at
    )


def _lying(cast: World) -> tuple[Backup, Carrier]:
    facts = {"made_by": "работник", "digest": "0" * 64, "size": 1, "files": 1}
    return Backup.objects.create(name="2026-10-14", made_at=cast.at, **facts), _carrier(cast)


def _announced(cast: World) -> Outage:
    return outages.announce_outage(
        viewer=cast.viewer("operator"),
        starts_at=cast.at + timedelta(days=1),
        ends_at=cast.at + timedelta(days=1, hours=1),
        cause="замена сервера",
        at=cast.at,
    )


def _year_paper(cast: World) -> Any:
    assert cast.year_term is not None
    return papers.make_paper_set(
        cast.viewer("deputy"), cast.homeroom.pk, cast.year_term.pk, kind="summary_sheet", at=cast.at
    )


def _printed_quarter(cast: World) -> Any:
    """A quarter's set that was printed and given out, ready for its teachers' signatures."""
    from parta.archive.contents import contents_of, counts_of, digest_of
    from parta.archive.models import PaperSet, PaperStep

    body = contents_of(cast.homeroom.pk, cast.term.pk)
    row = PaperSet.objects.create(
        school=cast.school, homeroom=cast.homeroom, term=cast.term, made_at=cast.at, contents=body,
        sha256=digest_of(body), **counts_of(body),
    )  # fmt: skip
    for step in ("print", "handed_out"):
        PaperStep.objects.create(school=cast.school, paper=row, step=step, on=cast.on, noted_at=cast.at)
    return row


def _error(cast: World) -> Any:
    return upkeep.report_error(
        school_id=cast.school.pk, text="Неверная дата", reported_by=cast.teacher.pk, **by(cast)
    )


def _planned(cast: World) -> Any:
    return plan.plan_check(
        school_id=cast.school.pk,
        what="Журналы 6 класса",
        due=DAY + timedelta(days=400),
        person_id=cast.deputy.pk,
        entered_by=cast.deputy.pk,
        on=DAY,
        **by(cast),
    )


def _norm(cast: World) -> Any:
    return upkeep.enter_norm(
        school_id=cast.school.pk,
        title="Приказ",
        number="17",
        signed_on=DAY - timedelta(days=3),
        entered_by=cast.deputy.pk,
        **by(cast),
    )


ACTS: dict[str, tuple[Prepared, Act]] = {
    # ── archive ──
    "archive.actions.backups.ask_backup": (
        nothing,
        lambda c, _: backups.ask_backup(viewer=c.viewer("deputy"), purpose="проба", at=c.at),
    ),
    "archive.actions.backups.add_carrier": (nothing, lambda c, _: _carrier(c)),
    "archive.actions.backups.register_copy": (
        _lying,
        lambda c, both: backups.register_copy(
            viewer=c.viewer("deputy"),
            backup_id=both[0].pk,
            carrier_id=both[1].pk,
            digest="0" * 12,
            at=c.at,
        ),
    ),
    "archive.actions.backups.use_carrier": (
        _carrier,
        lambda c, row: backups.use_carrier(
            viewer=c.viewer("deputy"),
            carrier_id=row.pk,
            kind="take",
            purpose="сверка",
            allowed_by="директор",
            at=c.at,
        ),
    ),
    "archive.actions.outages.announce_outage": (nothing, lambda c, _: _announced(c)),
    "archive.actions.outages.cancel_outage": (
        _announced,
        lambda c, row: outages.cancel_outage(viewer=c.viewer("operator"), outage_id=row.pk, at=c.at),
    ),
    "archive.actions.outages.name_cause": (
        lambda c: Outage.objects.create(starts_at=c.at - timedelta(hours=1), ends_at=c.at),
        lambda c, row: outages.name_cause(
            viewer=c.viewer("operator"), outage_id=row.pk, cause="отключили свет", at=c.at
        ),
    ),
    # ── the change of the year ──
    "control.actions.years.open_next_year": (nothing, lambda c, _: _next_year(c)),
    "control.actions.years.promote": (
        lambda c: _next_year(c),
        lambda c, _: promote(
            school_id=c.school.pk,
            order_number="41-у",
            order_date=date(2027, 5, 31),
            outcomes={},
            on=c.on,
            **by(c),
        ),
    ),
    "control.actions.years.close_past_year": (
        lambda c: Journal.objects.filter(school=c.school).update(scale=None),
        lambda c, _: close_past_year(school_id=c.school.pk, on=date(2027, 8, 1), **by(c)),
    ),
    "archive.actions.archives.make_archive_key": (
        nothing,
        lambda c, _: archives.make_archive_key(c.viewer("director"), at=c.at),
    ),
    "archive.actions.archives.ask_archive": (
        nothing,
        lambda c, _: archives.ask_archive(c.viewer("deputy"), c.year.pk, at=c.at),
    ),
    "archive.actions.archives.make_archive": (
        nothing,
        lambda c, _: archives.make_archive(
            school_id=c.school.pk, year_id=c.year.pk, user_id=c.deputy.user_id or 0, at=c.at
        ),
    ),
    "archive.actions.archives.place_archive": (
        lambda c: archives.make_archive(
            school_id=c.school.pk, year_id=c.year.pk, user_id=c.deputy.user_id or 0, at=c.at
        ),
        lambda c, row: archives.place_archive(c.viewer("deputy"), row.pk, "сейф", at=c.at),
    ),
    "archive.actions.backups.note_keeping": (
        nothing,
        lambda c, _: backups.note_keeping(
            viewer=c.viewer("secretary"), kind="safe", purpose="копия", at=c.at
        ),
    ),
    "archive.actions.archives.set_file_index": (
        nothing,
        lambda c, _: archives.set_file_index(c.viewer("secretary"), "journal", "04-12", at=c.at),
    ),
    "archive.actions.archives.verify_archives": (
        lambda c: archives.make_archive(
            school_id=c.school.pk, year_id=c.year.pk, user_id=c.deputy.user_id or 0, at=c.at
        ),
        lambda c, _: archives.verify_archives(
            school_id=c.school.pk, by=c.viewer("deputy").acting_as(), at=c.at
        ),
    ),
    "archive.actions.papers.make_paper_set": (nothing, lambda c, _: _year_paper(c)),
    "archive.actions.papers.note_paper_step": (
        _year_paper,
        lambda c, row: papers.note_paper_step(c.viewer("deputy"), row.pk, "print", on=c.on, at=c.at),
    ),
    "archive.actions.papers.note_pages": (
        _year_paper,
        lambda c, row: papers.note_pages(c.viewer("deputy"), row.pk, 12, at=c.at),
    ),
    "archive.actions.papers.sign_sheets": (
        _printed_quarter,
        lambda c, row: papers.sign_sheets(c.viewer("teacher"), row.pk, c.russian.pk, is_same=True, at=c.at),
    ),
    "archive.actions.papers.register_summary": (
        nothing,
        lambda c, _: papers.register_summary(c.school.pk, c.homeroom, c.term, on=c.on, at=c.at),
    ),
    "control.actions.upkeep.report_error": (nothing, lambda c, _: _error(c)),
    "control.actions.upkeep.fix_error": (
        _error,
        lambda c, row: upkeep.fix_error(
            school_id=c.school.pk, report_id=row.pk, answer="Исправлено", fixed_by=c.deputy.pk, **by(c)
        ),
    ),
    "control.actions.upkeep.forward_error": (
        _error,
        lambda c, row: upkeep.forward_error(school_id=c.school.pk, report_id=row.pk, **by(c)),
    ),
    "control.actions.plan.plan_check": (nothing, lambda c, _: _planned(c)),
    "control.actions.plan.close_planned": (
        _planned,
        lambda c, row: plan.close_planned(
            school_id=c.school.pk,
            row_id=row.pk,
            outcome="Проверено",
            check_id=None,
            closed_by=c.deputy.pk,
            **by(c),
        ),
    ),
    "control.actions.upkeep.enter_norm": (nothing, lambda c, _: _norm(c)),
    "control.actions.upkeep.finish_review": (
        _norm,
        lambda c, row: upkeep.finish_review(
            school_id=c.school.pk, norm_id=row.pk, outcome="Без изменений", reviewed_by=c.deputy.pk, **by(c)
        ),
    ),
    "control.actions.trials.ask_trial": (
        proposed,
        lambda c, draft_id: trials.ask_trial(
            school_id=c.school.pk,
            draft_id=draft_id,
            since=c.on - timedelta(days=7),
            until=c.on,
            on=c.on,
            asked_by=c.deputy.pk,
            **by(c),
        ),
    ),
}
