"""Orders on students: entered from paper, apart from the class lists that they are held against."""

from datetime import date, datetime

from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom
from parta.people.models import StudentOrder


def enter_order(
    *,
    school_id: int,
    homeroom_id: int,
    kind: str,
    number: str,
    signed_on: date,
    on: date,
    surname: str,
    given_name: str,
    by: Actor,
    at: datetime,
) -> StudentOrder:
    """Enter a line of an order: who comes to a class or leaves it, from which day. Raises Refusal."""
    checks.one_of(kind, StudentOrder.KINDS, "kind", "что в приказе")
    number = checks.text(number, 40, "number", "номер приказа")
    surname = checks.text(surname, 80, "surname", "фамилия")
    given_name = checks.text(given_name, 80, "given_name", "имя")
    homeroom = Homeroom.objects.filter(pk=homeroom_id, school_id=school_id).select_related("year").first()
    if homeroom is None:
        raise Refusal("Такого класса в школе нет.", "homeroom")
    if not homeroom.year.starts <= on <= homeroom.year.until:
        raise Refusal("День приказа лежит вне учебного года этого класса.", "on")
    if signed_on > at.date() or signed_on.year < 2000:
        raise Refusal("Дата приказа: после 2000 года и не в будущем.", "signed_on")
    with act(school_id, by=by, at=at) as lines:
        row, is_new = StudentOrder.objects.get_or_create(
            homeroom=homeroom,
            kind=kind,
            number=number,
            surname=surname,
            given_name=given_name,
            defaults={
                "school_id": school_id,
                "signed_on": signed_on,
                "starts_on": on,
                "entered_by": by.user_id,
                "entered_at": at,
            },
        )
        if not is_new:
            raise Refusal("Эта строка приказа уже внесена.", "number")
        lines.append(
            Line(
                "student_order_entered",
                "student_order",
                row.pk,
                data={"homeroom": homeroom_id, "kind": kind, "number": number, "on": on.isoformat()},
            )
        )
    return row
