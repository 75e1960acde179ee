"""Cases of the acts of families, of those who write to them, and of control."""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from parta.communication.actions import announcements, habits, messages, phones, questions, trainings
from parta.communication.models import Complaint, Message, PushDevice
from parta.communication.queries.reach import Addressee
from parta.control.actions import checks, closeout, findings, remarks, reports
from parta.control.models import Finding
from parta.diary.actions import feeds, forecast, health, looks, notices, works
from parta.diary.actions import reports as family_reports
from parta.diary.models import CalendarFeed, FamilyReport
from parta.foundation.log import Actor
from parta.journal.models import Absence, Homework
from parta.journal.rules import absence_codes
from parta.journal.rules.acts import Place, Writer
from parta.people.actions.tongue import choose_language
from parta.people.models import Consent, SignIn
from parta.regulation.queries import law
from tests.cast import World
from tests.post.pushes import Browser

MONDAY = date(2026, 10, 12)
Case = tuple[Callable[[World], Any], Callable[[World, Any], Any]]


def _nothing(cast: World) -> None:
    """Needs nothing beforehand."""


# --- words between people


def _to(cast: World, name: str, side: str) -> Addressee:
    person = cast.people[name]
    return Addressee(person.pk, str(person), "", "", side, True, True)


def _thread(cast: World) -> int:
    return messages.send(
        cast.viewer("teacher"),
        [_to(cast, "guardian", "family")],
        subject="Диктант",
        text="Просим повторить словарные слова.",
        student_id=cast.student.pk,
        operation_id=str(uuid4()),
        at=cast.at,
    )


def _complaint(cast: World) -> int:
    thread = _thread(cast)
    message = Message.objects.get(thread_id=thread)
    messages.complain(cast.viewer("guardian"), message.pk, reason="грубо", at=cast.at)
    return int(Complaint.objects.get(message=message).pk)


def _announced(cast: World) -> int:
    return int(
        announcements.announce(
            cast.viewer("deputy"),
            to="",
            audience="all",
            title="Субботник",
            text="В пятницу после уроков.",
            held_on=None,
            held_at=None,
            place="",
            at=cast.at,
        ).pk
    )


def _question(cast: World) -> int:
    return int(questions.ask(cast.viewer("guardian"), desk="officer", text="Где оценки?", at=cast.at).pk)


def _training(cast: World) -> int:
    return int(
        trainings.arrange(
            cast.viewer("deputy"),
            topic="Запись замены",
            audience="staff",
            homeroom_id=None,
            means="session",
            held_on=cast.on,
            place="",
            at=cast.at,
        ).pk
    )


def _health(cast: World) -> int:
    row = health.set_note(
        cast.viewer("nurse"),
        cast.homeroom.pk,
        cast.student.pk,
        group=2,
        sport="special_a",
        advice="не бегать",
        words="",
        at=cast.at,
    )
    assert row is not None
    return int(row.pk)


# --- what a family says


def _notice(cast: World) -> int:
    return int(
        notices.tell_absence(
            cast.viewer("guardian"),
            cast.student.pk,
            starts=cast.on,
            until=cast.on + timedelta(days=1),
            first_lesson=None,
            last_lesson=None,
            meaning="excused",
            text="к врачу",
            file=None,
            at=cast.at,
        ).pk
    )


def _unexplained(cast: World) -> Absence:
    return Absence.objects.filter(
        school_id=cast.school.pk, meaning="unknown", journal__homeroom=cast.homeroom
    ).first() or Absence.objects.create(
        school_id=cast.school.pk,
        journal=cast.russian,
        lesson=cast.lesson,
        student=cast.student,
        meaning="unknown",
        symbol="н",
        set_at=cast.at,
        changed_at=cast.at,
        set_by=cast.teacher,
        version=1,
    )


def _cells(cast: World) -> list[notices.Cell]:
    absence = _unexplained(cast)
    return [notices.Cell(absence.journal_id, absence.lesson_id, absence.student_id, absence.version)]


def _accepted(cast: World) -> None:
    notice = _notice(cast)
    Absence.objects.filter(lesson=cast.lesson, student=cast.student).delete()
    Absence.objects.create(
        school_id=cast.school.pk,
        journal=cast.russian,
        lesson=cast.lesson,
        student=cast.student,
        meaning="unknown",
        symbol="н",
        set_at=cast.at,
        changed_at=cast.at,
        set_by=cast.teacher,
        version=1,
    )
    notices.decide_absence(cast.viewer("class_teacher"), notice, accept=True, answer="", at=cast.at)


def _settled(cast: World) -> int:
    viewer = cast.viewer("class_teacher")
    writer = Writer(viewer.person_id, viewer.roles, frozenset({"class_teacher"}))
    codes = absence_codes(
        law(cast.school.pk, viewer.school.law_version), on=cast.on, by=writer, place=Place()
    )
    return notices.settle_accepted(viewer, codes, at=cast.at)


def _change(cast: World) -> int:
    return int(
        notices.tell_change(
            cast.viewer("guardian"),
            cast.student.pk,
            person_id=cast.guardian.pk,
            field="phone",
            after="+7 000 000-12-34",
            ground="",
            at=cast.at,
        ).pk
    )


def _homework(cast: World) -> int:
    found = Homework.objects.filter(journal=cast.russian, student=None).exclude(text="").first()
    assert found is not None
    return int(found.pk)


def _handed_work(cast: World, homework: int) -> int:
    file = ("решение.pdf", [b"%PDF-1.4 work"])
    return int(
        works.hand_in(cast.viewer("student"), cast.student.pk, homework, file=file, words="", at=cast.at).pk
    )


def _given(cast: World) -> int:
    made = family_reports.make_reports(
        cast.viewer("class_teacher"), cast.homeroom.pk, starts=MONDAY, until=cast.on, at=cast.at
    )
    return made.ids[0]


def _sent(cast: World) -> int:
    _given(cast)
    return int(FamilyReport.objects.get(student=cast.student).pk)


def _sheet(cast: World) -> int:
    Consent.objects.create(
        school=cast.school,
        student=cast.student,
        kind="paper",
        state="given",
        signed_on=cast.on,
        recorded_at=cast.at,
    )
    _given(cast)
    return int(FamilyReport.objects.get(student=cast.student, medium="paper").pk)


def _handed(cast: World) -> int:
    sheet = _sheet(cast)
    family_reports.hand_over(cast.viewer("class_teacher"), sheet, on=cast.on, to="мать", at=cast.at)
    return sheet


# --- control


def _hand(cast: World) -> dict[str, Any]:
    return {"school_id": cast.school.pk, "by": Actor(cast.deputy.user_id, "deputy"), "at": cast.at}


def _remark(cast: World) -> int:
    return remarks.raise_remark(
        person_id=cast.teacher.pk,
        text="Нет домашнего задания",
        due=cast.on + timedelta(days=3),
        on=cast.on,
        made_by=cast.deputy.pk,
        journal_id=cast.russian.pk,
        **_hand(cast),
    )


def _finding(cast: World) -> int:
    findings.keep(cast.school.pk, at=cast.at)
    return Finding.objects.filter(school=cast.school, who_id=cast.class_teacher.pk).earliest("pk").pk


def _to_do(cast: World) -> int:
    row = _finding(cast)
    Finding.objects.filter(pk=row).update(kind="absence_threshold")
    return row


def _excused(cast: World) -> int:
    row = _finding(cast)
    findings.excuse_finding(finding_id=row, person_id=cast.deputy.pk, reason="Приказ 12", **_hand(cast))
    return row


def _answered(cast: World) -> int:
    remark = _remark(cast)
    remarks.answer(remark_id=remark, person_id=cast.teacher.pk, text="Записано", **_hand(cast))
    return remark


def _check(cast: World) -> int:
    row = checks.CheckRow(MONDAY, cast.on, ("lessons",), "Записано вовремя", None, {"teachers": 1})
    return checks.finish_check(
        row=row,
        readers=[(cast.director.pk, "director")],
        made_by=cast.deputy.pk,
        role="deputy",
        on=cast.on,
        **_hand(cast),
    )


def _report(cast: World) -> int:
    row = reports.ReportRow("filling", MONDAY, cast.on, {"rows": []})
    return reports.form_report(row=row, made_by=None, **_hand(cast))


def _pushing(cast: World) -> None:
    phones.switch_push(cast.viewer("deputy"), is_on=True, at=cast.at)


def _phone(cast: World) -> int:
    session = SignIn.objects.create(
        user=cast.guardian.user,
        session_key="phone",
        at=cast.at,
        seen_at=cast.at,
        address="10.0.0.1",
        agent="Chrome, Android",
        device="",
    )
    browser = Browser("https://push.example").form
    given = {name: browser[name] for name in ("endpoint", "key", "secret")}
    phones.switch_phone_on(cast.viewer("guardian"), **given, sign_in_id=session.pk, at=cast.at)
    return PushDevice.objects.get(ended_at=None).pk


ACTS: Mapping[str, Case] = {
    # ── communication ──
    "communication.actions.habits.choose": (
        _nothing,
        lambda c, _: habits.choose(
            c.viewer("guardian"), {"mark": "now"}, quiet_from=None, quiet_until=None, at=c.at
        ),
    ),
    "people.actions.tongue.choose_language": (
        _nothing,
        lambda c, _: choose_language(viewer=c.viewer("guardian"), code="ky", at=c.at),
    ),
    "communication.actions.habits.set_schedule": (
        _nothing,
        lambda c, _: habits.set_schedule(
            c.viewer("class_teacher"), c.homeroom.pk, weekday=4, hour=time(18), kinds=["absence"], at=c.at
        ),
    ),
    "communication.actions.habits.stop_mail": (
        _nothing,
        lambda c, _: habits.stop_mail(c.guardian.pk, at=c.at),
    ),
    "communication.actions.habits.switch_mail": (
        _nothing,
        lambda c, _: habits.switch_mail(c.viewer("deputy"), is_on=True, at=c.at),
    ),
    "communication.actions.phones.switch_push": (
        _nothing,
        lambda c, _: phones.switch_push(c.viewer("deputy"), is_on=True, at=c.at),
    ),
    "communication.actions.phones.switch_phone_on": (_pushing, lambda c, _: _phone(c)),
    "communication.actions.phones.switch_phone_off": (
        lambda c: (_pushing(c), _phone(c))[1],
        lambda c, phone: phones.switch_phone_off(c.viewer("guardian"), phone, at=c.at),
    ),
    "communication.actions.messages.send": (_nothing, lambda c, _: _thread(c)),
    "communication.actions.messages.reply": (
        _thread,
        lambda c, thread: messages.reply(
            c.viewer("guardian"), thread, text="Хорошо", file=None, operation_id=str(uuid4()), at=c.at
        ),
    ),
    "communication.actions.messages.complain": (
        _thread,
        lambda c, thread: messages.complain(
            c.viewer("guardian"), Message.objects.get(thread_id=thread).pk, reason="грубо", at=c.at
        ),
    ),
    "communication.actions.messages.decide_complaint": (
        _complaint,
        lambda c, complaint: messages.decide_complaint(c.viewer("deputy"), complaint, withdraw=True, at=c.at),
    ),
    "communication.actions.messages.set_writing_rule": (
        _nothing,
        lambda c, _: messages.set_writing_rule(
            c.viewer("deputy"), "student", "teacher", is_allowed=False, at=c.at
        ),
    ),
    "communication.actions.announcements.announce": (_nothing, lambda c, _: _announced(c)),
    "communication.actions.announcements.withdraw": (
        _announced,
        lambda c, row: announcements.withdraw(c.viewer("deputy"), row, at=c.at),
    ),
    "communication.actions.questions.ask": (_nothing, lambda c, _: _question(c)),
    "communication.actions.questions.answer": (
        _question,
        lambda c, row: questions.answer(c.viewer("deputy"), row, text="В дневнике.", at=c.at),
    ),
    "communication.actions.trainings.ask": (
        _nothing,
        lambda c, _: trainings.ask(c.viewer("guardian"), topic="Где задания?", at=c.at),
    ),
    "communication.actions.trainings.arrange": (_nothing, lambda c, _: _training(c)),
    "communication.actions.trainings.register": (
        _training,
        lambda c, row: trainings.register(c.viewer("deputy"), row, [c.teacher.pk], at=c.at),
    ),
    "communication.actions.trainings.withdraw": (
        _training,
        lambda c, row: trainings.withdraw(c.viewer("deputy"), row, at=c.at),
    ),
    "diary.actions.health.set_note": (_nothing, lambda c, _: _health(c)),
    "diary.actions.health.hand_over": (
        _nothing,
        lambda c, _: health.hand_over(c.viewer("nurse"), c.homeroom.pk, handed_on=c.on, at=c.at),
    ),
    # ── control ──
    "control.actions.checks.finish_check": (_nothing, lambda c, _: _check(c)),
    "control.actions.checks.acknowledge": (
        _check,
        lambda c, row: checks.acknowledge(check_id=row, person_id=c.director.pk, **_hand(c)),
    ),
    "control.actions.remarks.raise_remark": (_nothing, lambda c, _: _remark(c)),
    "control.actions.remarks.answer": (
        _remark,
        lambda c, row: remarks.answer(remark_id=row, person_id=c.teacher.pk, text="Записано", **_hand(c)),
    ),
    "control.actions.remarks.accept": (
        _answered,
        lambda c, row: remarks.accept(remark_id=row, closed_by=c.deputy.pk, **_hand(c)),
    ),
    "control.actions.remarks.return_remark": (
        _answered,
        lambda c, row: remarks.return_remark(
            remark_id=row, reason="Нет и сейчас", due=c.on + timedelta(days=5), on=c.on, **_hand(c)
        ),
    ),
    "control.actions.findings.answer_finding": (
        _finding,
        lambda c, row: findings.answer_finding(
            finding_id=row, person_id=c.class_teacher.pk, text="Был на олимпиаде", **_hand(c)
        ),
    ),
    "control.actions.findings.do_finding": (
        _to_do,
        lambda c, row: findings.do_finding(
            finding_id=row,
            person_id=c.class_teacher.pk,
            roles=(),
            done_on=c.on,
            on=c.on,
            words="Позвонила маме",
            **_hand(c),
        ),
    ),
    "control.actions.findings.excuse_finding": (
        _finding,
        lambda c, row: findings.excuse_finding(
            finding_id=row, person_id=c.deputy.pk, reason="Приказ 12", **_hand(c)
        ),
    ),
    "control.actions.findings.return_finding": (
        _excused,
        lambda c, row: findings.return_finding(
            finding_id=row, person_id=c.deputy.pk, reason="Приказ отменён", **_hand(c)
        ),
    ),
    "control.actions.closeout.confirm_finals": (
        _nothing,
        lambda c, _: closeout.confirm_finals(
            journal_id=c.russian.pk, term_id=c.term.pk, missing=(), person_id=c.teacher.pk, **_hand(c)
        ),
    ),
    "control.actions.reports.form_report": (_nothing, lambda c, _: _report(c)),
    "control.actions.reports.receive_report": (
        _report,
        lambda c, row: reports.receive_report(report_id=row, person_id=c.deputy.pk, **_hand(c)),
    ),
    # ── diary ──
    "diary.actions.looks.mark_homework_done": (
        lambda c: Homework.objects.filter(journal=c.russian, student=None).exclude(text="").first(),
        lambda c, row: looks.mark_homework_done(
            c.viewer("student"), c.student.pk, row.pk, is_done=True, at=c.at
        ),
    ),
    "diary.actions.looks.acknowledge_week": (
        _nothing,
        lambda c, _: looks.acknowledge_week(c.viewer("guardian"), c.student.pk, MONDAY, at=c.at),
    ),
    "diary.actions.looks.record_paper": (
        _nothing,
        lambda c, _: looks.record_paper(c.viewer("class_teacher"), c.student.pk, MONDAY, None, at=c.at),
    ),
    "diary.actions.notices.tell_absence": (_nothing, lambda c, _: _notice(c)),
    "diary.actions.notices.withdraw_absence": (
        _notice,
        lambda c, row: notices.withdraw_absence(c.viewer("guardian"), row, at=c.at),
    ),
    "diary.actions.notices.decide_absence": (
        _notice,
        lambda c, row: notices.decide_absence(
            c.viewer("class_teacher"), row, accept=True, answer="", at=c.at
        ),
    ),
    "diary.actions.notices.give_reason": (
        _cells,
        lambda c, cells: notices.give_reason(c.viewer("class_teacher"), cells, "Б", reason="", at=c.at),
    ),
    "diary.actions.notices.settle_accepted": (_accepted, lambda c, _: _settled(c)),
    "diary.actions.notices.tell_change": (_nothing, lambda c, _: _change(c)),
    "diary.actions.forecast.show_forecast": (
        _nothing,
        lambda c, _: forecast.show_forecast(c.viewer("deputy"), "staff", at=c.at),
    ),
    "diary.actions.feeds.make_feed": (
        _nothing,
        lambda c, _: feeds.make_feed(c.viewer("guardian"), c.student.pk, at=c.at),
    ),
    "diary.actions.feeds.revoke_feed": (
        lambda c: feeds.make_feed(c.viewer("guardian"), c.student.pk, at=c.at),
        lambda c, _: feeds.revoke_feed(c.viewer("guardian"), CalendarFeed.objects.get().pk, at=c.at),
    ),
    "diary.actions.works.hand_in": (_homework, lambda c, row: _handed_work(c, row)),
    "diary.actions.works.take_back": (
        lambda c: _handed_work(c, _homework(c)),
        lambda c, row: works.take_back(c.viewer("student"), row, at=c.at),
    ),
    "diary.actions.works.comment_work": (
        lambda c: _handed_work(c, _homework(c)),
        lambda c, row: works.comment_work(c.viewer("teacher"), row, text="Хорошо", at=c.at),
    ),
    "diary.actions.reports.make_reports": (_nothing, lambda c, _: _given(c)),
    "diary.actions.reports.read_report": (
        _sent,
        lambda c, row: family_reports.read_report(c.viewer("guardian"), row, at=c.at),
    ),
    "diary.actions.reports.hand_over": (
        _sheet,
        lambda c, row: family_reports.hand_over(c.viewer("class_teacher"), row, on=c.on, to="мать", at=c.at),
    ),
    "diary.actions.reports.record_signature": (
        _handed,
        lambda c, row: family_reports.record_signature(c.viewer("class_teacher"), row, None, at=c.at),
    ),
    "diary.actions.notices.decide_change": (
        _change,
        lambda c, row: notices.decide_change(c.viewer("class_teacher"), row, accept=True, answer="", at=c.at),
    ),
}
