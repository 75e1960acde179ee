"""Clauses on who sees and who writes: every address asked by those who may and by those who may not."""

from typing import Any

import pytest
from django.urls import reverse

from parta.journal.models import Absence, Mark
from parta.people.models import Person, ReadTrace
from tests.contracts.matrix import LINES
from tests.contracts.test_views import views
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    IPATOVO,
    MONDAY,
    absent,
    mark,
    page,
    presets,
    send,
    text,
)

WORDS = {"messages", "message_new", "writing_rules", "announcements", "questions", "trainings"}
"""Pages on which people write to each other."""
FAMILY_PAGES = {
    *(
        "login",
        "activate",
        "password",
        "account",
        "subject",
        "diary",
        "diary_of",
        "push_worker",
        "timetable",
        "student",
        "regulation",
    ),
    *(
        "diary_homework",
        "diary_absences",
        "diary_forecast",
        "diary_subject",
        "diary_results",
        "diary_class",
        "diary_news",
        "diary_data",
    ),
    *("second_step", "recovery", "feeds", "feed", "notify", "unsubscribe", "updates", "written"),
    *("diary_report", "diary_reports", "handed_file"),
    *("help", "help_page", "outside", "not_me"),
    *WORDS,
}


def tried(person: Any, page_name: str) -> ReadTrace:
    """The latest trace of what a person was refused."""
    found = (
        ReadTrace.objects.filter(user_id=person.user_id, page=f"refused:{page_name}").order_by("-id").first()
    )
    assert found is not None, f"{person} was refused and nothing tells"
    return found


@presets(
    ("goethe23", "GT-I-3.6a"),
    (CENTRE, "CT-5.5a"),
    (IPATOVO, "IP-2.2a"),
    (COLLEGE, "ET-3.2.3a"),
    (DUBROVO, "DB-3.7"),
)
def test_family_sees_own_children_and_a_changed_number_is_refused_and_logged(
    cast: Any, client_of: Any
) -> None:
    client = client_of(cast.guardian)
    for child in (cast.student, cast.brother):
        for address in (f"/diary/{child.pk}/", f"/diary/{child.pk}/?view=marks", f"/students/{child.pk}/"):
            assert child.given_name in page(client, address)
    for address, name in (
        (f"/diary/{cast.other_student.pk}/", "diary_of"),
        (f"/students/{cast.other_student.pk}/", "student"),
    ):
        answer = client.get(address)
        assert answer.status_code == 404 and cast.other_student.surname not in text(answer)
        trace = tried(cast.guardian, name)
        assert (trace.student_id, trace.at) == (cast.other_student.pk, cast.at)
    assert client_of(cast.student).get(f"/diary/{cast.brother.pk}/").status_code == 404
    assert tried(cast.student, "diary_of").student_id == cast.brother.pk
    others = [person for person in cast.students if person.surname not in ("Сафина",)]
    for view in ("", "?view=marks"):
        shown = page(client, f"/diary/{cast.student.pk}/{view}")
        assert not [person for person in others if f"{person.surname} {person.given_name}" in shown]


@presets((CENTRE, "CT-5.5b"))
def test_no_roll_of_another_child_reaches_a_family(cast: Any, client_of: Any) -> None:
    client = client_of(cast.other_guardian)
    shown = page(client, f"/diary/{cast.named('Зайцев').pk}/?week=2026-10-12")
    assert "опоздание 6 мин" in shown and "Орлова" not in shown and "Магомедов" not in shown
    cell = f"lesson={cast.lesson_on('russian', MONDAY).pk}&student={cast.named('Орлова').pk}"
    answer = client.get(f"/journals/{cast.russian.pk}/history?{cell}")
    assert answer.status_code == 403


@presets(("goethe23", "GT-P-1.5b"))
def test_phones_of_another_class_are_refused_and_the_try_is_logged(cast: Any, client_of: Any) -> None:
    cast.outsider.phone = "+996555123456"
    cast.outsider.save()
    address = f"/students/{cast.other_student.pk}/"
    assert "+996555123456" in page(client_of(cast.master), address), "their own class teacher sees it"
    for person, status in ((cast.teacher, 403), (cast.class_teacher, 404)):
        answer = client_of(person).get(address)
        assert answer.status_code == status and "996555123456" not in text(answer)
        assert tried(person, "student").student_id == cast.other_student.pk


@presets((CENTRE, "CT-1.7"))
def test_contacts_of_own_groups_alone_and_a_parent_prints_what_is_kept(cast: Any, client_of: Any) -> None:
    """Fault seen red: cards by no scope (`student_cards.cards`)."""
    numbers = {cast.guardian.pk: "+79001112233", cast.outsider.pk: "+79004445566"}
    for pk, phone in numbers.items():
        Person.objects.filter(pk=pk).update(phone=phone)
    mine, other = (f"/students/{one.pk}/" for one in (cast.student, cast.other_student))
    own, foreign = numbers.values()
    assert own in page(client_of(cast.class_teacher), mine), "6«Б» is this class teacher's"
    assert foreign in page(client_of(cast.master), other), "3«А» is the master's"
    for person, address in ((cast.class_teacher, other), (cast.teacher, mine), (cast.other_teacher, mine)):
        answer = client_of(person).get(address)
        assert answer.status_code in (403, 404) and tried(person, "student")
        assert not any(phone.lstrip("+") in text(answer) for phone in numbers.values())
    for person in (cast.class_teacher, cast.master, cast.teacher):
        client, allowed = client_of(person), {cast.class_teacher.pk: own, cast.master.pk: foreign}
        for name in ("students", "today", "journals", "timetable", "messages"):
            body = client.get(reverse(name)).content.decode()
            for phone in numbers.values():
                assert phone not in body or phone == allowed.get(person.pk), f"{person} at {name}"

    parent = client_of(cast.guardian)
    kept = reverse("subject", args=(cast.student.pk,))
    sheet = page(parent, kept)
    for words in (cast.student.full_name, own, "Представители", "Классы и подгруппы", "Печать"):
        assert words in sheet, words
    trace = ReadTrace.objects.filter(page="export:subject", student_id=cast.student.pk).latest("id")
    assert trace.user_id == cast.guardian.user_id
    assert parent.get(reverse("subject", args=(cast.other_student.pk,))).status_code == 404
    assert client_of(cast.outsider).get(kept).status_code == 404


@presets(("goethe23", "GT-I-BAN-c"))
def test_every_write_address_refuses_a_student_and_notes_the_try(cast: Any, client_of: Any) -> None:
    client, before = client_of(cast.student), (Mark.objects.count(), Absence.objects.count())
    own = {
        "login",
        "logout",
        "activate",
        "password",
        "access_lost",
        "school",
        "thread",
        "announcement",
        *WORDS,
    }
    own |= {"diary_homework", "diary_absences"}  # what a pupil says of themselves; no page of the journal
    own |= {"account", "unlock", "lock", "seen"}
    # the student's own account: its second step, letters and calendar; a page for who has lost the password
    own |= {"confirm", "second_step", "key_options", "login_second", "recovery"}
    own |= {
        "feeds",
        "notify",
        "unsubscribe",
        "written",
        "login_key",
        "language",
        "not_me",
        "outside",
        "outside_begin",
    }
    writes = [name for name in LINES if any(line.post != "405 *" for line in LINES[name].values())]
    assert {"journal_write", "lesson", "permit_ask", "permits", "lesson_files", "today"} <= set(writes)
    for name in sorted(set(writes) - own):
        line = next(iter(LINES[name].values()))
        answer = client.post(reverse(name, kwargs=line.args(cast)), "{}", content_type="application/json")
        assert answer.status_code == 403, name
        assert tried(cast.student, name).at == cast.at
    refused = send(
        client, cast.russian, mark(cast.lesson, cast.student, "5"), absent(cast.lesson, cast.student, "н")
    )
    assert refused.status_code == 403
    assert tried(cast.student, "journal_write").object_id == cast.russian.pk
    assert (Mark.objects.count(), Absence.objects.count()) == before
    assert page(client, "/diary/"), "they may look at their own diary"


@pytest.mark.parametrize("cast", [IPATOVO], indirect=True)
@pytest.mark.clause("IP-2.1b")
def test_students_are_barred_from_the_journal(cast: Any, client_of: Any) -> None:
    client = client_of(cast.student)
    assert send(client, cast.russian, mark(cast.lesson, cast.student, "5")).status_code == 403
    assert tried(cast.student, "journal_write").object_id == cast.russian.pk
    for address in ("/journals/", f"/journals/{cast.russian.pk}/", f"/lessons/{cast.lesson.pk}/"):
        assert client.get(address).status_code == 403


@presets((IPATOVO, "IP-2.1a"))
def test_other_staff_have_single_named_rights_and_none_by_default(cast: Any, client_of: Any) -> None:
    journal, card = f"/journals/{cast.russian.pk}/", f"/students/{cast.student.pk}/"
    opens = {
        "director": (200, 200),
        "deputy": (200, 200),
        "teacher": (200, 403),
        "class_teacher": (200, 200),
        "secretary": (403, 200),
        "social_pedagogue": (403, 200),
        "nurse": (403, 403),
        "student": (403, 403),
        "guardian": (403, 200),
    }
    for name, expected in opens.items():
        client = client_of(cast.people[name])
        assert (client.get(journal).status_code, client.get(card).status_code) == expected, name
        if name in ("secretary", "social_pedagogue", "nurse", "student", "guardian"):
            assert send(client, cast.russian, mark(cast.lesson, cast.student, "5")).status_code == 403, name


@presets((IPATOVO, "IP-2.2b"), (CENTRE, "CT-5.5c"))
def test_timetable_and_topics_of_the_own_class_and_of_no_other(cast: Any, client_of: Any) -> None:
    client = client_of(cast.other_guardian)
    own = page(client, "/timetable/?week=2026-10-12")
    assert "Математика" in own and "Английский язык" in own and "Громова" not in own
    diary = page(client, f"/diary/{cast.named('Зайцев').pk}/?week=2026-10-05")
    assert "Неологизмы" in diary
    assert client.get(f"/timetable/?student={cast.brother.pk}").status_code == 404
    assert client.get(f"/diary/{cast.brother.pk}/").status_code == 404
    assert "Громова" not in page(client, f"/timetable/?homeroom={cast.younger.pk}&week=2026-10-12")
    if cast.preset == CENTRE:
        from parta.people.models import Enrolment

        Enrolment.objects.create(
            school=cast.school, student=cast.named("Зайцев"), homeroom=cast.younger, starts=cast.year.starts
        )
        joint = page(client, "/timetable/?week=2026-10-12")
        assert "Громова" in joint and "Математика" in joint and "Шин" in joint
        assert "Белова" not in joint, "the other subgroup is not theirs"


@presets((COLLEGE, "ET-1.5"))
def test_staff_save_their_own_kind_of_data_and_families_have_no_form(cast: Any, client_of: Any) -> None:
    zaitsev = cast.named("Зайцев")
    held = {
        "fact": "topic",
        "lesson": cast.lesson.id,
        "topic": "Источники фразеологизмов",
        "planned": cast.topics[8].id,
        "seen": 0,
    }
    assert (
        send(client_of(cast.teacher), cast.russian, held, mark(cast.lesson, zaitsev, "5")).status_code == 200
    )
    for name, address, field in (
        ("teacher", f"/lessons/{cast.lesson.pk}/", 'name="topic"'),
        ("deputy", f"/setup/people/{cast.student.pk}/", 'name="surname"'),
        ("class_teacher", "/today/", "Пропуски без причины"),
    ):
        assert field in client_of(cast.people[name]).get(address).content.decode(), name
    for person in (cast.student, cast.guardian):
        client = client_of(person)
        assert client.get(f"/lessons/{cast.lesson.pk}/").status_code == 403
        assert send(client, cast.russian, mark(cast.lesson, zaitsev, "4")).status_code == 403
        body = client.get(f"/diary/{cast.student.pk}/").content.decode()
        forms = body.count("<form")
        forms -= (
            body.count('action="/logout/"')
            + body.count('action="/language/"')
            + body.count(f'action="/diary/{cast.student.pk}/acknowledge"')
        )
        assert forms == 0, "no form but the way out and the family's signature"


@presets((COLLEGE, "ET-1.9"))
def test_inspector_reads_any_journal_and_saves_nothing(cast: Any, client_of: Any) -> None:
    client = client_of(cast.inspector)
    for journal in cast.journals.values():
        assert page(client, f"/journals/{journal.pk}/")
        assert send(client, journal, mark(cast.lesson, cast.student, "5")).status_code == 403
    for person in (cast.student, cast.guardian):
        assert client_of(person).get(f"/journals/{cast.russian.pk}/").status_code == 403
    for name in ("director", "deputy", "head_of_department", "teacher", "class_teacher"):
        assert page(client_of(cast.people[name]), f"/journals/{cast.russian.pk}/"), name


@presets((COLLEGE, "ET-1.10"))
def test_diary_is_for_students_and_parents_who_have_no_journal(cast: Any, client_of: Any) -> None:
    for person in (cast.student, cast.guardian):
        assert "Дневник" in page(client_of(person), "/diary/")
        for address in ("/journals/", f"/journals/{cast.russian.pk}/", "/today/"):
            assert client_of(person).get(address).status_code == 403
    assert client_of(cast.teacher).get(f"/diary/{cast.student.pk}/").status_code == 403


@pytest.mark.parametrize("cast", [COLLEGE], indirect=True)
@pytest.mark.clause("ET-3.2.3b", partly="сверх перечня открыты карточка ребёнка, текст положения и переписка")
def test_parent_walks_over_every_address(cast: Any, client_of: Any) -> None:
    client, opened = client_of(cast.guardian), set()
    for name, lines in LINES.items():
        for line in lines.values():
            if client.get(reverse(name, kwargs=line.args(cast))).status_code == 200:
                opened.add(name)
    assert opened == FAMILY_PAGES


@presets((COLLEGE, "ET-4.13a"))
def test_controllers_read_their_scope_and_alter_no_mark(cast: Any, client_of: Any) -> None:
    zaitsev = cast.named("Зайцев")
    for name, maths in (("head_of_department", 404), ("deputy", 200), ("director", 200)):
        client = client_of(cast.people[name])
        assert page(client, f"/journals/{cast.russian.pk}/"), name
        assert client.get(f"/journals/{cast.maths.pk}/").status_code == maths, name
        tried_mark = send(client, cast.russian, mark(cast.lesson, zaitsev, "5"))
        assert tried_mark.status_code in (403, 422), name
    assert not Mark.objects.filter(assessment__lesson=cast.lesson).exists()
    assert send(client_of(cast.teacher), cast.russian, mark(cast.lesson, zaitsev, "5")).status_code == 200


@presets(
    (COLLEGE, "ET-A-DEP-3a"),
    (COLLEGE, "ET-A-MASTER-27"),
    (COLLEGE, "ET-A-CURATOR-8"),
    (COLLEGE, "ET-A-IT-5c"),
)
def test_cards_are_for_those_who_answer_for_the_student(cast: Any, client_of: Any) -> None:
    address = f"/students/{cast.student.pk}/"
    assert page(client_of(cast.class_teacher), address)
    assert page(client_of(cast.master), f"/students/{cast.brother.pk}/")
    for name, status in (
        ("head_of_department", 403),
        ("master", 404),
        ("other_teacher", 403),
        ("operator", 403),
    ):
        person = cast.people[name]
        answer = client_of(person).get(address)
        assert answer.status_code == status and "Рустамовна" not in text(answer), name
        assert tried(person, "student").student_id == cast.student.pk
    assert client_of(cast.class_teacher).get(f"/students/{cast.brother.pk}/").status_code == 404
    found = page(client_of(cast.class_teacher), "/students/")
    assert "Сафина" in found and "Ли Софья" not in found


@presets((COLLEGE, "ET-A-TEACHER-13"))
def test_teacher_is_shown_no_data_of_parents(cast: Any, client_of: Any) -> None:
    cast.guardian.phone, cast.guardian.email = "+79991112233", "mama@example.org"
    cast.guardian.save()
    client = client_of(cast.teacher)
    for address in (f"/journals/{cast.russian.pk}/", f"/lessons/{cast.lesson.pk}/", "/today/", "/timetable/"):
        body = client.get(address).content.decode()
        assert "79991112233" not in body and "mama@" not in body and "Сафина Гузель" not in body, address
        assert "2014" not in text(client.get(address)), "no date of birth"
    assert client.get(f"/students/{cast.student.pk}/").status_code == 403
    assert "+79991112233" in page(client_of(cast.class_teacher), f"/students/{cast.student.pk}/")


@presets((COLLEGE, "ET-A-IT-5a"))
def test_what_no_table_allows_is_refused_to_everybody(cast: Any, client_of: Any) -> None:
    """Every address × every role: open only where the access table names the role, and never to a stranger."""
    from parta.foundation.access import TABLE

    people = [
        cast.people[name]
        for name in (
            "director",
            "deputy",
            "operator",
            "head_of_department",
            "teacher",
            "class_teacher",
            "master",
            "secretary",
            "social_pedagogue",
            "nurse",
            "inspector",
            "student",
            "guardian",
            "contact",
            "former_teacher",
        )
    ]
    clients = [(cast.viewer(person), client_of(person)) for person in people]
    stranger = client_of(None)
    for _, pattern in views():
        name, rule = str(pattern.name), TABLE[pattern.callback.permission]  # type: ignore[attr-defined]
        kwargs = next(iter(LINES[name].values())).args(cast)
        address = reverse(name, kwargs=kwargs)
        for viewer, client in clients:
            status = client.get(address).status_code
            if not rule.allows(viewer):
                assert status in (403, 405), f"{address} as {viewer.main_role}: {status}"
            else:
                # through an inspector's window no file is seen: nothing blots names in a picture
                shut = {"home"} | (
                    {"handed_file", "file", "message_file", "absence_file"} if viewer.window else set()
                )
                assert status != 403 or name in shut, f"{address} as {viewer.main_role}: {status}"
        if not rule.public:
            answer = stranger.get(address)
            assert answer.status_code in (302, 405), address
            assert answer.status_code == 405 or answer["Location"].startswith("/login/")


@presets((COLLEGE, "ET-A-IT-2"), (COLLEGE, "ET-A-IT-3"))
def test_accounts_and_profiles_are_the_operators(cast: Any, client_of: Any) -> None:
    from parta.foundation.models import LogEntry

    address = f"/setup/people/{cast.contact.pk}/"
    profile = {
        "act": "save",
        "surname": "Сафин",
        "given_name": "Рустам",
        "patronymic": "Ильдарович",
        "phone": "+79990001122",
        "sex": "m",
    }
    for name in ("class_teacher", "teacher", "master", "head_of_department", "secretary"):
        client = client_of(cast.people[name])
        for form in ({"act": "issue"}, profile, {"act": "grant", "kind": "deputy", "starts": "2026-10-14"}):
            assert client.post(address, form).status_code == 403, name
        own = f"/setup/people/{cast.people[name].pk}/"
        assert (
            client.post(own, {"act": "grant", "kind": "director", "starts": "2026-10-14"}).status_code == 403
        )
    assert (
        client_of(cast.teacher)
        .post(
            f"/setup/journals/{cast.maths.pk}/",
            {"act": "add_load", "teacher": cast.teacher.pk, "starts": "2026-10-14", "hours": "5"},
        )
        .status_code
        == 403
    )
    operator = client_of(cast.operator)
    assert operator.post(address, profile).status_code == 302
    cast.contact.refresh_from_db()
    assert cast.contact.phone == "+79990001122"
    line = LogEntry.objects.filter(object_id=cast.contact.pk, verb="person_changed").latest("id")
    assert line.user_id == cast.operator.user_id and line.at == cast.at
    pupil = cast.named("Авдеев")
    answer = operator.post(f"/setup/people/{pupil.pk}/", {"act": "issue"})
    assert answer.status_code == 200
    pupil.refresh_from_db()
    assert pupil.user is not None and pupil.user.login in text(answer)
