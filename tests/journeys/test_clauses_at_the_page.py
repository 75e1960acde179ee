"""Guards at the page: what a table of acts says of a rule is sent as the journal page sends it, one story a school.

The tables beside the rules (`parta/journal/rules/tests`) hold the many cases of a rule; here each of their clauses
meets a person, a page and a row: one breach that is refused or remarked by its clause, one writing that passes.
"""

from datetime import date
from typing import Any

import pytest

from parta.foundation import clock
from parta.journal.models import Absence, Assessment, Homework, LessonRecord, Mark
from parta.organisation.models import Subject, WorkKind
from parta.plans.models import TeachingLoad
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    MONDAY,
    TUESDAY,
    absent,
    final,
    held,
    homework,
    mark,
    note,
    page,
    refused_by,
    remarks_of,
    roll,
    saved,
    send,
    topic,
    under,
)

THURSDAY = date(2026, 10, 15)
"""The day after the cast's today: nothing of it has happened."""


def seen(model: Any, **which: Any) -> int:
    """The version of a row as the page has it."""
    return model.objects.filter(**which).values_list("version", flat=True).first() or 0


def put_topic(client: Any, lesson: Any, words: str, planned: Any = None) -> Any:
    version = seen(LessonRecord, lesson=lesson)
    return send(client, lesson.journal, topic(lesson, words, planned, seen=version))


def give(client: Any, lesson: Any, words: str = "", none: bool = False) -> Any:
    version = seen(Homework, lesson=lesson, student=None)
    return send(client, lesson.journal, homework(lesson, words, none) | {"seen": version})


def nothing_of_tomorrow(cast: Any, client: Any, clause: str, *, marks: bool = True) -> None:
    """Held, absent, roll and mark of tomorrow's lesson: refused, and no row of it."""
    lesson, pupil = cast.lesson_on("russian", THURSDAY), cast.named("Ефимова")
    tried = [
        held(lesson),
        absent(lesson, pupil, "н"),
        roll(lesson),
        *([mark(lesson, pupil, "5")] if marks else []),
    ]
    for change in tried:
        assert clause in refused_by(send(client, cast.russian, change)), change["fact"]
    assert not LessonRecord.objects.filter(lesson=lesson, conducted_at__isnull=False).exists()
    assert not Absence.objects.filter(lesson=lesson).exists()


def column_of_its_day(cast: Any, client: Any, work: str, day: date, clause: str) -> None:
    """A work of an earlier day: its mark is refused in the lesson of Tuesday, and taken in the column of its own."""
    column = Assessment.objects.get(lesson=cast.lesson_on("russian", day))
    pupil = cast.named("Иванов")
    own, other = cast.lesson_on("russian", day), cast.lesson_on("russian", TUESDAY)
    before = Mark.objects.count()
    named = {"assessment": column.pk}
    assert clause in refused_by(send(client, cast.russian, mark(other, pupil, "4", work) | named))
    assert (
        Mark.objects.count() == before
        and not Assessment.objects.filter(lesson=other, work_kind="control").exists()
    )
    saved(send(client, cast.russian, mark(own, pupil, "4", work) | named))
    assert Mark.objects.get(student=pupil).assessment_id == column.pk


def only_own_pages(cast: Any, client_of: Any, *clauses: str, work: str = "oral") -> None:
    """Own pages take a mark; another subject of the class, another class, and the class teacher as such do not."""
    teacher, head, pupil = client_of(cast.teacher), client_of(cast.class_teacher), cast.named("Авдеев")
    saved(send(teacher, cast.russian, mark(cast.lesson, pupil, "5", work)))
    maths, younger = cast.lesson_on("maths", TUESDAY), cast.lessons["younger_russian"][0]
    assert send(teacher, cast.maths, mark(maths, pupil, "5", work)).status_code == 404, (
        "history of the own class"
    )
    foreign = mark(younger, cast.other_student, "5", work)
    assert send(teacher, cast.younger_russian, foreign).status_code == 404, "the own subject of another class"
    page(head, f"/journals/{cast.russian.pk}/")
    for change in (
        mark(cast.lesson, cast.named("Асанов"), "5", work),
        mark(cast.lesson, pupil, "4", work, seen=1),
    ):
        assert set(clauses) <= refused_by(send(head, cast.russian, change)), "a class teacher reads"
    assert not Mark.objects.filter(student__in=[cast.other_student]).exists()


@under(GYMNASIUM)
@pytest.mark.clause("GT-P-2.1c", "GT-P-2.4d", "GT-I-5.2.tch.ж-a")
def test_gymnasium_refuses_what_has_not_been_what_is_anothers_and_the_wrong_column(
    cast: Any, client_of: Any
) -> None:
    client = client_of(cast.teacher)
    nothing_of_tomorrow(cast, client, "GT-P-2.1c")
    saved(
        send(client, cast.russian, topic(cast.lesson, "Фразеологизмы"), held(cast.lesson), roll(cast.lesson))
    )
    only_own_pages(cast, client_of, "GT-P-2.4d")
    column_of_its_day(cast, client, "control", MONDAY, "GT-I-5.2.tch.ж-a")


@under(CENTRE)
@pytest.mark.clause("CT-1.12c", "CT-1.12d")
def test_centre_refuses_tomorrow_and_who_does_not_say_whom_they_replace(cast: Any, client_of: Any) -> None:
    nothing_of_tomorrow(cast, client_of(cast.teacher), "CT-1.12c", marks=False)
    other = client_of(cast.class_teacher)
    saved(send(client_of(cast.teacher), cast.russian, topic(cast.lesson, "Фразеологизмы")))
    assert "CT-1.12d" in refused_by(send(other, cast.russian, held(cast.lesson)))
    assert "CT-1.12d" in refused_by(send(other, cast.russian, roll(cast.lesson)))
    saved(send(other, cast.russian, held(cast.lesson, substitution=True)))
    assert cast.lesson.substitution.substitute_id == cast.class_teacher.pk
    assert cast.lesson.substitution.replaced_id == cast.teacher.pk
    saved(send(other, cast.russian, roll(cast.lesson)))


@under(IPATOVO)
@pytest.mark.clause("IP-2.7a", "IP-2.7b", "IP-2.7c", "IP-2.7d", "IP-2.11e", "IP-2.11g", "IP-2.11j")
def test_ipatovo_refuses_foreign_and_bare_topics_tomorrow_and_the_wrong_column(
    cast: Any, client_of: Any
) -> None:
    client = client_of(cast.teacher)
    nothing_of_tomorrow(cast, client, "IP-2.11e")
    english = client_of(cast.english_teacher), cast.lesson_on("english", cast.on)
    for who, lesson in ((client, cast.lesson), english):
        assert "IP-2.7c" in refused_by(send(who, lesson.journal, held(lesson)))
        assert {"IP-2.7a", "IP-2.7b"} <= refused_by(put_topic(who, lesson, "Present Perfect"))
        assert "IP-2.7d" in refused_by(put_topic(who, lesson, "Контрольная работа"))
        saved(put_topic(who, lesson, "Настоящее совершенное время (Present Perfect)"))
        saved(put_topic(who, lesson, "Контрольная работа № 2: Квадратные уравнения"))
        saved(send(who, lesson.journal, held(lesson)))
    Mark.objects.filter(student=cast.named("Иванов")).delete()
    column_of_its_day(cast, client, "control", MONDAY, "IP-2.11j")
    Mark.objects.filter(student=cast.named("Иванов")).delete()
    column_of_its_day(cast, client, "written", date(2026, 10, 8), "IP-2.11g")


@under(DUBROVO)
@pytest.mark.clause("DB-3.3.1", "DB-3.4.1a")
def test_dubrovo_class_teacher_reads_every_page_of_the_class_and_writes_the_own(
    cast: Any, client_of: Any
) -> None:
    only_own_pages(cast, client_of, "DB-3.3.1", "DB-3.4.1a", work="current")
    head = client_of(cast.class_teacher)
    for name in ("russian", "english", "english_2"):
        page(head, f"/journals/{cast.journals[name].pk}/")
    for change in (homework(cast.lesson, "выучить § 5, с. 4"), topic(cast.lesson, "Фразеологизмы")):
        assert "DB-3.3.1" in refused_by(send(head, cast.russian, change))
    saved(
        send(head, cast.maths, mark(cast.lesson_on("maths", TUESDAY), cast.named("Авдеев"), "5", "current"))
    )


def planned(cast: Any, *journals: Any) -> None:
    """The journals are bound to the plan of the cast: without one a college's journal takes no mark."""
    for journal in journals:
        type(journal).objects.filter(pk=journal.pk).update(plan=cast.plan)


@under(COLLEGE)
@pytest.mark.clause("ET-4.5c", partly="та же проверка при загрузке плана")
@pytest.mark.clause("ET-4.5a", "ET-4.5d", "ET-4.5e", "ET-6.8a", "ET-6.8b", "ET-A-TEACHER-3a")
@pytest.mark.clause("ET-4.6a", "ET-A-TEACHER-4a", "ET-A-TEACHER-6")
def test_college_words_of_topics_homework_and_comments(cast: Any, client_of: Any) -> None:
    """The topic is the plan's, and the next one; a plan whose topic is badly worded is refused for its wording too."""
    client, lesson, topics = client_of(cast.teacher), cast.lesson, cast.topics
    words = page(client, f"/lessons/{lesson.pk}/?tab=topic")
    assert topics[8].text in words, "the page offers the next of the plan"
    for text in ("Допуски", topics[9].text):
        assert {"ET-4.5a", "ET-A-TEACHER-3a"} <= refused_by(put_topic(client, lesson, text))
    for bad, good, clauses in (
        ("Повторение", "Повторение. Производная функции", {"ET-4.5d"}),
        ("Контрольная работа", "Контрольная работа № 2", {"ET-4.5e"}),
        ("Самост. раб.", "Самостоятельная работа по теме «Корень»", {"ET-4.5c"}),
    ):
        for text in (bad, good):
            type(topics[8]).objects.filter(pk=topics[8].pk).update(text=text)
            answer = put_topic(client, lesson, text)
            assert (clauses <= refused_by(answer)) if text == bad else saved(answer), text
    # the same words in the plan of the teacher are refused before they come to a lesson
    assert {"ET-6.8a", "ET-6.8b"} <= refused_by(put_topic(client, lesson, "Present Simple"))
    type(topics[8]).objects.filter(pk=topics[8].pk).update(text="Настоящее простое время (Present Simple)")
    saved(put_topic(client, lesson, "Настоящее простое время (Present Simple)"))
    assert {"ET-4.6a", "ET-A-TEACHER-4a"} <= remarks_of(give(client, lesson, "учить"))
    assert remarks_of(give(client, lesson, "§ 12, с. 45, упр. 3")) & {"ET-4.6a", "ET-A-TEACHER-4a"} == {
        "ET-A-TEACHER-4a"
    }
    for how in ("выучить", "письменно", "устно"):
        assert not remarks_of(give(client, lesson, f"§ 12, с. 45, упр. 3, {how}")), how
    assert "ET-A-TEACHER-6" in remarks_of(give(client, lesson, "уч. §5"))
    assert not remarks_of(give(client, lesson, "выучить § 5"))
    pupil = cast.named("Авдеев")
    assert "ET-A-TEACHER-6" in remarks_of(
        send(client, cast.russian, note(lesson, pupil, "praise", "молодец"))
    )
    kind = note(lesson, pupil, "praise", "Отвечал полно и с примерами")
    assert "ET-A-TEACHER-6" not in remarks_of(send(client, cast.russian, kind))
    # what was let through with a remark is reported to who controls
    saved(give(client, lesson, "учить"))
    assert "учить" in page(client_of(cast.deputy), "/control/check/?sheet=homework&since=2026-10-14")


@under(COLLEGE)
@pytest.mark.clause("ET-4.8", "ET-4.9b", "ET-A-TEACHER-3b", "ET-A-DEP-6t", "ET-A-TEACHER-2f", "ET-6.9")
@pytest.mark.clause("ET-A-TEACHER-1", "ET-A-CURATOR-5a", "ET-A-TEACHER-8", "ET-4.11b", "ET-A-TEACHER-5b")
def test_college_symbols_kinds_subgroups_and_who_writes(cast: Any, client_of: Any) -> None:
    client, head, lesson = client_of(cast.teacher), client_of(cast.class_teacher), cast.lesson
    first, second, away = cast.named("Ефимова"), cast.named("Григорян"), cast.named("Орлова")
    for value in ("1", "5-", ".", "p", "54"):
        assert "ET-4.8" in refused_by(send(client, cast.russian, mark(lesson, first, value))), value
    assert "ET-4.8" in refused_by(send(client, cast.russian, absent(lesson, second, "p")))
    saved(send(client, cast.russian, mark(lesson, first, "5"), absent(lesson, second, "H")))
    assert Absence.objects.get(lesson=lesson, student=second).symbol == "н", "Latin H became Cyrillic"
    for work in ("", "production_task"):
        kinds = refused_by(send(client, cast.russian, mark(lesson, cast.named("Асанов"), "5", work)))
        assert {"ET-A-TEACHER-3b", "ET-A-DEP-6t"} <= kinds, work
    planned(cast, cast.maths, cast.english, cast.english_2)
    maths = cast.lesson_on("maths", TUESDAY)
    assert "ET-4.9b" in refused_by(send(head, cast.maths, mark(maths, first, "5/4", "composition")))
    saved(send(client, cast.russian, mark(lesson, cast.named("Авдеев"), "5/4", "composition")))
    # a cell with «б»: by protocol only
    missed = mark(cast.lesson_on("russian", MONDAY), away, "4", "control")
    assert "ET-A-TEACHER-2f" in refused_by(send(client, cast.russian, missed))
    saved(send(client, cast.russian, missed | {"ground": "protocol", "reason": "протокол № 3"}))
    # each to the own subgroup, unit and group
    english, taught = client_of(cast.english_teacher), cast.lesson_on("english", cast.on)
    half = set(cast.english.subgroup.memberships.values_list("student_id", flat=True))
    mine = next(one for one in cast.students if one.pk in half)
    other = next(one for one in cast.students if one.pk not in half)
    saved(send(english, cast.english, mark(taught, mine, "5")))
    assert send(english, cast.english, mark(taught, other, "5")).status_code == 404
    beside = cast.lesson_on("english_2", cast.on)
    assert send(english, cast.english_2, mark(beside, other, "5")).status_code == 404
    assert not Mark.objects.filter(
        assessment__journal__in=[cast.english, cast.english_2], student=other
    ).exists()
    own = {"ET-A-TEACHER-1", "ET-A-CURATOR-5a"}
    assert own <= refused_by(send(head, cast.russian, mark(lesson, cast.named("Асанов"), "5")))
    # another held the lesson: the replacement is stated in the entry, and its planned topic before it is closed
    assert "ET-A-TEACHER-8" in refused_by(send(head, cast.russian, held(lesson)))
    replaced = cast.lesson_on("maths", cast.on)
    substitute = client_of(cast.substitute)
    assert "ET-4.11b" in refused_by(send(substitute, cast.maths, held(replaced)))
    next_topic = cast.topics[0]
    saved(send(substitute, cast.maths, topic(replaced, next_topic.text, next_topic), held(replaced)))
    # the half-year's mark stands: its lessons are closed, October's as well
    with clock.rehearse(cast.local(date(2026, 12, 23), 12)):
        change = mark(cast.lesson_on("russian", date(2026, 10, 5)), cast.named("Авдеев"), "5", seen=1)
        assert "ET-A-TEACHER-5b" not in judged(send(client, cast.russian, change | {"value": "3"}))
        saved(send(client, cast.russian, final(cast.term, cast.named("Авдеев"), "4")))
        change |= {"seen": seen(Mark, student=cast.named("Авдеев"), assessment__lesson_id=change["lesson"])}
        assert "ET-A-TEACHER-5b" in refused_by(send(client, cast.russian, change))


def judged(answer: Any) -> set[str]:
    """Clauses that refused, of an answer that may also have passed."""
    return refused_by(answer) if answer.status_code == 422 else set()


@under(COLLEGE)
@pytest.mark.clause(
    "ET-A-MASTER-16", "ET-A-MASTER-17f", "ET-A-MASTER-18a", "ET-A-MASTER-18b", "ET-A-MASTER-19a"
)
@pytest.mark.clause("ET-A-MASTER-21", "ET-A-MASTER-23")
def test_college_master_writes_on_the_pages_of_practice(cast: Any, client_of: Any) -> None:
    """The master is given a journal of the own group: as theory it is read only, as practice it is kept."""
    journal, lesson = cast.younger_russian, cast.lessons["younger_russian"][0]
    pupil, sick, client = cast.other_student, cast.brother, client_of(cast.master)
    planned(cast, journal)
    WorkKind.objects.get_or_create(
        school=cast.school,
        code="production_task",
        defaults={"title": "Производственное задание", "short": "ПЗ", "position": 90},
    )

    def task(student: Any, value: str = "5", **more: Any) -> dict[str, Any]:
        return mark(lesson, student, value, "production_task") | more

    other, start = cast.lessons["younger_russian"][1], cast.topics[0]
    with clock.rehearse(other.ends_at):
        put_topic(client_of(cast.other_teacher), other, start.text, start)
        assert "ET-A-MASTER-23" in refused_by(send(client, journal, held(other))), "no replacement is stated"
        saved(send(client, journal, held(other, substitution=True)))
    assert other.substitution.substitute_id == cast.master.pk
    TeachingLoad.objects.filter(journal=journal).update(teacher=cast.master)
    type(lesson).objects.filter(journal=journal).update(teacher=cast.master)
    page(client, f"/journals/{journal.pk}/")
    assert "ET-A-MASTER-16" in refused_by(send(client, journal, mark(lesson, pupil, "5"))), "theory"
    Subject.objects.filter(pk=journal.subject_id).update(tags=["practice"])
    for work in ("", "oral"):
        assert "ET-A-MASTER-18b" in refused_by(send(client, journal, mark(lesson, pupil, "5", work))), work
    saved(send(client, journal, task(pupil)))
    saved(send(client, journal, absent(lesson, sick, "б")))
    assert "ET-A-MASTER-17f" in refused_by(send(client, journal, task(sick)))
    saved(send(client, journal, task(sick, ground="protocol", reason="протокол № 4")))
    assert "ET-A-MASTER-18a" in refused_by(put_topic(client, lesson, "Сборка узлов"))
    first = cast.topics[1]
    type(first).objects.filter(pk=first.pk).update(text="Сб. узлов")
    assert "ET-A-MASTER-21" in refused_by(put_topic(client, lesson, "Сб. узлов"))
    type(first).objects.filter(pk=first.pk).update(text="Сборка узлов")
    saved(put_topic(client, lesson, "Сборка узлов"))
    assert "ET-A-MASTER-19a" in remarks_of(give(client, lesson, "повторить"))
    assert "ET-A-MASTER-19a" not in remarks_of(give(client, lesson, none=True))


DUTIES = [
    (GYMNASIUM, ["GT-I-3.4d", "GT-I-3.4e", "GT-P-2.2"], "отметить явку", "записать домашнее задание"),
    (COLLEGE, ["ET-4.7b"], "отметить явку", ""),
    (DUBROVO, ["DB-3.4.5b"], "", "записать домашнее задание"),
]


@pytest.mark.parametrize(
    ("cast", "roll_words", "homework_words"),
    [
        pytest.param(preset, of_roll, of_homework, marks=pytest.mark.clause(*clauses), id=preset)
        for preset, clauses, of_roll, of_homework in DUTIES
    ],
    indirect=["cast"],
)
def test_what_a_lesson_lacks_stands_before_its_teacher_in_time_and_before_the_deputy_after_it(
    cast: Any, client_of: Any, roll_words: str, homework_words: str
) -> None:
    """On the teacher's home while the day lasts, with its end; on the board of control from the next day on."""
    teacher, deputy, lesson = (
        client_of(cast.class_teacher),
        client_of(cast.deputy),
        cast.lesson_on("maths", TUESDAY),
    )
    duties = [words for words in (roll_words, homework_words) if words]

    def told(of: Any, words: str) -> list[str]:
        """Lines of the teacher's home about a lesson and a duty; each duty with an hour of its own has its line."""
        body = teacher.get("/today/").content.decode().replace("\u00a0", " ")
        lines = [one.split("</li>")[0] for one in body.split("<li>")]
        return [one for one in lines if f"/lessons/{of.pk}/?tab=" in one and words in one]

    def listed(words: str) -> bool:
        """Whether the deputy's board has the lesson for this duty."""
        body = deputy.get("/control/?since=2026-10-13&until=2026-10-13").content.decode()
        return any(f"/lessons/{lesson.pk}/" in one and words in one for one in body.split("<tr"))

    planned(cast, cast.maths)
    with clock.rehearse(cast.local(TUESDAY, 15)):
        for duty in duties:
            (line,) = told(lesson, duty)
            assert "срок был" not in line and ("сегодня" in line or "до " in line), (
                "while it can be done in time"
            )
        if roll_words:
            saved(send(teacher, cast.maths, absent(lesson, cast.named("Авдеев"), "н")))
            assert told(lesson, roll_words), "an absence is no roll: all present is a click of its own"
    with clock.rehearse(cast.local(cast.on, 9)):
        for duty in duties:
            assert listed(duty), duty
    with clock.rehearse(cast.local(TUESDAY, 15, 5)):
        if roll_words:
            saved(send(teacher, cast.maths, roll(lesson)))
        if homework_words:
            saved(give(teacher, lesson, none=True))
        assert not [duty for duty in duties if told(lesson, duty)]
    with clock.rehearse(cast.local(cast.on, 9)):
        assert not [duty for duty in duties if listed(duty)]
    if homework_words:  # given in advance, it is not asked on the day
        ahead = cast.lesson_on("maths", THURSDAY)
        with clock.rehearse(cast.local(cast.on, 12)):
            saved(give(teacher, ahead, "упражнение 7"))
        with clock.rehearse(cast.local(THURSDAY, 20)):
            assert told(ahead, "записать урок") and not told(ahead, homework_words)
