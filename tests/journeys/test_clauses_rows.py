"""Rows of guards and watches that stood open last: each is found, or refused, on its one side and not on the other."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from parta.control.actions.findings import keep
from parta.control.models import Check, FindingsKept, Remark
from parta.control.models import Finding as Kept
from parta.control.queries.duties import kept_duties
from parta.control.queries.duty_lines import DutyLine
from parta.diary.models import AbsenceNotice, FamilyReport
from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import LessonRecord, TermMark
from parta.journal.queries.words import class_name
from parta.people.models import Guardianship, Inspection, PersonChange, RosterReview
from parta.timetable.models import Lesson, TimetableSlot
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    MONDAY,
    TUESDAY,
    absent,
    done,
    ids,
    mark,
    note,
    owed,
    page,
    refused_by,
    remarks_of,
    saved,
    send,
    text,
    under,
)
from tests.journeys.test_clauses_checks import found, recorded

YEAR = date(2026, 9, 1)
ABSENT = {IPATOVO: "н"}


def kept(cast: Any, kind: str, at: datetime, clause: str) -> list[DutyLine]:
    """What is kept of a kind under a clause at a moment; it must be what a reckoning from scratch says."""
    viewer = cast.viewer("deputy", at)
    FindingsKept.objects.update(at=None)  # a test may look back
    keep(viewer.school.id, at=at)
    lines = [
        one for one in kept_duties(viewer, YEAR, viewer.on).lines if one.kind == kind and clause in one.ids
    ]
    live = [one for one in found(cast, kind, at=at, since=YEAR) if clause in one.ids]
    assert sorted(one.text for one in lines) == sorted(one.text for one in live)
    return lines


# --- families --------------------------------------------------------------------------------------------------------


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-15", "ET-A-CURATOR-3")
def test_families_that_have_not_read_marks_notices_and_extracts(cast: Any, client_of: Any) -> None:
    """Marks of the half-year stand on 28 December; seven days to confirm, on the web or on paper."""
    term = cast.term
    ended = term.until - timedelta(days=1)
    table, family = client_of(cast.class_teacher), client_of(cast.guardian)
    pupil, other = cast.student, cast.named("Авдеев")
    address = f"/families/{cast.homeroom.pk}/read/"
    # an extract that was handed over and did not come back signed
    day = cast.on
    report = FamilyReport.objects.create(
        school=cast.school, homeroom=cast.homeroom, student=other, medium="paper", starts=MONDAY, until=day,
        contents={}, made_by=cast.class_teacher, made_at=cast.at, given_on=day,
    )  # fmt: skip
    last, late = cast.local(day + timedelta(days=7), 23, 59), cast.local(day + timedelta(days=8), 0)
    assert not kept(cast, "acknowledged", last, "ET-A-DEP-15")
    (line,) = kept(cast, "acknowledged", late, "ET-A-DEP-15")
    assert line.students == ("Авдеев Кирилл",) and line.detail == "Отчёты и выписки: 1".lower()
    done(
        table.post(
            f"/families/{cast.homeroom.pk}/reports/?from=2026-10-12&last=2026-10-13",
            {"act": "sign", "row": report.pk},
        )
    )
    assert not kept(cast, "acknowledged", late, "ET-A-DEP-15")
    # an announcement nobody of the families opened
    done(client_of(cast.deputy).post("/announcements/", NOTICE))
    (line,) = of_class(kept(cast, "acknowledged", late, "ET-A-DEP-15"), cast)
    assert "объявления: 12" in line.detail
    from parta.communication.models import Announcement, Receipt

    Receipt.objects.get_or_create(
        announcement=Announcement.objects.get(), person=cast.guardian, defaults={"read_at": cast.at}
    )
    (line,) = of_class(kept(cast, "acknowledged", late, "ET-A-DEP-15"), cast)
    assert "объявления: 11" in line.detail and "Сафина Диляра" not in line.students
    # marks of the period
    set_at = cast.local(ended, 12)
    for student in (pupil, other):
        TermMark.objects.create(
            school=cast.school, journal=cast.russian, term=term, student=student, value="4",
            set_at=set_at, changed_at=set_at, set_by=cast.teacher,
        )  # fmt: skip
    last, late = (
        cast.local(term.until + timedelta(days=7), 23, 59),
        cast.local(term.until + timedelta(days=8), 0),
    )
    assert not kept(cast, "acknowledged", last, "ET-A-DEP-15"), "until the end of the seventh day"
    for clause in ("ET-A-DEP-15", "ET-A-CURATOR-3"):
        (line,) = kept(cast, "acknowledged", late, clause)
        assert line.students == ("Авдеев Кирилл", "Сафина Диляра") and "отметки за период: 2" in line.detail
        assert line.who_id == cast.class_teacher.pk and {"class_teacher", "controllers"} <= set(line.told)
        assert (line.url_name, line.url_id) == ("family_readings", cast.homeroom.pk), "one click"
    with clock.rehearse(late):
        words = page(table, address)
        assert "Отметки за период: " in words and "0 из 2" in words and "ET" not in words
        assert "Не ознакомлены в срок: 2 семьи" in page(table, "/control/findings/"), "the curator's own list"
        # a week before the marks stood says nothing of them; the week of the marks does
        weeks = [ended - timedelta(days=ended.weekday() + 7), ended - timedelta(days=ended.weekday())]
        week, before = weeks[1].isoformat(), weeks[0].isoformat()
        assert family.post(f"/diary/{pupil.pk}/acknowledge", {"week": before}).status_code == 303
        assert "0 из 2" in page(table, address)
        assert family.post(f"/diary/{pupil.pk}/acknowledge", {"week": week}).status_code == 303
        assert "1 из 2" in page(table, address) and "в дневнике" in page(table, address)
        (line,) = kept(cast, "acknowledged", late, "ET-A-DEP-15")
        assert line.students == ("Авдеев Кирилл",)
        done(table.post("/families/", {"act": "paper", "row": other.pk, "week": week}))
        assert "2 из 2" in page(table, address) and "на бумаге" in page(table, address)
        assert not kept(cast, "acknowledged", late, "ET-A-DEP-15")
    for who, status in (("master", 404), ("teacher", 403), ("guardian", 403)):
        page(client_of(cast.people[who]), address, status)


def of_class(lines: list[DutyLine], cast: Any) -> list[DutyLine]:
    return [line for line in lines if line.url_id == cast.homeroom.pk]


NOTICE = {"act": "announce", "to": "", "audience": "families", "title": "Собрание", "text": "В среду в 18:00"}


@under(DUBROVO)
@pytest.mark.clause("DB-3.5.4d")
def test_share_of_parents_below_the_threshold_of_the_school(cast: Any, client_of: Any) -> None:
    """Two parents with an account; 80 per cent are asked for, of the last seven days."""
    (line,) = [one for one in kept(cast, "participation_rate", cast.at, "DB-3.5.4d") if "6" in one.place]
    assert "Заходили 0 % родителей с доступом, нужно 80 %" in line.text
    assert "Сафина Диляра" in line.students and line.who_id == cast.class_teacher.pk
    page(client_of(cast.guardian), f"/diary/{cast.student.pk}/")
    (line,) = [one for one in kept(cast, "participation_rate", cast.at, "DB-3.5.4d") if "6" in one.place]
    assert "50 %" in line.text and "Сафина Диляра" not in line.students
    # both came: no finding; and again on the eighth day
    second = (
        Guardianship.objects.exclude(guardian=cast.guardian)
        .filter(student__in=cast.students, guardian__user__isnull=False, has_rights=True)
        .first()
    )
    assert second is not None
    page(client_of(second.guardian), f"/diary/{second.student_id}/")
    assert not [one for one in kept(cast, "participation_rate", cast.at, "DB-3.5.4d") if "6" in one.place]
    last, late = cast.at + timedelta(days=6), cast.at + timedelta(days=7)
    assert not [one for one in kept(cast, "participation_rate", last, "DB-3.5.4d") if "6" in one.place]
    assert [one for one in kept(cast, "participation_rate", late, "DB-3.5.4d") if "6" in one.place]


@under(DUBROVO)
@pytest.mark.clause("DB-4.2.2c")
def test_present_in_spite_of_an_accepted_notice_of_the_family(cast: Any, client_of: Any) -> None:
    student, lesson = cast.named("Авдеев"), cast.lesson_on("maths", MONDAY)
    LessonRecord.objects.update_or_create(
        lesson=lesson, defaults={"school": cast.school, "journal": lesson.journal, "roll_at": lesson.ends_at}
    )

    def lines() -> list[DutyLine]:
        return [
            one
            for one in kept(cast, "attendance_consistency", cast.at, "DB-4.2.2c")
            if "предупредила" in one.text
        ]

    notice = AbsenceNotice.objects.create(
        school=cast.school, student=student, starts=MONDAY, until=TUESDAY, first_lesson=lesson.number,
        last_lesson=lesson.number, meaning="excused", text="врач", told_by=cast.guardian, told_at=cast.at,
    )  # fmt: skip
    assert not lines(), "told, and not accepted"
    AbsenceNotice.objects.filter(pk=notice.pk).update(state="accepted")
    (line,) = lines()
    assert line.url_id == lesson.pk and line.students == ("Авдеев Кирилл",)
    assert "12 октября" in line.text.replace("\u00a0", " ")
    assert "предупредила об отсутствии" in page(
        client_of(cast.deputy), "/control/check/?sheet=truth&since=2026-10-01"
    )
    AbsenceNotice.objects.filter(pk=notice.pk).update(first_lesson=lesson.number + 1, last_lesson=7)
    assert not lines(), "another lesson of the day"
    AbsenceNotice.objects.filter(pk=notice.pk).update(first_lesson=None, last_lesson=None)
    assert lines(), "the whole day"
    from parta.journal.models import Absence

    Absence.objects.create(
        school=cast.school, journal=cast.maths, lesson=lesson, student=student, meaning="excused", symbol="у",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    assert lesson.pk not in {one.url_id for one in lines()}, "absent, as told"


# --- freshness, readiness, running ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cast", "clause"),
    [
        pytest.param(COLLEGE, "ET-1.8", marks=pytest.mark.clause("ET-1.8")),
        pytest.param(DUBROVO, "DB-1.8", marks=pytest.mark.clause("DB-1.8")),
    ],
    indirect=["cast"],
)
def test_list_contacts_and_timetable_are_kept_current_too(cast: Any, client_of: Any, clause: str) -> None:
    from parta.control.queries.class_sheet import class_sheet
    from parta.control.queries.sheets import Cut

    def newest() -> dict[str, datetime]:
        viewer = cast.viewer("deputy")
        (line,) = [one for one in class_sheet(viewer, Cut(YEAR, viewer.on)) if one.id == cast.homeroom.pk]
        return line.newest

    def texts(at: datetime = cast.at) -> str:
        lines = [one for one in kept(cast, "journal_up_to_date", at, clause) if one.place == place]
        return "; ".join(f"{one.text}: {one.detail}" for one in lines)

    place = class_name(cast.homeroom.title)
    before = newest()
    assert before["roster"].astimezone(cast.zone).date() == date(2026, 10, 7), "Цой came"
    assert "contact" not in before
    PersonChange.objects.create(
        school=cast.school, person=cast.guardian, field="phone", after="+7", at=cast.at, role="secretary"
    )
    RosterReview.objects.create(
        school=cast.school,
        homeroom=cast.homeroom,
        day=cast.on,
        at=cast.at,
        role="class_teacher",
        students=12,
        changes=1,
    )
    after = newest()
    assert after["contact"] == after["roster"] == cast.at and after["timetable"] == before["timetable"]
    words = page(client_of(cast.deputy), "/control/classes/")
    assert "Список Контакты Расписание" in words
    # families without contacts are overdue
    assert "без представителя или его контактов: " in texts()
    lacking = Guardianship.objects.none()
    for student in cast.students:
        row, _ = Guardianship.objects.get_or_create(
            school=cast.school, guardian=cast.guardian, student=student, defaults={"starts": YEAR}
        )
        lacking |= Guardianship.objects.filter(pk=row.pk)
    type(cast.guardian).objects.filter(pk=cast.guardian.pk).update(phone="+7 900 000-00-00")
    assert "без представителя или его контактов" not in texts()
    # a timetable that ended, with no lesson ahead
    assert "Расписание не обновлено" not in texts()
    TimetableSlot.objects.filter(journal__homeroom=cast.homeroom).update(until=cast.on)
    assert "Расписание не обновлено" not in texts(), "lessons of October stand ahead"
    ahead = cast.local(date(2026, 10, 25), 9)
    assert Lesson.objects.filter(journal__homeroom=cast.homeroom, date__gte=date(2026, 10, 25)).count() == 0
    assert "Расписание не обновлено" in texts(ahead)


@under(CENTRE)
@pytest.mark.clause("CT-2.2b")
def test_group_without_a_schedule_of_informing_by_the_eighth(cast: Any, client_of: Any) -> None:
    from datetime import time

    from parta.communication.actions import habits

    def missing(at: datetime) -> list[DutyLine]:
        return kept(cast, "setup_by", at, "CT-2.2b")

    last, late = cast.local(date(2026, 9, 8), 23, 59), cast.local(date(2026, 9, 9), 0)
    assert not missing(last)
    (line,) = missing(late)
    assert "Расписание информирования родителей" in line.text and "(0 из 2)" in line.text
    assert line.url_name == "control_year", "one click to what is not ready"
    for homeroom, who in ((cast.homeroom, "class_teacher"), (cast.younger, "master")):
        assert homeroom.title.replace(" ", "\u00a0") in missing(late)[0].detail or missing(late)[0].detail
        habits.set_schedule(
            cast.viewer(who), homeroom.pk, weekday=4, hour=time(18), kinds=["absence", "topic"], at=cast.at
        )
    assert not missing(late)
    words = page(client_of(cast.deputy), "/control/year/")
    assert "Расписание информирования родителей" in words


@under(COLLEGE)
@pytest.mark.clause("ET-1.13")
def test_every_finding_is_the_directors_to_answer_for(cast: Any, client_of: Any) -> None:
    words = page(client_of(cast.director), "/control/duties/")
    assert "Отвечает: директор" in words
    assert "расписание информирования" not in words.lower(), "asked only where the act names it"


@under(COLLEGE)
@pytest.mark.clause("ET-7.2f")
def test_each_report_of_the_set_has_its_day(cast: Any, client_of: Any) -> None:
    """The half-year ends on 27 December; every report of the appendix is formed within seven days."""
    last, late = cast.local(date(2027, 1, 3), 23, 59), cast.local(date(2027, 1, 4), 0)
    codes = ("performance", "control_results", "missed_topics", "low_marks", "timely_filling", "curriculum")
    assert not kept(cast, "report_due", last, "ET-7.2f")
    assert len(kept(cast, "report_due", late, "ET-7.2f")) == len(codes)
    with clock.rehearse(cast.local(date(2026, 12, 29), 9)):
        for done_count, code in enumerate(codes, start=1):
            address = f"/reports/{code}/?since=2026-09-01&until=2026-12-27"
            done(client_of(cast.deputy).post(address, {"act": "hand_in", "note": "Итоги полугодия."}))
            assert len(kept(cast, "report_due", late, "ET-7.2f")) == len(codes) - done_count, code
    assert not [one for one in Kept.objects.exclude(state="closed") if one.kind == "report_due"]


@under(IPATOVO)
@pytest.mark.clause("IP-1.1.9a")
def test_old_copy_and_unexplained_break_are_findings_of_the_administration(cast: Any, client_of: Any) -> None:
    from parta.archive.models import Backup
    from parta.foundation.models import Outage

    def lines(at: datetime) -> list[DutyLine]:
        return kept(cast, "availability", at, "IP-1.1.9a")

    (line,) = lines(cast.at)
    assert line.text == "Проверенной копии нет ни одной" and set(line.told) == {"director", "deputy"}
    assert line.owner.startswith("директор") and line.url_name == "system", (
        "since September: gone up to the director"
    )
    Backup.objects.create(
        name="копия", made_at=cast.at, made_by="worker", digest="a" * 64, size=1, files=1, proven_at=cast.at
    )
    assert not lines(cast.at)
    last, late = cast.local(cast.on + timedelta(days=1), 23, 59), cast.local(cast.on + timedelta(days=2), 0)
    assert not lines(last)
    (line,) = lines(late)
    assert "Нет проверенной копии не старше" in line.text and line.owner.startswith("завуч")
    down = Outage.objects.create(starts_at=cast.at - timedelta(hours=3), ends_at=cast.at - timedelta(hours=2))
    (line,) = lines(cast.at)
    assert "1 перерыв" in line.text.replace("\u00a0", " ")
    Outage.objects.filter(pk=down.pk).update(cause="отключали свет")
    assert not lines(cast.at)
    recorded(cast, "maths", 1)
    assert page(client_of(cast.director), "/system/")


# --- hours and experts ------------------------------------------------------------------------------------------------


@under(COLLEGE)
@pytest.mark.clause("ET-A-DIR-7i", "ET-A-DEP-10g")
def test_replaced_missed_and_made_up_hours_by_teacher_and_month(cast: Any, client_of: Any) -> None:
    from parta.control.queries.hours import replaced_hours
    from parta.control.queries.sheets import Cut

    def rows(who: str) -> dict[str, list[Any]]:
        viewer = cast.viewer(who)
        table = replaced_hours(viewer, Cut(YEAR, viewer.on))
        return {str(row[1]): [row[0], *row[2:]] for row in table.rows[:-1]}

    name = cast.teacher.short_name
    before = rows("director")[name]
    assert before[0] == "октябрь 2026" and before[1] == 1 and cast.substitute.short_name in before[2]
    assert before[3:] == [0, 0, 0]
    away, moved = [
        one
        for one in cast.lessons["russian"]
        if one.date < TUESDAY and not hasattr(one, "substitution") and one.date != date(2026, 10, 12)
    ][:2]
    Lesson.objects.filter(pk=away.pk).update(state="cancelled")
    assert rows("director")[name][3:] == [1, 0, 1], "missed and not replaced"
    Lesson.objects.filter(pk=moved.pk).update(state="moved", moved_from=moved.date, date=TUESDAY, number=7)
    LessonRecord.objects.filter(lesson=moved).update(conducted_at=None)
    assert rows("director")[name][3:] == [2, 0, 2], "moved and not held yet"
    LessonRecord.objects.update_or_create(
        lesson=moved, defaults={"school": cast.school, "journal": cast.russian, "conducted_at": cast.at}
    )
    assert rows("director")[name][3:] == [2, 1, 1], "made up"
    Lesson.objects.filter(pk=away.pk).update(hours=6)
    assert rows("director")[name][3:] == [7, 1, 6], "a day of practice is six hours"
    Lesson.objects.filter(pk=away.pk).update(hours=1)
    # the head sees the own department alone; the month is exported
    whole, own = rows("director"), rows("head_of_department")
    assert set(own) < set(whole) and own[name] == whole[name]
    address = "/reports/replaced_hours/?since=2026-10-01&until=2026-10-14"
    words = page(client_of(cast.director), address)
    assert "Пропущено и не заменено, ч." in words and "октябрь 2026" in words
    sheet = client_of(cast.head_of_department).get(f"{address}&as=csv").content.decode("utf-8-sig")
    assert sheet.splitlines()[0].startswith("Месяц;Учитель;Заменено") and "октябрь 2026" in sheet
    page(client_of(cast.teacher), address, 404)


@under(CENTRE)
@pytest.mark.clause("CT-5.6c")
def test_group_of_experts_is_appointed_by_an_order(cast: Any, client_of: Any) -> None:
    from parta.people.models import Role

    def missing() -> list[DutyLine]:
        return kept(cast, "appointment_required", cast.at, "CT-5.6c")

    experts = Role.objects.filter(school=cast.school, kind="inspector")
    experts.update(order_number="")
    (line,) = missing()
    assert "проверяющий" in line.text and "director" in line.told and line.url_name == "setup_people"
    experts.update(order_number="14-о", order_date=YEAR)
    assert not missing()
    # the expert is listed with the order, reads the journals and records a note on those of one group
    assert "14-о" in page(client_of(cast.operator), f"/setup/people/{cast.inspector.pk}/")
    expert, note = client_of(cast.inspector), {"act": "finish", "directions": ["lessons", "roll"]}
    page(expert, f"/journals/{cast.russian.pk}/")
    note |= {"conclusion": "Журнал ведётся аккуратно, темы записаны по программе."}
    whole = expert.post("/control/check/", note)
    assert whole.status_code == 422 and "выберите класс" in text(whole) and not Check.objects.exists()
    address = f"/control/check/?homeroom={cast.homeroom.pk}"
    assert "Записать заключение эксперта" in page(expert, address)
    done(expert.post(address, note | {"fix_by": "2026-10-21", "remarks": "1"}))
    made = Check.objects.get()
    assert (made.made_by, made.role, made.homeroom) == (cast.inspector, "inspector", cast.homeroom)
    assert not Remark.objects.exists(), "an expert orders nobody"
    for name in ("director", "class_teacher"):
        assert "аккуратно" in page(client_of(cast.people[name]), f"/control/certificates/{made.pk}/"), name
    assert "аккуратно" in page(expert, f"/control/certificates/{made.pk}/")
    # a window over the younger group alone, or over other days, opens no other journal to a note
    Inspection.objects.filter(school=cast.school).update(homerooms=[cast.younger.pk])
    assert expert.post(address, note).status_code == 422
    Inspection.objects.filter(school=cast.school).update(homerooms=[], until=date(2026, 9, 10))
    assert "не открывает этих дней" in text(expert.post(address, note))
    assert Check.objects.count() == 1


@under(GYMNASIUM)
def test_where_no_act_appoints_experts_an_inspector_records_nothing(cast: Any, client_of: Any) -> None:
    note = {"act": "finish", "directions": ["lessons"], "conclusion": "Журнал ведётся аккуратно."}
    address = f"/control/check/?homeroom={cast.homeroom.pk}"
    assert client_of(cast.inspector).post(address, note).status_code == 422 and not Check.objects.exists()
    assert "заключение эксперта" not in page(client_of(cast.inspector), address)


# --- words to families ------------------------------------------------------------------------------------------------


@under(GYMNASIUM)
@pytest.mark.clause("GT-P-2.6d")
def test_discourteous_note_is_held_until_a_corrected_one_goes_out(cast: Any, client_of: Any) -> None:
    from parta.journal.models import DiaryNote

    lesson, pupil = cast.lesson, cast.student
    teacher, family = client_of(cast.teacher), client_of(cast.guardian)
    diary, card = f"/diary/{pupil.pk}/", f"/lessons/{lesson.pk}/?tab=topic"

    def say(words: str, kind: str = "remark") -> set[str]:
        return remarks_of(send(teacher, cast.russian, note(lesson, pupil, kind, words)))

    def held() -> list[DutyLine]:
        return kept(cast, "polite_wording", cast.at, "GT-P-2.6d")

    assert not say("Не принёс тетрадь, прошу проверить портфель.") and not held()
    assert "прошу проверить портфель" in page(family, diary)
    assert not say("Сдал зачёт по ОБЖ", "praise"), "an abbreviation is no shout"
    for number, words in enumerate(("Опять ЛЕНТЯЙНИЧАЛ на уроке", "НЕ СДЕЛАЛ НИЧЕГО!"), start=1):
        assert say(words) == {"GT-P-2.6d"}, "the author is warned"
        assert words not in page(family, diary), "the family does not see it"
        lines = held()
        assert len(lines) == number and f"«{words}»" in {one.detail for one in lines}
        assert (
            lines[0].url_id == lesson.pk and lines[0].who_id == cast.teacher.pk and "deputy" in lines[0].told
        )
    assert "задержано, семья не видит" in page(teacher, card)
    assert "ЛЕНТЯЙНИЧАЛ" in page(client_of(cast.deputy), "/control/duties/"), "the deputy's review"
    assert "ЛЕНТЯЙНИЧАЛ" in page(teacher, "/control/findings/"), "the author's own list"
    # another's pupil's note mends nothing; the corrected version does
    other = cast.named("Авдеев")
    assert not remarks_of(send(teacher, cast.russian, note(lesson, other, "praise", "Хорошо отвечал")))
    assert len(held()) == 2
    assert not say("Не выполнил упражнение 12, прошу сделать дома.")
    assert not held() and "Не выполнил упражнение 12" in page(family, diary)
    assert "ЛЕНТЯЙНИЧАЛ" not in page(family, diary) and "ЛЕНТЯЙНИЧАЛ" not in page(teacher, card)
    # or the author drops it
    assert say("бездарь") == {"GT-P-2.6d"} and len(held()) == 1
    row = DiaryNote.objects.get(text="бездарь")
    saved(send(teacher, cast.russian, {"fact": "note", "id": row.pk, "withdraw": True}))
    assert not held() and "бездарь" not in page(family, diary)


# --- marks ------------------------------------------------------------------------------------------------------------


@under(IPATOVO)
@pytest.mark.clause("IP-2.11i")
def test_control_work_lacks_marks_of_pupils_who_were_present(cast: Any, client_of: Any) -> None:
    """A work of today; its marks are due in seven days. Who was away owes none."""
    from parta.journal.models import Absence, Assessment

    lesson, client = cast.lesson, client_of(cast.teacher)
    present, away = cast.named("Авдеев"), cast.named("Асанов")
    Absence.objects.filter(lesson=lesson).delete()
    saved(
        send(
            client, cast.russian, mark(lesson, present, "5", "control"), absent(lesson, away, ABSENT[IPATOVO])
        )
    )
    last = cast.local(cast.on + timedelta(days=8), 0) - timedelta(seconds=1)

    def listed(at: datetime) -> Any:
        (one,) = [one for one in owed(cast, at) if one.fact == "mark" and one.lesson_id == lesson.pk]
        return one

    due, late = listed(last), listed(last + timedelta(seconds=1))
    assert "IP-2.11i" in ids(due) and not due.overdue and late.overdue
    names = [name for _, name in late.students]
    assert "Авдеев Кирилл" not in names and "Асанов Тимур" not in names and len(names) == 10
    assert late.who_id == cast.teacher.pk and "deputy" in late.told
    assert f"/lessons/{lesson.pk}/" in client.get("/today/").content.decode()
    # the work is not finished while one who was present lacks a mark; who was away is not named
    column = Assessment.objects.get(lesson=lesson, work_kind="control")
    finish = {"fact": "column", "lesson": lesson.pk, "assessment": column.pk}
    step = f"/lessons/{lesson.pk}/?tab=marks&work=control"
    assert "Завершить работу" in page(client, step)
    *rest, one_more = [one for one in cast.students if one not in (present, away)]
    saved(send(client, cast.russian, *(mark(lesson, one, "4", "control") for one in rest)))
    answer = send(client, cast.russian, finish)
    assert refused_by(answer) == {"IP-2.11i"}
    (refused,) = answer.json()["refused"]
    assert one_more.surname in str(refused) and away.surname not in str(refused)
    by_form = client.post(step, {"finish": "control"})
    assert by_form.status_code == 422 and "Работа не завершена" in text(by_form)
    assert send(client_of(cast.other_teacher), cast.russian, finish).status_code in (404, 422)
    assert refused_by(send(client_of(cast.deputy), cast.russian, finish)) - {"IP-2.11i"}, "who may not mark"
    column.refresh_from_db()
    assert column.finished_at is None
    # the last mark and the end may come in one operation
    saved(send(client, cast.russian, mark(lesson, one_more, "4", "control"), finish))
    column.refresh_from_db()
    assert column.finished_at == cast.at
    assert "Работа завершена 14.10" in page(client, step)
    assert (
        LogEntry.objects.filter(verb="work_finished", object_id=column.pk, lesson_id=lesson.pk).count() == 1
    )
    assert not [one for one in owed(cast, last) if one.fact == "mark" and one.lesson_id == lesson.pk]


@under(IPATOVO)
def test_a_work_is_finished_without_who_left_and_who_is_taught_apart(cast: Any, client_of: Any) -> None:
    """Neither can be given a mark there by this teacher."""
    from parta.journal.models import Absence, Assessment
    from parta.plans.models import IndividualLine
    from tests.journeys.test_clauses_individual import put_on

    lesson, client = cast.lesson, client_of(cast.teacher)
    Absence.objects.filter(lesson=lesson).delete()
    left, apart, *rest = cast.students
    saved(send(client, cast.russian, *(mark(lesson, one, "4", "control") for one in rest)))
    column = Assessment.objects.get(lesson=lesson, work_kind="control")
    finish = {"fact": "column", "lesson": lesson.pk, "assessment": column.pk}
    plan = put_on(cast, client_of(cast.deputy), apart)
    line, _ = IndividualLine.objects.update_or_create(
        plan=plan, subject=cast.russian.subject, defaults={"weekly_hours": 2, "yearly_hours": 68}
    )
    left.enrolments.update(until=cast.on + timedelta(days=1))
    with clock.rehearse(cast.at + timedelta(days=1)):
        refused = str(send(client, cast.russian, finish).json())
        assert apart.surname in refused and left.surname not in refused
        line.is_apart = True
        line.save()
        saved(send(client, cast.russian, finish))
