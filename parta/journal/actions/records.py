"""The lesson record: topic, held or not, roll taken, and the substitution stated with it."""

from datetime import datetime

from parta.foundation import sql
from parta.journal.actions.batch import Batch, Conflict, Draft, verb_of
from parta.journal.actions.changes import BadInput, ConductedChange, RollChange, TopicChange
from parta.journal.actions.context import LessonFacts
from parta.journal.actions.intents import act_of
from parta.journal.rules import headline

TOPIC_VERBS = {"record": "topic_set", "correct": "topic_changed", "annul": "topic_annulled"}


def plan_topic(batch: Batch, change: TopicChange) -> None:
    """Put a topic into the batch. A topic of the plan is taken with its words; own words may differ."""
    context = batch.context
    lesson = context.lessons[change.lesson_id]
    if change.planned_id is not None and change.planned_id not in context.topics:
        raise BadInput("Этой темы нет в плане журнала: обновите страницу.")
    topic = change.topic
    if change.planned_id is not None and not topic:
        topic = context.topics[change.planned_id][1]
    if lesson.version != change.seen and lesson.topic != topic and lesson.topic:
        batch.conflicts.append(
            Conflict(change.index, lesson.topic, lesson.version, topic, *_last_topic(batch, lesson))
        )
        return
    if lesson.topic == topic and lesson.planned_id == change.planned_id:
        return
    verb = verb_of(lesson.topic, topic)
    old = lesson.topic
    act = act_of(
        batch, "topic", verb, lesson, old=old, new=topic, first_set_at=lesson.topic_at, reason=change.reason
    )
    if batch.admits(change, act, headline(act)) is None:
        return
    batch.record_of(lesson)
    lesson.topic, lesson.planned_id = topic, change.planned_id
    lesson.topic_at = lesson.topic_at or context.at
    batch.note_draft(
        Draft(change.index, TOPIC_VERBS[verb], "lesson", {}, lesson.id, object_id=lesson.id),
        old,
        topic,
        change.reason,
        v=lesson.version,
        planned=change.planned_id,
    )


def _last_topic(batch: Batch, lesson: LessonFacts) -> tuple[int | None, datetime | None]:
    """Who wrote the topic that stands, and when: out of the log, for the record keeps no author of its topic.

    Asked only when somebody has to choose between two topics.
    """
    verbs = tuple(TOPIC_VERBS.values())
    rows = sql.read(
        "SELECT p.id, e.at FROM foundation_logentry e"
        " LEFT JOIN people_person p ON p.user_id = e.user_id AND p.school_id = e.school_id"
        f" WHERE e.chain_id = %s AND e.lesson_id = %s AND e.verb IN ({sql.marks(len(verbs))})"
        " ORDER BY e.seq DESC LIMIT 1",
        (batch.context.head.chain_id, lesson.id, *verbs),
    )
    return (rows[0][0], sql.aware(rows[0][1])) if rows else (None, lesson.topic_at)


def plan_conducted(batch: Batch, change: ConductedChange) -> None:
    """Record the lesson as held; a substitute may state the substitution in the same act."""
    context = batch.context
    lesson = context.lessons[change.lesson_id]
    viewer = context.viewer
    if change.substitution and lesson.substitute_id is None and not lesson.is_assigned:
        act = act_of(batch, "substitution", "record", lesson, reason=change.reason)
        if batch.admits(change, act, headline(act)) is None:
            return
        batch.substitutions.append(
            {"lesson_id": lesson.id, "replaced_id": lesson.teacher_id, "reason": change.reason}
        )
        lesson.substitute_id = viewer.person_id
        batch.known.pop(lesson.id, None)
        batch.note_draft(
            Draft(change.index, "substitution_stated", "substitution", {}, lesson.id, object_id=lesson.id),
            lesson.teacher_id,
            viewer.person_id,
            change.reason,
        )
    if lesson.conducted_at is not None:
        return
    act = act_of(batch, "conducted", "record", lesson)
    verdict = batch.admits(change, act, headline(act))
    if verdict is None:
        return
    batch.record_of(lesson)
    lesson.conducted_at, lesson.conducted_by_id = context.at, viewer.person_id
    batch.note_draft(
        Draft(change.index, "lesson_conducted", "lesson", {}, lesson.id, object_id=lesson.id),
        False,
        True,
        change.reason,
        v=lesson.version,
        late=verdict.is_late,
    )


def plan_roll(batch: Batch, change: RollChange) -> None:
    """The roll has been taken: who is not noted is present."""
    context = batch.context
    lesson = context.lessons[change.lesson_id]
    if lesson.roll_at is not None:
        return
    act = act_of(batch, "roll", "record", lesson)
    verdict = batch.admits(change, act, headline(act))
    if verdict is None:
        return
    batch.record_of(lesson)
    lesson.roll_at = context.at
    batch.note_draft(
        Draft(change.index, "roll_taken", "lesson", {}, lesson.id, object_id=lesson.id),
        False,
        True,
        v=lesson.version,
        late=verdict.is_late,
    )
