"""From facts read out of the database to an `Act` the rules can judge."""

from datetime import datetime

from parta.journal.actions.batch import Batch, Side
from parta.journal.actions.context import Context, FinalCell, JournalFacts, LessonFacts, StudentFacts
from parta.journal.actions.evidence import gathered, needs_of
from parta.journal.rules.acts import Act, Lesson, Place, TermState, Writer
from parta.journal.rules.lesson_days import days_of_lessons


def place_of(journal: JournalFacts) -> Place:
    """The journal as rules see it. Its tags are those of the subject, and `subgroup` for a part of a class."""
    return Place(
        subject=journal.subject_code,
        subject_title=journal.subject_title,
        subject_area=journal.subject_area,
        grade=journal.grade,
        homeroom=journal.homeroom_title,
        weekly_hours=journal.weekly_hours,
        tags=journal.tags | {"subgroup"} if journal.subgroup_id else journal.tags,
        unmarked=not journal.scale,
        missing_setup=journal.missing_setup,
        school_id=journal.school_id,
        journal_id=journal.id,
    )


def lesson_of(batch: Batch, facts: LessonFacts) -> Lesson:
    """The lesson as rules see it, with the topic it will have after the operation."""
    context = batch.context
    expected = next_topic(context, facts)
    return Lesson(
        id=facts.id,
        date=facts.date,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        day_ends_at=facts.day_ends_at,
        number=facts.number,
        hours=facts.hours,
        assigned_ids=assigned_ids(context, facts),
        substitute_id=facts.substitute_id,
        state=facts.state,  # type: ignore[arg-type]
        conducted=facts.conducted_at is not None,
        topic=batch.topics.get(facts.id, facts.topic),
        planned_topic=expected,
        plan_topics=frozenset(text for _, text in context.topics.values()),
        works=frozenset(a.work for a in context.assessments if a.lesson_id == facts.id),
        following=following_of(batch, facts),
    )


def following_of(batch: Batch, facts: LessonFacts) -> tuple[datetime, ...]:
    """When the journal's next lessons begin, where a deadline counts by them: then one statement an operation."""
    if batch.lesson_days is None:
        days = [lesson.date for lesson in batch.context.lessons.values()]
        journal = batch.context.journal
        batch.lesson_days = days_of_lessons(
            batch.law, school_id=journal.school_id, since=min(days), until=max(days), journal_ids=[journal.id]
        )
    return batch.lesson_days.after(batch.context.journal.id, facts.date)


def next_topic(context: Context, facts: LessonFacts) -> str | None:
    """Text of the plan's next topic for a lesson: its own, if it has one, else the first not yet given."""
    if facts.planned_id in context.topics:
        return context.topics[facts.planned_id][1]
    for topic_id, (_, text) in context.topics.items():
        if topic_id not in context.topics_given:
            return text
    return None


def assigned_ids(context: Context, facts: LessonFacts) -> frozenset[int]:
    """Who holds the lesson by load or timetable, as far as this operation knows: its writer and the timetabled."""
    ids = {facts.teacher_id} if facts.teacher_id is not None else set()
    if facts.is_assigned:
        ids.add(context.viewer.person_id)
    return frozenset(ids)


def writer_of(context: Context, facts: LessonFacts | None) -> Writer:
    """Who writes, and what ties them to the lesson."""
    viewer = context.viewer
    relations: set[str] = set()
    if facts is not None:
        if facts.is_assigned or facts.teacher_id == viewer.person_id:
            relations |= {"assigned"} if facts.load_is_approved else {"assigned", "draft_load"}
            if context.journal.subgroup_id is not None:
                relations.add("subgroup_teacher")
        if facts.substitute_id == viewer.person_id:
            relations.add("substitute")
    elif context.journal.is_assigned:
        relations |= {"assigned"} if context.journal.load_is_approved else {"assigned", "draft_load"}
    if context.is_class_teacher():
        relations.add("class_teacher")
    return Writer(viewer.person_id, viewer.roles, frozenset(relations))


def term_of(context: Context, student: StudentFacts | None, facts: LessonFacts | None) -> TermState | None:
    """The term of the lesson: for a student, when its mark stands; for the whole lesson, when all marks stand."""
    if facts is None:
        return None
    if student is None:
        return TermState(title=facts.closed_term, locked=True) if facts.closed_term else None
    if not student.finals:
        return None
    final = next(
        (f for f in student.finals.values() if f.value and f.starts <= facts.date < f.until),
        None,
    )
    return None if final is None else state_of(final)


def state_of(final: FinalCell) -> TermState:
    """The term as the lock sees it."""
    return TermState(title=final.title, final_set=bool(final.value), starts=final.starts, until=final.until)


def act_of(
    batch: Batch,
    fact: str,
    verb: Side,
    facts: LessonFacts | None,
    student: StudentFacts | None = None,
    **more: object,
) -> Act:
    """An act over a lesson or a term, with what every act carries."""
    context = batch.context
    absent = ""
    if facts is not None and student is not None:
        absent = batch.absent(facts, student)
    if "term" not in more:
        more["term"] = term_of(context, student, facts)
    key = None if facts is None else facts.id
    if key not in batch.known:
        batch.known[key] = (None if facts is None else lesson_of(batch, facts), writer_of(context, facts))
    lesson, writer = batch.known[key]
    if needs := needs_of(batch, fact, verb, facts, student, more):
        more["evidence"] = gathered(batch, needs, fact, facts, student, more)
    return Act(
        fact=fact,  # type: ignore[arg-type]
        verb=verb,
        place=batch.place,
        lesson=lesson,
        by=writer,
        at=context.at,
        made_at=batch.made_at,
        received_at=batch.received_at,
        student_id=None if student is None else student.id,
        absent=absent,
        student_here=student is None or facts is None or student.belongs_on(facts.date),
        states_substitution=facts is not None and facts.id in batch.stated,
        **more,  # type: ignore[arg-type]
    )
