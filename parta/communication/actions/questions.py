"""Questions about working with the journal: asked of a desk, given a number and a term, taken, answered."""

from datetime import datetime

from django.db.models import Max

from parta.communication.models import Question
from parta.communication.queries.questions import desks_of, owner_of
from parta.communication.rules import answer_limit
from parta.foundation.log import Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of


def ask(viewer: Viewer, *, desk: str, text: str, at: datetime) -> Question:
    """Ask the one who answers for the journal, or (a family) the class teacher. Raises Refusal."""
    checks.one_of(desk, Question.DESKS, "desk", "кому вопрос")
    text = checks.text(text, 1000, "text", "вопрос")
    homeroom_id, owner_id = owner_of(viewer, desk)
    if desk == "class_teacher" and homeroom_id is None:
        raise Refusal("Классного руководителя у вас нет: задайте вопрос ответственному за журнал.", "desk")
    same = Question.objects.filter(asked_by_id=viewer.person_id, answered_at=None)
    if (known := same.filter(text=text, desk=desk).first()) is not None:
        return known  # the same form sent twice
    if same.count() >= 20:
        raise Refusal("У вас уже 20 вопросов без ответа: дождитесь ответов.")
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    due_at, _ = answer_limit(law, at, calendar)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        last = (
            Question.objects.filter(school_id=viewer.school.id).aggregate(number=Max("number"))["number"] or 0
        )
        row = Question.objects.create(
            school_id=viewer.school.id,
            number=last + 1,
            asked_by_id=viewer.person_id,
            asked_at=at,
            text=text,
            desk=desk,
            homeroom_id=homeroom_id,
            owner_id=owner_id,
            due_at=due_at,
        )
        lines.append(Line("question_asked", "question", row.pk, data={"number": row.number, "desk": desk}))
    return row


def answer(viewer: Viewer, question_id: int, *, text: str, at: datetime) -> Question:
    """Answer a question of a desk the viewer sits at. Raises Refusal."""
    text = checks.text(text, 2000, "answer", "ответ")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = Question.objects.select_for_update().filter(pk=question_id, school_id=viewer.school.id).first()
        if row is None or not desks_of(viewer).takes(row):
            raise Refusal("На этот вопрос отвечает другой сотрудник.")
        if row.answered_at is not None:
            raise Refusal("Ответ уже дан: обновите страницу.")
        row.answer, row.answered_by_id, row.answered_at, row.owner_id = (
            text,
            viewer.person_id,
            at,
            viewer.person_id,
        )
        row.save(update_fields=["answer", "answered_by", "answered_at", "owner"])
        lines.append(Line("question_answered", "question", row.pk, data={"number": row.number}))
    return row
