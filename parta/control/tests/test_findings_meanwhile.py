"""Findings are worked out while people write: nobody waits for it, nothing written meanwhile is lost."""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from parta.control.actions import findings as action
from parta.control.actions.findings import answer_finding, excuse_finding, keep
from parta.control.models import Finding, FindingsKept
from parta.foundation import clock, sql
from parta.foundation.models import Chain
from parta.journal.models import LessonRecord
from tests.cast import actor_of
from tests.journeys.steps import GYMNASIUM, held, saved, send, topic, under

from .test_findings_kept import difference

pytestmark = [pytest.mark.django_db(transaction=True), under(GYMNASIUM)]


@pytest.fixture(autouse=True)
def _like_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads stand for processes here: the lock that pages of one process share is taken away."""
    monkeypatch.setattr(action, "_one_at_a_time", lambda school_id: nullcontext(False))


def beside(act: Callable[[], Any]) -> Any:
    """Carry something out on a connection of its own, and wait for it."""
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(act())
        except BaseException as error:
            answers.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert answers, "it had to wait for the reckoning"
    if isinstance(answers[0], BaseException):
        raise answers[0]
    return answers[0]


class Meanwhile:
    """Lets something happen beside a reckoning, once what it is taken from has been read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.acts: list[Callable[[], Any]] = []
        self.answers: list[Any] = []
        self.reckonings = 0
        real = action._compare

        def compare(changes: Any, touched: Any, asked: Any, sources: list[Any]) -> None:
            real(changes, touched, asked, sources)
            if len(sources) > 1:
                self.reckonings += 1
                if self.acts:
                    self.answers.append(beside(self.acts.pop(0)))

        monkeypatch.setattr(action, "_compare", compare)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    return Meanwhile(monkeypatch)


def conduct(cast: Any, client_of: Any) -> tuple[Any, Callable[[], Any]]:
    """A lesson that lacks its record, and its teacher writing it."""
    lesson = cast.lesson_on("maths", cast.on - timedelta(days=1))
    client = client_of(cast.class_teacher)

    def write() -> Any:
        with clock.rehearse(cast.at):
            return saved(send(client, lesson.journal, topic(lesson, "Дроби"), held(lesson)))

    return lesson, write


def test_a_lesson_is_written_while_findings_are_worked_out(
    cast: Any, client_of: Any, meanwhile: Meanwhile
) -> None:
    lesson, write = conduct(cast, client_of)
    meanwhile.acts.append(write)
    keep(cast.school.pk, at=cast.at, anew=True)
    assert meanwhile.answers and meanwhile.reckonings == 1, "a lesson overtakes nobody"
    assert LessonRecord.objects.filter(lesson=lesson).exists()
    stale = Finding.objects.filter(school=cast.school, lesson_id=lesson.pk, fact="conducted").first()
    assert stale is not None and stale.state == "open", "what was worked out is of the moment before"
    assert keep(cast.school.pk, at=cast.at) > 0, "the next look reads what was written meanwhile"
    assert difference(cast, cast.at) == []


@pytest.mark.only("sqlite")
def test_under_the_lock_a_writer_would_wait(cast: Any, meanwhile: Meanwhile) -> None:
    """The planted fault: worked out in a transaction of its own, as it was once, it holds up whoever writes."""

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout=300")
        with transaction.atomic():
            Chain.objects.filter(kind="school").update(head_seq=0)

    meanwhile.acts.append(write)
    with pytest.raises(Exception, match="locked"), transaction.atomic():
        keep(cast.school.pk, at=cast.at, anew=True)


def test_cursors_of_the_moment_of_writing_would_lose_a_lesson(
    cast: Any, client_of: Any, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: the cursors are moved to where the log stands when the differences are written."""
    _, write = conduct(cast, client_of)
    meanwhile.acts.append(write)
    real = sql.insert

    def late(table: str, columns: Any, rows: Any, **more: Any) -> Any:
        if table == "control_findingcursor":
            heads = dict(Chain.objects.values_list("id", "head_seq"))
            rows = [(chain, school, heads[chain]) for chain, school, _ in rows]
        return real(table, columns, rows, **more)

    monkeypatch.setattr(sql, "insert", late)
    keep(cast.school.pk, at=cast.at, anew=True)
    keep(cast.school.pk, at=cast.at)
    assert difference(cast, cast.at) != []


def test_two_processes_at_once_say_the_same_once(cast: Any, client_of: Any, meanwhile: Meanwhile) -> None:
    """The second comes to the end first, and a lesson is written: the first sees it, and asks for what is left."""
    _, write = conduct(cast, client_of)

    def second() -> int:
        changed = keep(cast.school.pk, at=cast.at)
        write()
        return changed

    meanwhile.acts.append(second)
    assert 0 < keep(cast.school.pk, at=cast.at) < meanwhile.answers[0]
    assert meanwhile.reckonings == 3, "both from scratch, then the one lesson"
    assert difference(cast, cast.at) == []
    keys = list(Finding.objects.filter(school=cast.school).values_list("key", flat=True))
    assert keys and len(keys) == len(set(keys))


def test_who_is_overtaken_for_ever_works_it_out_under_the_lock(cast: Any, meanwhile: Meanwhile) -> None:
    """A new finding of another process each time, then nobody can: the lock is held."""
    moments = iter(range(1, 9))

    def overtake() -> Any:
        row, _ = FindingsKept.objects.get_or_create(school=cast.school)
        row.at = cast.at + timedelta(seconds=next(moments))
        row.save()

    meanwhile.acts += [overtake] * action._TRIES
    assert keep(cast.school.pk, at=cast.at, anew=True) > 0
    assert meanwhile.reckonings == action._TRIES + 1
    at = FindingsKept.objects.get(school=cast.school).at
    assert at is not None and difference(cast, at) == []


def overdue(cast: Any) -> Finding:
    keep(cast.school.pk, at=cast.at + timedelta(days=3))
    lesson = cast.lesson_on("maths", cast.on - timedelta(days=1))
    return Finding.objects.get(school=cast.school, lesson_id=lesson.pk, fact="conducted")


def test_what_a_person_says_meanwhile_stays(cast: Any, meanwhile: Meanwhile) -> None:
    """Excused beside a reckoning that found something else of it: both stay."""
    found = overdue(cast)
    at = cast.at + timedelta(days=3)
    deputy = {"school_id": cast.school.pk, "person_id": cast.deputy.pk, "by": actor_of(cast.deputy, "deputy")}
    Finding.objects.filter(pk=found.pk).update(number=77)
    meanwhile.reckonings = 0
    meanwhile.acts.append(
        lambda: excuse_finding(finding_id=found.pk, reason="Приказ 12: карантин", at=at, **deputy)
    )
    keep(cast.school.pk, at=at, anew=True)
    found.refresh_from_db()
    assert (found.state, found.excuse, found.number != 77) == ("excused", "Приказ 12: карантин", True)
    assert meanwhile.reckonings == 2, "it was taken anew"


def test_a_reckoning_that_does_not_look_would_undo_an_answer(
    cast: Any, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: nobody looks whether a person has spoken since."""
    found = overdue(cast)
    monkeypatch.setattr(action, "_was_spoken", lambda head, since: False)
    at, who = cast.at + timedelta(days=3), cast.class_teacher
    teacher = {"school_id": cast.school.pk, "person_id": who.pk, "by": actor_of(who, "teacher")}
    Finding.objects.filter(pk=found.pk).update(number=77)
    meanwhile.acts.append(lambda: answer_finding(finding_id=found.pk, text="Внесу завтра", at=at, **teacher))
    keep(cast.school.pk, at=at, anew=True)
    found.refresh_from_db()
    assert found.state == "open", "the answer is lost"


def test_the_snapshot_writes_nothing_and_sees_one_moment(cast: Any, vendor: str) -> None:
    def seen() -> int:
        return int(sql.read("SELECT COUNT(*) FROM control_findingskept")[0][0])

    with sql.snapshot():
        before = seen()
        beside(lambda: FindingsKept.objects.create(school=cast.school))
        assert seen() == before
    assert seen() == before + 1
    assert not connection.in_atomic_block
    if vendor == "sqlite":
        assert connection.transaction_mode == "IMMEDIATE"  # type: ignore[attr-defined]
