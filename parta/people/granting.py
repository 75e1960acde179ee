"""What the act in force lets these pages do: who issues access to whom and how; whether a card may be filled."""

from collections.abc import Sequence

from parta.organisation.acts import Refusal, act
from parta.people import actions, rules
from parta.people.actions import Issued
from parta.people.models import Person
from parta.people.queries import register
from parta.people.queries.rosters import kin_of
from parta.people.viewer import Viewer


def _students_of(viewer: Viewer, person: Person, kinds: frozenset[str]) -> list[int]:
    """The students whose consent counts for this person's access."""
    if "student" in kinds:
        return [person.pk]
    if "guardian" in kinds:
        return list(
            person.wards.filter(has_rights=True, starts__lte=viewer.on)
            .exclude(until__lte=viewer.on)
            .values_list("student_id", flat=True)
        )
    return []


def of_own_class(viewer: Viewer, homeroom_id: int | None) -> bool:
    """Whether the class is the viewer's own, as its class teacher or master."""
    return homeroom_id is not None and homeroom_id in viewer.homeroom_ids


def allowed_way(viewer: Viewer, person: Person, *, own_class: bool = False) -> rules.Issuing:
    """How access may be issued to a person.

    Raises Refusal, citing the act: for a person without a function in the school, for a viewer who does not issue to
    such people, and where the family's consent has to come first.
    """
    kinds = register.roles_of(viewer, [person.pk]).get(person.pk, frozenset())
    if not kinds:
        raise Refusal(
            f"{person.full_name}: нет роли, класса или ребёнка в школе."
            " Сначала запишите, кто это, потом выдайте доступ.",
            "account",
        )
    law = rules.law_of(viewer)
    way = rules.issuing(law, viewer.on, giver=viewer.roles, taker=kinds, own_class=own_class)
    if not way.allowed:
        raise Refusal(way.refusal, "account")
    if kinds <= rules.FAMILY_ROLES:
        students = _students_of(viewer, person, kinds)
        lacking = rules.without_consent(law, viewer.on, students, "electronic_access")
        if students and len(lacking) == len(students):
            raise Refusal(
                f"{person.full_name}: доступ не выдан, нет согласия семьи на обработку персональных данных"
                f"{next(iter(lacking.values())).brackets}. Запишите заявление на странице класса.",
                "account",
            )
    return way


def give(
    viewer: Viewer,
    people: Sequence[Person],
    *,
    own_class: bool = False,
    login: str = "",
    repeat: bool = False,
    by_code: bool = False,
    by_mail: bool = False,
) -> list[Issued]:
    """Issue access to these people, in their order. Raises Refusal at the first who may not get it: nothing is issued.

    A one-time password, or an activation code: when asked for, and always where the act lets everybody get access by
    themselves. `repeat` stops what worked before. `by_mail`: the code goes to the person's address.
    """
    by, at = viewer.acting_as(), viewer.at
    issued: list[Issued] = []
    ways = [(person, allowed_way(viewer, person, own_class=own_class)) for person in people]
    with act(viewer.school.id, by=by, at=at):
        for person, way in ways:
            if person.user_id is not None and not repeat:
                raise Refusal("У этого человека уже есть учётная запись: выдайте доступ заново.", "login")
            if person.user_id is not None and person.user_id == viewer.user_id:
                raise Refusal("Свой пароль меняют на странице «Сменить пароль».", "account")
            if by_code or by_mail or way.by_self:
                issued += actions.issue_codes(
                    school_id=viewer.school.id,
                    person_ids=[person.pk],
                    lives=way.code_lives,
                    login=login,
                    by_mail=by_mail,
                    by=by,
                    at=at,
                )
            elif person.user_id is None:
                issued.append(actions.issue_account(person=person, login=login, by=by, at=at))
            else:
                issued.append(actions.reset_password(person=person, by=by, at=at))
    return issued


def kin_ids(viewer: Viewer, student_ids: Sequence[int]) -> set[int]:
    """These students and those who stand for them today."""
    return {*student_ids, *(one.id for parents in kin_of(student_ids, viewer.on).values() for one in parents)}


def card_closed(viewer: Viewer, person_id: int) -> str:
    """Why nothing beyond name and class may be filled in a student's card; empty when it may, or for no student."""
    kinds = register.roles_of(viewer, [person_id]).get(person_id, frozenset())
    if "student" not in kinds:
        return ""
    lacking = rules.without_consent(rules.law_of(viewer), viewer.on, [person_id], "card")
    if person_id not in lacking:
        return ""
    return (
        f"Без согласия семьи в карточке только имя и класс{lacking[person_id].brackets}."
        " Сначала запишите заявление с номером и датой."
    )
