"""Roles: dated, given and ended by an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from parta.foundation.log import Actor, Line
from parta.foundation.pagekit import ru_date_full
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Department, Homeroom, School
from parta.people.models import Person, Role
from parta.people.names import check_full_name
from parta.regulation.queries import law
from parta.regulation.words import post_code

OF_HOMEROOM = frozenset({"class_teacher"})
OF_DEPARTMENT = frozenset({"head_of_department"})
MAY_HAVE_HOMEROOM = frozenset({"class_teacher", "master"})
BY_ORDER = frozenset({"director", "deputy", "operator", "head_of_department", "inspector"})
"""Roles a page gives only with the number and date of an order."""


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role from a day until a day."""

    person_id: int
    kind: str
    starts: date
    until: date | None = None
    homeroom_id: int | None = None
    department_id: int | None = None
    order_number: str = ""
    order_date: date | None = None


def posts_of(school_id: int, on: date) -> tuple[str, ...]:
    """Codes of the posts that the acts in force on a day name for themselves."""
    version = School.objects.values_list("law_version", flat=True).get(pk=school_id)
    found = (code for edition in law(school_id, version).on(on).editions for code in edition.posts)
    return tuple(dict.fromkeys(found))


def _line(role: Role) -> Line:
    return Line(
        "role_granted",
        "role",
        role.pk,
        data={
            "person": role.person_id,
            "kind": role.kind,
            "starts": role.starts.isoformat(),
            "until": role.until.isoformat() if role.until else None,
            "homeroom": role.homeroom_id,
            "department": role.department_id,
            "order": role.order_number,
            **({"post": role.post} if role.post else {}),
            "order_date": role.order_date.isoformat() if role.order_date else None,
        },
    )


def grant_role(
    *,
    person: Person,
    kind: str,
    starts: date,
    until: date | None = None,
    homeroom_id: int | None = None,
    department_id: int | None = None,
    order_number: str = "",
    order_date: date | None = None,
    post: str = "",
    by: Actor,
    at: datetime,
) -> Role:
    """Give a role by an order; `post` is what an act calls the one who holds it.

    Raises Refusal for a missing class or department, a role that already holds then, and a name that is not full where
    the act wants the names of this role in full.
    """
    checks.one_of(kind, Role.KINDS, "kind", "роль")
    checks.span(starts, until)
    order_number = checks.text(order_number, 40, "order_number", "номер приказа", needed=False)
    if post and post_code(kind, post) not in posts_of(person.school_id, starts):
        raise Refusal("Такой должности в положении нет: обновите страницу.", "kind")
    if kind in OF_HOMEROOM and homeroom_id is None:
        raise Refusal("Для этой роли нужен класс.", "homeroom")
    if kind in OF_DEPARTMENT and department_id is None:
        raise Refusal("Для этой роли нужна кафедра.", "department")
    if homeroom_id is not None:
        if kind not in MAY_HAVE_HOMEROOM:
            raise Refusal("Эта роль не связана с классом.", "homeroom")
        if not Homeroom.objects.filter(pk=homeroom_id, school_id=person.school_id).exists():
            raise Refusal("Такого класса в школе нет.", "homeroom")
    if department_id is not None:
        if kind not in OF_DEPARTMENT:
            raise Refusal("Эта роль не связана с кафедрой.", "department")
        if not Department.objects.filter(pk=department_id, school_id=person.school_id).exists():
            raise Refusal("Такой кафедры в школе нет.", "department")
    check_full_name(person, [kind], max(starts, at.date()))
    with act(person.school_id, by=by, at=at) as lines:
        same = Role.objects.filter(
            Q(until=None) | Q(until__gt=starts),
            Q(homeroom=homeroom_id) if homeroom_id else Q(homeroom=None),
            Q(department=department_id) if department_id else Q(department=None),
            person=person,
            kind=kind,
            post=post,
        )
        if until is not None:
            same = same.filter(starts__lt=until)
        clash = same.first()
        if clash is not None:
            raise Refusal(f"Эта роль у человека уже есть с {ru_date_full(clash.starts)}", "kind")
        role = Role.objects.create(
            school_id=person.school_id,
            person=person,
            kind=kind,
            homeroom_id=homeroom_id,
            department_id=department_id,
            starts=starts,
            until=until,
            order_number=order_number,
            order_date=order_date,
            post=post,
        )
        lines.append(_line(role))
    return role


def end_role(*, role: Role, until: date, order_number: str = "", by: Actor, at: datetime) -> Role:
    """The role holds no more from `until` on. A role that was to begin later, or that very day, never holds."""
    order_number = checks.text(order_number, 40, "order_number", "номер приказа", needed=False)
    if not checks.EARLIEST <= until < checks.LATEST:
        raise Refusal("Такой даты быть не может: проверьте год.", "until")
    if role.until is not None and role.until <= until:
        raise Refusal("Эта роль к этому дню уже закончена.", "until")
    if role.kind in ("operator", "deputy") and _is_last_manager(role, until):
        raise Refusal("Это последняя роль, которая настраивает школу: сначала дайте её другому.", "until")
    with act(role.school_id, by=by, at=at) as lines:
        role.until = max(until, role.starts)
        role.save(update_fields=["until"])
        lines.append(
            Line("role_ended", "role", role.pk, data={"until": role.until.isoformat(), "order": order_number})
        )
    return role


def _is_last_manager(role: Role, until: date) -> bool:
    others = Role.objects.filter(school_id=role.school_id, kind__in=("operator", "deputy"), starts__lte=until)
    others = others.filter(Q(until=None) | Q(until__gt=until)).exclude(pk=role.pk)
    return not others.filter(person__user__is_active=True).exists()


def bulk_roles(*, school_id: int, rows: Sequence[RoleRow], by: Actor, at: datetime) -> list[int]:
    """Many roles; ids in the order of the rows. Spans and kinds are checked, people must belong to the school."""
    for row in rows:
        checks.one_of(row.kind, Role.KINDS, "kind", "роль")
        checks.span(row.starts, row.until)
    with act(school_id, by=by, at=at) as lines:
        made = Role.objects.bulk_create(
            [
                Role(
                    school_id=school_id,
                    person_id=row.person_id,
                    kind=row.kind,
                    starts=row.starts,
                    until=row.until,
                    homeroom_id=row.homeroom_id,
                    department_id=row.department_id,
                    order_number=row.order_number,
                    order_date=row.order_date,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [_line(role) for role in made]
    return [role.pk for role in made]
