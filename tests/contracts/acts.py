"""One case for every act of `parta/*/actions`: how it is done in the cast, so that the contract can look at its trace.

An act is a public function there that takes `at`: it changes what a school knows. A new act needs a line in `ACTS`
(what it needs first is done beforehand, by `before`), or the suite is red. `SILENT` names what writes and leaves
no line of its own, each with the reason.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from parta.archive.actions import archives, backups, outages, papers
from parta.archive.models import Backup, Carrier
from parta.control.actions import close_past_year, open_next_year, promote, trials, upkeep
from parta.foundation.log import SYSTEM, Actor
from parta.foundation.models import Outage
from parta.journal.actions import files, online, permits, write
from parta.journal.actions.changes import read_changes
from parta.organisation import actions as organisation
from parta.organisation.models import BellSchedule, Department, MarkScale, Room
from parta.people import actions as people
from parta.people.actions import identities, orders
from parta.people.models import (
    AccessIssue,
    Enrolment,
    Guardianship,
    KnownDevice,
    OutsideIdentity,
    Person,
    Role,
    SignIn,
    SubgroupMembership,
)
from parta.plans import actions as plans
from parta.plans.models import CurriculumHours, Journal, TeachingLoad
from parta.regulation import actions as regulation
from parta.timetable import actions as timetable
from tests.cast import PASSWORD, World, preset_file
from tests.contracts.acts_families import MORE
from tests.second import code_of, factor_of

DAY = date(2026, 10, 15)
NEXT_YEAR = date(2027, 9, 1)

_REGISTER = "copies are the installation's, not a school's: the append-only journal of their use is their log"
SILENT: Mapping[str, str] = {
    "archive.actions.backups.note_use": _REGISTER,
    "archive.actions.backups.make_backup": _REGISTER,
    "archive.actions.backups.prove_backup": _REGISTER,
    "archive.actions.backups.put_on_carrier": _REGISTER,
    "archive.actions.backups.verify_copies": _REGISTER,
    "archive.actions.digests.tell_of_writes": "notices to the owners of accounts, rows of their own",
    "people.actions.inspection.name_anew": "pseudonyms drawn by lot for the window whose opening is on the chain",
    "people.actions.identities.forget_identities": "the acts that stop access call it and hand it their lines",
    "people.actions.identities.account_of": "looks an identity up at sign-in; the sign-in is a row of its own",
    "people.actions.incidents.freeze": "the acts that stop an account call it and leave the line",
    "archive.actions.outages.beat": "a sign of life; the break it finds is a row of the journal of breaks",
    "control.actions.findings.keep": "what is worked out from the rows; steps of the program are append-only rows",
    "control.actions.trials.carry_out_trial": "what is worked out from the rows; who asked for it is on the chain",
    "people.actions.traces.trace": "it is the trace of reading itself, append-only as the change log is",
    "journal.actions.permit_use.use_up": "its line is made by `permit_lines` and appended by the write it serves",
    "communication.actions.messages.mark_read": "opening a thread changes nothing a school is asked about",
    "communication.actions.messages.count_unread": "a count kept beside the person, made anew from the threads",
    "communication.actions.announcements.note_receipt": "the receipt is itself the note of who read, and when",
    "communication.actions.delivery.spread": "notices are made from the log itself and can be made again from it",
    "communication.actions.delivery.compose": "letters are the post of what the log says",
    "communication.actions.delivery.take": "a letter in the hand of a worker",
    "communication.actions.delivery.withhold": "what a refusal takes out of a letter stands in the letter's row",
    "communication.actions.delivery.settle": "the letter's own row says what became of it",
    "communication.actions.delivery.put_off": "the letter's own row says when it goes again",
    "communication.actions.delivery.note_bounce": "the row is the register of what did not arrive",
    "communication.actions.delivery.forget": "the term of keeping letters that are done with",
    "diary.actions.notices.settle_all": "each write it makes is the journal's own and leaves its line there",
    "diary.actions.feeds.note_read": "a sign of life of a calendar program, on the feed's own row",
    "diary.actions.looks.note_look": "it is the trace of looking into a diary, once in two minutes",
    "diary.actions.looks.note_panel": "it is the trace of opening the panel, once a day",
    "diary.actions.looks.note_homework_seen": "the state is itself the note of when it was first seen",
    "people.actions.sign_ins.note_sign_in": "the row is the journal of sign-ins itself",
    "people.actions.sign_ins.note_seen": "a sign of life in the journal of sign-ins",
    "people.actions.sign_ins.note_logout": "the end of a line in the journal of sign-ins",
    "people.actions.sign_ins.rename_session": "the same session under another key",
    "people.actions.sign_ins.close_sessions": "the acts that end sessions call it and leave the line",
    "people.actions.sign_ins.tell_of_second": "a notice to the owner of an account",
    "people.actions.second.begin_codes": "nothing is set up before the first code; a secret that nobody uses yet",
    "people.actions.second.take_code": "a code is used up, at a sign-in that has its own row",
    "people.actions.second.take_recovery": "a code is used up, and the owner told",
    "people.actions.second.take_signature": "the count of a passkey, at a sign-in that has its own row",
    "people.actions.second.trust_device": "a date beside a known browser, which its owner sees",
    "people.actions.sign_ins.tell": "a notice to the owner of an account, kept as a row of its own",
    "people.actions.sign_ins.tell_of_guessing": "a notice to the owner of an account",
    "people.actions.sign_ins.read_notices": "what the owner has read of his own account is his affair",
    "journal.actions.bulk.pour": "it pours rows together with the lines that the histories carry",
}
"""Functions that write without `act` or `append`, and why that is right."""


def _by(cast: World) -> dict[str, Any]:
    return {"by": Actor(cast.operator.user_id, "operator"), "at": cast.at}


def _person(cast: World, **more: Any) -> Person:
    names = {"surname": "Новиков", "given_name": "Пётр", "patronymic": ""}
    return people.create_person(school_id=cast.school.pk, **(names | more), **_by(cast))


def _begun(cast: World) -> Any:
    return people.second.begin_codes(viewer=cast.viewer("teacher"), password=PASSWORD, title="", at=cast.at)


def _window(cast: World) -> Any:
    """A new window in place of the one of the cast; its lot is drawn."""
    from parta.people.models import Inspection

    Inspection.objects.filter(school=cast.school).update(ended_at=cast.at)
    return people.inspection.open_inspection(
        viewer=cast.viewer("director"),
        inspector_id=cast.inspector.pk,
        purpose="проверка по обращению родителей",
        ground="приказ 12",
        homerooms=[cast.homeroom.pk],
        since=None,
        until=None,
        ends_at=cast.at + timedelta(days=3),
        at=cast.at,
    )


def _tell(cast: World) -> Any:
    from parta.people.models import InspectionAlias

    row = _window(cast)
    label = InspectionAlias.objects.get(inspection=row, person_id=cast.student.pk).label
    return people.inspection.tell_name(
        viewer=cast.viewer("director"),
        inspection_id=row.pk,
        label=label,
        reason="жалоба матери ученика",
        at=cast.at,
    )


def _incident(cast: World) -> Any:
    return people.incidents.open_incident(
        viewer=cast.viewer("director"),
        user_id=cast.teacher.user_id,
        ground="told",
        starts_at=cast.at - timedelta(days=7),
        ends_at=cast.at,
        note="пароль видели",
        stop=True,
        at=cast.at,
    )


def _wish(cast: World) -> permits.Wish:
    return permits.Wish(cast.russian.pk, "topic", "ошибка в теме", lesson_id=cast.lesson.pk)


def _asked(cast: World) -> int:
    return permits.ask_permit(cast.viewer("teacher"), _wish(cast), at=cast.at, operation_id=str(uuid4()))


def _proposed(cast: World) -> int:
    source = preset_file(cast.preset).read_text(encoding="utf-8")
    draft = regulation.propose(school_id=cast.school.pk, source=source, file_name="act.toml", **_by(cast))
    return int(draft.pk)


def _file(cast: World) -> Any:
    return files.attach_file(
        cast.viewer("teacher"),
        cast.lesson.pk,
        None,
        name="задание.txt",
        chunks=[b"1"],
        at=cast.at,
        operation_id=str(uuid4()),
    )


def _year(cast: World) -> Any:
    return organisation.open_year(
        school_id=cast.school.pk,
        title="2027/2028",
        starts=NEXT_YEAR,
        until=date(2028, 6, 1),
        **_by(cast),
    )


def _next_year(cast: World) -> Any:
    return open_next_year(
        school_id=cast.school.pk,
        title="2027/2028",
        starts=NEXT_YEAR,
        until=date(2028, 6, 1),
        on=cast.on,
        **_by(cast),
    )


def _vacation(cast: World) -> Any:
    return organisation.add_vacation(
        year=cast.year,
        kind="holiday",
        title="Ремонт",
        starts=date(2026, 12, 1),
        until=date(2026, 12, 2),
        **_by(cast),
    )


def _closed(cast: World) -> Person:
    people.close_account(person=cast.other_teacher, **_by(cast))
    return cast.other_teacher


def _approved_subject(c: World) -> int:
    """A subject without a journal that stands in the approved curriculum."""
    subject = organisation.ensure_subjects(
        school_id=c.school.pk, rows=[organisation.SubjectRow("labour", "Труд")], **_by(c)
    )["labour"]
    plans.set_curriculum(
        year=c.year, rows=[plans.CurriculumRow(subject, 1, 34, grade=c.homeroom.grade)], **_by(c)
    )
    plans.approve(year=c.year, kind="curriculum", by=Actor(c.director.user_id, "director"), at=c.at)
    return subject


def _edition(cast: World) -> str:
    return preset_file(cast.preset).read_text(encoding="utf-8")


def _free(cast: World) -> Any:
    """A lesson that is still to come and has no substitution."""
    return cast.lesson_on("russian", date(2026, 10, 20))


def _replaced(cast: World) -> Any:
    lesson = _free(cast)
    timetable.substitute(lesson=lesson, substitute_id=cast.substitute.pk, reason="болезнь", **_by(cast))
    return lesson


def _cancelled(cast: World) -> Any:
    lesson = _free(cast)
    timetable.cancel_lesson(lesson=lesson, reason="мороз", **_by(cast))
    return lesson


def _asked_by_mail(cast: World) -> None:
    cast.guardian.email = "safina@mail.example"
    cast.guardian.save()


def _code(cast: World) -> str:
    (issued,) = people.issue_codes(
        school_id=cast.school.pk, person_ids=[cast.guardian.pk], lives=timedelta(days=30), **_by(cast)
    )
    return issued.code


def _issue(cast: World) -> AccessIssue:
    people.reset_password(person=cast.teacher, **_by(cast))
    return AccessIssue.objects.get(person=cast.teacher)


def _enrolment(cast: World) -> Enrolment:
    return Enrolment.objects.get(student=cast.student, homeroom=cast.homeroom)


def _member(cast: World) -> SubgroupMembership:
    found = SubgroupMembership.objects.filter(school=cast.school, until=None).first()
    assert found is not None
    return found


def _homework(cast: World) -> Any:
    raw = [{"fact": "homework", "lesson": cast.lesson.pk, "text": "§ 14", "none": False, "seen": 0}]
    return read_changes(raw)


def _signed_in(cast: World) -> SignIn:
    return SignIn.objects.create(
        user=cast.teacher.user,
        session_key="acts",
        at=cast.at,
        seen_at=cast.at,
        address="10.0.0.1",
        agent="Chrome, Windows",
        device="",
    )


def _carrier(cast: World) -> Carrier:
    return backups.add_carrier(
        viewer=cast.viewer("deputy"), title="Диск", media="flash", room="Сейф", at=cast.at
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


Prepared = Callable[[World], Any]
Act = Callable[[World, Any], Any]


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
        school_id=cast.school.pk, text="Неверная дата", reported_by=cast.teacher.pk, **_by(cast)
    )


def _norm(cast: World) -> Any:
    return upkeep.enter_norm(
        school_id=cast.school.pk,
        title="Приказ",
        number="17",
        signed_on=DAY - timedelta(days=3),
        entered_by=cast.deputy.pk,
        **_by(cast),
    )


def _identity(cast: World) -> OutsideIdentity:
    return OutsideIdentity.objects.create(
        user=cast.teacher.user, issuer="https://sso.example", subject="1", made_at=cast.at
    )


def _nothing(cast: World) -> None:
    return None


ACTS: dict[str, tuple[Prepared, Act]] = {
    # ── archive ──
    "archive.actions.backups.ask_backup": (
        _nothing,
        lambda c, _: backups.ask_backup(viewer=c.viewer("deputy"), purpose="проба", at=c.at),
    ),
    "archive.actions.backups.add_carrier": (_nothing, lambda c, _: _carrier(c)),
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
    "archive.actions.outages.announce_outage": (_nothing, lambda c, _: _announced(c)),
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
    # ── journal ──
    "journal.actions.write.write": (
        _homework,
        lambda c, changes: write.write(
            c.viewer("teacher"), c.russian.pk, changes, operation_id=str(uuid4()), at=c.at
        ),
    ),
    "journal.actions.files.attach_file": (_nothing, lambda c, _: _file(c)),
    "journal.actions.files.remove_file": (
        _file,
        lambda c, kept: files.remove_file(c.viewer("teacher"), kept.id, at=c.at, operation_id=str(uuid4())),
    ),
    "journal.actions.online.set_online": (
        _nothing,
        lambda c, _: online.set_online(
            c.viewer("teacher"),
            c.lesson.pk,
            url="https://meet.example.org/6b",
            whole_journal=False,
            at=c.at,
            operation_id=str(uuid4()),
        ),
    ),
    "journal.actions.permits.ask_permit": (_nothing, lambda c, _: _asked(c)),
    "journal.actions.permits.grant_permit": (
        _asked,
        lambda c, permit: permits.grant_permit(
            c.viewer("deputy"),
            permit,
            reason="проверено",
            ends_at=c.at + timedelta(days=1),
            at=c.at,
            operation_id=str(uuid4()),
        ),
    ),
    "journal.actions.permits.decline_permit": (
        _asked,
        lambda c, permit: permits.decline_permit(
            c.viewer("deputy"), permit, reason="не нужно", at=c.at, operation_id=str(uuid4())
        ),
    ),
    # ── the change of the year ──
    "control.actions.years.open_next_year": (_nothing, lambda c, _: _next_year(c)),
    "control.actions.years.promote": (
        lambda c: _next_year(c),
        lambda c, _: promote(
            school_id=c.school.pk,
            order_number="41-у",
            order_date=date(2027, 5, 31),
            outcomes={},
            on=c.on,
            **_by(c),
        ),
    ),
    "control.actions.years.close_past_year": (
        lambda c: Journal.objects.filter(school=c.school).update(scale=None),
        lambda c, _: close_past_year(school_id=c.school.pk, on=date(2027, 8, 1), **_by(c)),
    ),
    # ── organisation ──
    "organisation.actions.calendar.open_year": (_nothing, lambda c, _: _year(c)),
    "organisation.actions.calendar.change_year": (
        _nothing,
        lambda c, _: organisation.change_year(
            year=c.year, starts=c.year.starts, until=date(2027, 6, 8), week_days=6, state="open", **_by(c)
        ),
    ),
    "organisation.actions.calendar.set_terms": (
        _year,
        lambda c, year: organisation.set_terms(
            year=year,
            terms=[organisation.TermRow("quarter", 1, "1 четверть", NEXT_YEAR, date(2027, 10, 30))],
            **_by(c),
        ),
    ),
    "archive.actions.archives.make_archive_key": (
        _nothing,
        lambda c, _: archives.make_archive_key(c.viewer("director"), at=c.at),
    ),
    "archive.actions.archives.ask_archive": (
        _nothing,
        lambda c, _: archives.ask_archive(c.viewer("deputy"), c.year.pk, at=c.at),
    ),
    "archive.actions.archives.make_archive": (
        _nothing,
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
    "archive.actions.archives.verify_archives": (
        lambda c: archives.make_archive(
            school_id=c.school.pk, year_id=c.year.pk, user_id=c.deputy.user_id or 0, at=c.at
        ),
        lambda c, _: archives.verify_archives(
            school_id=c.school.pk, by=c.viewer("deputy").acting_as(), at=c.at
        ),
    ),
    "archive.actions.papers.make_paper_set": (_nothing, lambda c, _: _year_paper(c)),
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
        _nothing,
        lambda c, _: papers.register_summary(c.school.pk, c.homeroom, c.term, on=c.on, at=c.at),
    ),
    "organisation.actions.calendar.set_closing_order": (
        _nothing,
        lambda c, _: organisation.set_closing_order(
            term=c.term,
            finals_from=c.term.until - timedelta(days=5),
            finals_until=c.term.until,
            order_number="212",
            order_date=DAY,
            **_by(c),
        ),
    ),
    "organisation.actions.calendar.add_vacation": (_nothing, lambda c, _: _vacation(c)),
    "organisation.actions.calendar.change_vacation": (
        _vacation,
        lambda c, row: organisation.change_vacation(
            vacation=row,
            kind=row.kind,
            title="Ремонт крыши",
            starts=row.starts,
            until=row.until,
            **_by(c),
        ),
    ),
    "organisation.actions.calendar.remove_vacation": (
        _vacation,
        lambda c, row: organisation.remove_vacation(vacation=row, **_by(c)),
    ),
    "organisation.actions.calendar.bulk_vacations": (
        _nothing,
        lambda c, _: organisation.bulk_vacations(
            year=c.year,
            rows=[organisation.VacationRow("holiday", "Ремонт", date(2026, 12, 1), date(2026, 12, 2))],
            **_by(c),
        ),
    ),
    "organisation.actions.calendar.set_bells": (
        _nothing,
        lambda c, _: organisation.set_bells(
            school_id=c.school.pk, title="Вторая смена", bells=_bells(), **_by(c)
        ),
    ),
    "organisation.actions.classes.ensure_homerooms": (
        _nothing,
        lambda c, _: organisation.ensure_homerooms(
            year=c.year, rows=[organisation.HomeroomRow("9Я", 9, "Я")], **_by(c)
        ),
    ),
    "organisation.actions.classes.change_homeroom": (
        _nothing,
        lambda c, _: organisation.change_homeroom(
            homeroom=c.homeroom, row=organisation.HomeroomRow("6В", 6, "В"), **_by(c)
        ),
    ),
    "organisation.actions.classes.ensure_subgroups": (
        _nothing,
        lambda c, _: organisation.ensure_subgroups(
            year=c.year,
            rows=[organisation.SubgroupRow("6Б, 3", "3", "english", (c.homeroom.pk,))],
            **_by(c),
        ),
    ),
    "organisation.actions.schools.create_school": (
        _nothing,
        lambda c, _: organisation.create_school(
            code="new",
            name="Новая школа",
            short_name="Новая",
            kind="general",
            timezone="Europe/Moscow",
            by=SYSTEM,
            at=c.at,
        ),
    ),
    "organisation.actions.schools.change_school": (
        _nothing,
        lambda c, _: organisation.change_school(
            school_id=c.school.pk,
            name="Другое имя",
            short_name="Другое",
            timezone=c.school.timezone,
            **_by(c),
        ),
    ),
    "organisation.actions.subjects.ensure_departments": (
        _nothing,
        lambda c, _: organisation.ensure_departments(
            school_id=c.school.pk, titles=["Кафедра труда"], **_by(c)
        ),
    ),
    "organisation.actions.subjects.ensure_rooms": (
        _nothing,
        lambda c, _: organisation.ensure_rooms(
            school_id=c.school.pk, rows=[organisation.RoomRow("512")], **_by(c)
        ),
    ),
    "organisation.actions.subjects.ensure_subjects": (
        _nothing,
        lambda c, _: organisation.ensure_subjects(
            school_id=c.school.pk, rows=[organisation.SubjectRow("labour", "Труд")], **_by(c)
        ),
    ),
    "organisation.actions.subjects.set_work_kinds": (
        _nothing,
        lambda c, _: organisation.set_work_kinds(
            school_id=c.school.pk,
            rows=[organisation.WorkKindRow("essay_long", "Большое сочинение", "Соч")],
            **_by(c),
        ),
    ),
    "organisation.actions.subjects.ensure_scale": (
        _nothing,
        lambda c, _: organisation.ensure_scale(school_id=c.school.pk, code="hundred", **_by(c)),
    ),
    "organisation.actions.subjects.add_scale": (
        _nothing,
        lambda c, _: organisation.add_scale(
            school_id=c.school.pk,
            code="own",
            title="Своя",
            symbols=organisation.SCALES["twelve"][1],
            **_by(c),
        ),
    ),
    "organisation.actions.calendar.rename_bells": (
        _nothing,
        lambda c, _: organisation.rename_bells(
            schedule=BellSchedule.objects.get(school=c.school), title="Первая смена", **_by(c)
        ),
    ),
    "organisation.actions.subjects.change_room": (
        _nothing,
        lambda c, _: organisation.change_room(
            room=Room.objects.get(school=c.school, title="27"), title="27а", purpose="", **_by(c)
        ),
    ),
    "organisation.actions.subjects.change_department": (
        _nothing,
        lambda c, _: organisation.change_department(
            department=Department.objects.filter(school=c.school)[0], title="Словесность", **_by(c)
        ),
    ),
    "organisation.actions.subjects.change_scale": (
        lambda c: MarkScale.objects.get(school=c.school, code="five"),
        lambda c, scale: organisation.change_scale(
            scale=scale, title="Пять баллов", symbols=scale.symbols, **_by(c)
        ),
    ),
    # ── people ──
    "people.actions.access.issue_codes": (
        lambda c: _person(c),
        lambda c, person: people.issue_codes(
            school_id=c.school.pk, person_ids=[person.pk], lives=timedelta(days=30), **_by(c)
        ),
    ),
    "people.actions.access.ask_recovery": (
        _asked_by_mail,
        lambda c, _: people.ask_recovery("safina@mail.example", at=c.at),
    ),
    "people.actions.access.activate": (
        _code,
        lambda c, code: people.activate(
            code=code, new="новая-парта-у-окна-7", repeat="новая-парта-у-окна-7", at=c.at
        ),
    ),
    "people.actions.access.report_loss": (
        _nothing,
        lambda c, _: people.report_loss(person=c.teacher, **_by(c)),
    ),
    "people.actions.access.hand_over": (
        _issue,
        lambda c, issue: people.hand_over(issue=issue, on=c.on, to="лично", **_by(c)),
    ),
    "people.actions.access.close_groundless": (
        _nothing,
        lambda c, _: people.close_groundless(school_id=c.school.pk, on=c.on, **_by(c)),
    ),
    "people.actions.access.bulk_issues": (
        _nothing,
        lambda c, _: people.bulk_issues(
            school_id=c.school.pk,
            rows=[people.IssueRow(c.guardian.pk, c.class_teacher.user_id, c.at, c.at, "лично")],
            **_by(c),
        ),
    ),
    "people.actions.cards.record_consent": (
        _nothing,
        lambda c, _: people.record_consent(
            student=c.student,
            kind="paper",
            state="given",
            signed_on=c.on,
            paper_number="7",
            **_by(c),
        ),
    ),
    "people.actions.cards.review_roster": (
        _nothing,
        lambda c, _: people.review_roster(homeroom=c.homeroom, **_by(c)),
    ),
    "people.actions.cards.bulk_consents": (
        _nothing,
        lambda c, _: people.bulk_consents(
            school_id=c.school.pk,
            rows=[people.ConsentRow(c.student.pk, "paper", "given", c.on, "7")],
            **_by(c),
        ),
    ),
    "people.actions.cards.bulk_reviews": (
        _nothing,
        lambda c, _: people.bulk_reviews(
            school_id=c.school.pk,
            rows=[people.ReviewRow(c.homeroom.pk, c.at, c.class_teacher.user_id, 12)],
            **_by(c),
        ),
    ),
    "people.actions.accounts.change_password": (
        _nothing,
        lambda c, _: people.change_password(
            user=c.teacher.user,
            current="мел-доска-парта-26",
            new="новая-парта-у-окна-7",
            repeat="новая-парта-у-окна-7",
            school_id=c.school.pk,
            by=Actor(c.teacher.user_id, "teacher"),
            at=c.at,
        ),
    ),
    "people.actions.accounts.issue_account": (
        lambda c: _person(c),
        lambda c, person: people.issue_account(person=person, **_by(c)),
    ),
    "people.actions.accounts.issue_missing_accounts": (
        lambda c: _person(c),
        lambda c, person: people.issue_missing_accounts(
            school_id=c.school.pk, person_ids=[person.pk], **_by(c)
        ),
    ),
    "people.actions.accounts.bulk_accounts": (
        lambda c: _person(c),
        lambda c, person: people.bulk_accounts(
            school_id=c.school.pk, rows=[people.AccountRow(person.pk, "novikov.p")], **_by(c)
        ),
    ),
    "people.actions.accounts.reset_password": (
        _nothing,
        lambda c, _: people.reset_password(person=c.teacher, **_by(c)),
    ),
    "people.actions.accounts.close_account": (_nothing, lambda c, _: _closed(c)),
    "people.actions.accounts.reopen_account": (
        _closed,
        lambda c, person: people.reopen_account(person=person, **_by(c)),
    ),
    "people.actions.enrolments.enrol": (
        lambda c: _person(c),
        lambda c, person: people.enrol(
            student=person, homeroom=c.homeroom, starts=DAY, order_number="12", **_by(c)
        ),
    ),
    "people.actions.enrolments.leave": (
        _nothing,
        lambda c, _: people.leave(student=c.student, on=DAY, order_number="13", **_by(c)),
    ),
    "people.actions.enrolments.transfer": (
        _nothing,
        lambda c, _: people.transfer(
            student=c.student, homeroom=c.younger, on=DAY, order_number="14", **_by(c)
        ),
    ),
    "people.actions.enrolments.correct_enrolment": (
        _enrolment,
        lambda c, row: people.correct_enrolment(
            enrolment=row, starts=row.starts, order_number="15-у", **_by(c)
        ),
    ),
    "people.actions.enrolments.join_subgroup": (
        _member,
        lambda c, row: people.join_subgroup(
            student=row.student,
            subgroup=next(group for group in c.subgroups if group.pk != row.subgroup_id),
            starts=DAY,
            **_by(c),
        ),
    ),
    "people.actions.enrolments.leave_subgroup": (
        _member,
        lambda c, row: people.leave_subgroup(student=row.student, subgroup=row.subgroup, on=DAY, **_by(c)),
    ),
    "people.actions.enrolments.bulk_enrolments": (
        lambda c: _person(c),
        lambda c, person: people.bulk_enrolments(
            school_id=c.school.pk,
            rows=[people.EnrolmentRow(person.pk, c.homeroom.pk, DAY)],
            **_by(c),
        ),
    ),
    "people.actions.enrolments.bulk_memberships": (
        lambda c: _person(c),
        lambda c, person: people.bulk_memberships(
            school_id=c.school.pk,
            rows=[people.MembershipRow(person.pk, c.subgroups[0].pk, DAY)],
            **_by(c),
        ),
    ),
    "people.actions.families.set_guardianship": (
        lambda c: _person(c),
        lambda c, person: people.set_guardianship(
            guardian=person, student=c.student, relation="other", starts=DAY, **_by(c)
        ),
    ),
    "people.actions.families.end_guardianship": (
        lambda c: Guardianship.objects.filter(guardian=c.guardian, student=c.student).get(),
        lambda c, row: people.end_guardianship(guardianship=row, until=DAY, **_by(c)),
    ),
    "people.actions.families.bulk_guardianships": (
        lambda c: _person(c),
        lambda c, person: people.bulk_guardianships(
            school_id=c.school.pk,
            rows=[people.GuardianshipRow(person.pk, c.student.pk, "other", DAY)],
            **_by(c),
        ),
    ),
    "people.actions.persons.create_person": (_nothing, lambda c, _: _person(c)),
    "people.actions.persons.change_person": (
        _nothing,
        lambda c, _: people.change_person(
            person=c.teacher,
            surname="Соколова-Белая",
            given_name=c.teacher.given_name,
            patronymic=c.teacher.patronymic,
            **_by(c),
        ),
    ),
    "people.actions.persons.bulk_people": (
        _nothing,
        lambda c, _: people.bulk_people(
            school_id=c.school.pk, rows=[people.PersonRow("Новиков", "Пётр")], **_by(c)
        ),
    ),
    "control.actions.upkeep.report_error": (_nothing, lambda c, _: _error(c)),
    "control.actions.upkeep.fix_error": (
        _error,
        lambda c, row: upkeep.fix_error(
            school_id=c.school.pk, report_id=row.pk, answer="Исправлено", fixed_by=c.deputy.pk, **_by(c)
        ),
    ),
    "control.actions.upkeep.enter_norm": (_nothing, lambda c, _: _norm(c)),
    "control.actions.upkeep.finish_review": (
        _norm,
        lambda c, row: upkeep.finish_review(
            school_id=c.school.pk, norm_id=row.pk, outcome="Без изменений", reviewed_by=c.deputy.pk, **_by(c)
        ),
    ),
    "people.actions.orders.enter_order": (
        _nothing,
        lambda c, _: orders.enter_order(
            school_id=c.school.pk,
            homeroom_id=c.homeroom.pk,
            kind="admitted",
            number="31-у",
            signed_on=DAY - timedelta(days=3),
            on=DAY,
            surname="Новиков",
            given_name="Пётр",
            **_by(c),
        ),
    ),
    "people.actions.roles.grant_role": (
        _nothing,
        lambda c, _: people.grant_role(person=c.contact, kind="nurse", starts=DAY, **_by(c)),
    ),
    "people.actions.roles.end_role": (
        lambda c: Role.objects.filter(person=c.nurse).get(),
        lambda c, row: people.end_role(role=row, until=DAY, order_number="16", **_by(c)),
    ),
    "people.actions.roles.bulk_roles": (
        _nothing,
        lambda c, _: people.bulk_roles(
            school_id=c.school.pk, rows=[people.RoleRow(c.contact.pk, "nurse", DAY)], **_by(c)
        ),
    ),
    "people.actions.incidents.disown_writes": (
        _nothing,
        lambda c, _: people.incidents.disown_writes(
            viewer=c.viewer("teacher"), since=c.at - timedelta(days=7), at=c.at
        ),
    ),
    "people.actions.incidents.open_incident": (_nothing, lambda c, _: _incident(c)),
    "people.actions.incidents.close_incident": (
        lambda c: _incident(c),
        lambda c, row: people.incidents.close_incident(
            viewer=c.viewer("director"), incident_id=row.pk, outcome="ничего не изменено", at=c.at
        ),
    ),
    "people.actions.inspection.open_inspection": (_nothing, lambda c, _: _window(c)),
    "people.actions.inspection.end_inspection": (
        lambda c: _window(c),
        lambda c, row: people.inspection.end_inspection(
            viewer=c.viewer("director"), inspection_id=row.pk, at=c.at
        ),
    ),
    "people.actions.inspection.tell_name": (_nothing, lambda c, _: _tell(c)),
    "people.actions.second.finish_codes": (
        lambda c: _begun(c),
        lambda c, row: people.second.finish_codes(
            viewer=c.viewer("teacher"), code=code_of(row, c.at), at=c.at
        ),
    ),
    "people.actions.second.add_key": (
        _nothing,
        lambda c, _: people.second.add_key(
            viewer=c.viewer("teacher"),
            password=PASSWORD,
            title="ноутбук",
            credential_id="abc",
            public_key=b"1",
            sign_count=0,
            at=c.at,
        ),
    ),
    "people.actions.second.make_recovery": (
        lambda c: factor_of(c.teacher, c.at),
        lambda c, _: people.second.make_recovery(viewer=c.viewer("teacher"), at=c.at),
    ),
    "people.actions.second.drop_factor": (
        lambda c: factor_of(c.teacher, c.at),
        lambda c, row: people.second.drop_factor(viewer=c.viewer("teacher"), factor_id=row.pk, at=c.at),
    ),
    "people.actions.second.forget_trust": (
        lambda c: KnownDevice.objects.create(
            user=c.teacher.user,
            token_hash="t",
            made_at=c.at,
            seen_at=c.at,
            trusted_until=c.at + timedelta(days=9),
        ),
        lambda c, _: people.second.forget_trust(viewer=c.viewer("teacher"), at=c.at),
    ),
    "people.actions.identities.link_identity": (
        _nothing,
        lambda c, _: identities.link_identity(
            viewer=c.viewer("teacher"), issuer="https://sso.example", title="Регион", subject="1", at=c.at
        ),
    ),
    "people.actions.identities.unlink_identity": (
        lambda c: _identity(c),
        lambda c, row: identities.unlink_identity(viewer=c.viewer("teacher"), identity_id=row.pk, at=c.at),
    ),
    "people.actions.second.reset_factors": (
        lambda c: factor_of(c.teacher, c.at),
        lambda c, _: people.second.reset_factors(person=c.teacher, ground="пришёл сам, паспорт", **_by(c)),
    ),
    "people.actions.second.require_second_step": (
        _nothing,
        lambda c, _: people.second.require_second_step(
            viewer=c.viewer("operator"),
            role="teacher",
            required_from=NEXT_YEAR - timedelta(days=300),
            at=c.at,
        ),
    ),
    "people.actions.handouts.set_rule": (
        _nothing,
        lambda c, _: people.handouts.set_rule(viewer=c.viewer("operator"), wait_hours=24, at=c.at),
    ),
    "people.actions.handouts.state_purpose": (
        _nothing,
        lambda c, _: people.handouts.state_purpose(
            viewer=c.viewer("deputy"),
            kind="export",
            address="/reports/",
            purpose="отчёт в управление, запрос 14",
            at=c.at,
        ),
    ),
    "people.actions.sign_ins.end_own_sessions": (
        _signed_in,
        lambda c, row: people.sign_ins.end_own_sessions(
            viewer=c.viewer("teacher"), sign_in_ids=[row.pk], at=c.at
        ),
    ),
    "people.actions.sign_ins.disown_sign_in": (
        _signed_in,
        lambda c, row: people.sign_ins.disown_sign_in(
            viewer=c.viewer("teacher"), sign_in_id=row.pk, keep="", at=c.at
        ),
    ),
    "people.actions.sign_ins.end_sessions_of": (
        _signed_in,
        lambda c, row: people.sign_ins.end_sessions_of(
            viewer=c.viewer("deputy"), user_id=row.user_id, at=c.at
        ),
    ),
    "people.actions.sign_ins.review_signal": (
        _signed_in,
        lambda c, row: people.sign_ins.review_signal(
            viewer=c.viewer("deputy"),
            kind="new_device",
            sign_in_id=row.pk,
            note="свой телефон",
            at=c.at,
        ),
    ),
    # ── plans ──
    "plans.actions.approvals.approve": (
        lambda c: TeachingLoad.objects.filter(school=c.school).update(approval=None),
        lambda c, _: plans.approve(
            year=c.year,
            kind="teaching_load",
            order_number="7-т",
            order_date=DAY,
            by=Actor(c.director.user_id, "director"),
            at=c.at,
        ),
    ),
    "plans.actions.journals.bulk_journals": (
        _nothing,
        lambda c, _: plans.bulk_journals(
            year=c.year,
            rows=[plans.JournalRow(c.russian.subject_id, subgroup_id=c.subgroups[0].pk, weekly_hours=1)],
            **_by(c),
        ),
    ),
    "plans.actions.journals.open_journal": (
        _approved_subject,
        lambda c, subject_id: plans.open_journal(
            year=c.year, subject_id=subject_id, homeroom_id=c.homeroom.pk, weekly_hours=1, **_by(c)
        ),
    ),
    "plans.actions.journals.change_journal": (
        _nothing,
        lambda c, _: plans.change_journal(
            journal=c.russian,
            scale_id=c.russian.scale_id,
            plan_id=None,
            weekly_hours=1,
            term_kind=c.russian.term_kind,
            **_by(c),
        ),
    ),
    "plans.actions.journals.set_load": (
        _nothing,
        lambda c, _: plans.set_load(
            journal=c.russian, teacher_id=c.substitute.pk, starts=DAY, weekly_hours=1, **_by(c)
        ),
    ),
    "plans.actions.journals.end_load": (
        lambda c: TeachingLoad.objects.filter(journal=c.russian).first(),
        lambda c, row: plans.end_load(load=row, until=DAY, **_by(c)),
    ),
    "plans.actions.journals.bulk_load": (
        _nothing,
        lambda c, _: plans.bulk_load(
            school_id=c.school.pk,
            rows=[plans.LoadRow(c.russian.pk, c.substitute.pk, DAY)],
            **_by(c),
        ),
    ),
    "plans.actions.programmes.save_plan": (
        _nothing,
        lambda c, _: plans.save_plan(
            year=c.year,
            subject_id=c.russian.subject_id,
            title="Новый план",
            topics=[plans.TopicRow("Вводное занятие")],
            **_by(c),
        ),
    ),
    "plans.actions.programmes.bulk_plans": (
        _nothing,
        lambda c, _: plans.bulk_plans(
            year=c.year,
            rows=[plans.PlanRow(c.russian.subject_id, "Новый план", [plans.TopicRow("Вводное занятие")])],
            **_by(c),
        ),
    ),
    "plans.actions.programmes.set_curriculum": (
        _nothing,
        lambda c, _: plans.set_curriculum(
            year=c.year, rows=[plans.CurriculumRow(c.russian.subject_id, 7, 238, grade=6)], **_by(c)
        ),
    ),
    "plans.actions.programmes.drop_curriculum_line": (
        _nothing,
        lambda c, _: plans.drop_curriculum_line(
            line=CurriculumHours.objects.filter(school=c.school)[0], **_by(c)
        ),
    ),
    # ── regulation ──
    "regulation.actions.adopt": (
        _edition,
        lambda c, source: regulation.adopt(
            school_id=c.school.pk, source=source, in_force_from=date(2026, 12, 1), **_by(c)
        ),
    ),
    "regulation.actions.set_setting": (
        _nothing,
        lambda c, _: regulation.set_setting(
            school_id=c.school.pk,
            act_code="GT",
            name="author_grace",
            value="5min",
            in_force_from=DAY,
            **_by(c),
        ),
    ),
    "regulation.actions.propose": (_nothing, lambda c, _: _proposed(c)),
    "regulation.actions.approve": (
        _proposed,
        lambda c, draft_id: regulation.approve(
            school_id=c.school.pk,
            draft_id=draft_id,
            in_force_from=NEXT_YEAR,
            protocol="",
            on=c.on,
            **_by(c),
        ),
    ),
    "control.actions.trials.ask_trial": (
        _proposed,
        lambda c, draft_id: trials.ask_trial(
            school_id=c.school.pk,
            draft_id=draft_id,
            since=c.on - timedelta(days=7),
            until=c.on,
            on=c.on,
            asked_by=c.deputy.pk,
            **_by(c),
        ),
    ),
    "regulation.actions.withdraw": (
        _proposed,
        lambda c, draft_id: regulation.withdraw(school_id=c.school.pk, draft_id=draft_id, **_by(c)),
    ),
    # ── timetable ──
    "timetable.actions.changes.substitute": (_nothing, lambda c, _: _replaced(c)),
    "timetable.actions.changes.end_substitution": (
        _replaced,
        lambda c, lesson: timetable.end_substitution(lesson=lesson, **_by(c)),
    ),
    "timetable.actions.changes.bulk_substitutions": (
        _free,
        lambda c, lesson: timetable.bulk_substitutions(
            school_id=c.school.pk,
            rows=[timetable.SubstitutionRow(lesson.pk, c.substitute.pk, lesson.teacher_id, c.at)],
            **_by(c),
        ),
    ),
    "timetable.actions.changes.cancel_lesson": (_nothing, lambda c, _: _cancelled(c)),
    "timetable.actions.changes.restore_lesson": (
        _cancelled,
        lambda c, lesson: timetable.restore_lesson(lesson=lesson, **_by(c)),
    ),
    "timetable.actions.changes.move_lesson": (
        _free,
        lambda c, lesson: timetable.move_lesson(
            lesson=lesson, date=date(2026, 10, 24), number=1, reason="кабинет занят", **_by(c)
        ),
    ),
    "timetable.actions.generation.generate_lessons": (
        _nothing,
        lambda c, _: timetable.generate_lessons(
            year=c.year, since=date(2026, 11, 9), until=date(2026, 11, 16), **_by(c)
        ),
    ),
    "timetable.actions.template.set_slots": (
        _nothing,
        lambda c, _: timetable.set_slots(
            year=c.year,
            rows=[timetable.SlotRow(c.russian.pk, 6, 7)],
            starts=date(2026, 11, 9),
            journal_ids=[c.russian.pk],
            **_by(c),
        ),
    ),
    **MORE,
}


def _bells() -> Any:
    from datetime import time

    return [(1, time(14), time(14, 45)), (2, time(14, 55), time(15, 40))]


def sources() -> dict[str, Path]:
    """Modules of every `actions` drawer, by their name below `parta`."""
    root = Path(__file__).resolve().parents[2] / "parta"
    found = sorted(root.glob("*/actions.py")) + sorted(root.glob("*/actions/*.py"))
    return {".".join(path.relative_to(root).with_suffix("").parts): path for path in found}
