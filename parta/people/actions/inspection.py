"""Окно проверки: the director opens it for a purpose, a scope and a time, ends it, and tells one name for a reason."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from parta.foundation import sql
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom
from parta.people.models import Inspection, InspectionAlias, InspectionCase, Person, Role
from parta.people.viewer import Viewer

LONGEST = timedelta(days=31)
"""A window is for one inspection; the next month needs the next decision."""
_LETTERS = "АВЕКМНРСТХ"
_FIRST_SHOWN = 10**12
"""Ids that pages of a window show begin here: no row of a table has such a one."""


def open_inspection(
    *,
    viewer: Viewer,
    inspector_id: int,
    purpose: str,
    ground: str,
    homerooms: Iterable[int],
    since: date | None,
    until: date | None,
    ends_at: datetime,
    at: datetime,
) -> Inspection:
    """Open a window from `at` until `ends_at`. Raises Refusal in words for the form.

    `homerooms`: the classes shown, none for the whole school; `since` and `until` (half-open) the days of lessons.
    """
    inspector = inspectors(viewer).filter(pk=inspector_id).first()
    if inspector is None:
        raise Refusal("Выберите проверяющего: сначала ему по приказу дают роль «проверяющий».", "inspector")
    if inspector.pk == viewer.person_id:
        raise Refusal("Себе окно не открывают.", "inspector")
    purpose, ground = " ".join(purpose.split()), " ".join(ground.split())
    if not 5 <= len(purpose) <= 300:
        raise Refusal("Напишите цель проверки: от 5 до 300 знаков.", "purpose")
    if len(ground) > 200:
        raise Refusal("Основание: не длиннее 200 знаков.", "ground")
    if since and until and since >= until:
        raise Refusal("Первый день периода позже последнего.", "since")
    if not at < ends_at <= at + LONGEST:
        raise Refusal(f"Окно закрывается само: выберите срок от сегодня до {LONGEST.days} дней.", "ends")
    chosen = sorted(set(homerooms))
    if Homeroom.objects.filter(school_id=viewer.school.id, pk__in=chosen).count() != len(chosen):
        raise Refusal("Отметьте классы из списка.", "homerooms")
    if Inspection.objects.filter(inspector=inspector, ended_at=None, ends_at__gt=at).exists():
        raise Refusal("У этого проверяющего окно уже открыто: сначала закройте его.", "inspector")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = Inspection.objects.create(
            school_id=viewer.school.id,
            inspector=inspector,
            purpose=purpose,
            ground=ground,
            homerooms=chosen,
            since=since,
            until=until,
            starts_at=at,
            ends_at=ends_at,
            opened_by=viewer.user_id,
        )
        name_anew(row.pk, viewer.school.id)
        data = {
            "person": inspector.pk,
            "until": ends_at.isoformat(),
            "homerooms": chosen,
            "from": since and since.isoformat(),
            "to": until and until.isoformat(),
        }
        lines.append(Line("window_opened", "inspection", row.pk, data=data))
    return row


def end_inspection(*, viewer: Viewer, inspection_id: int, at: datetime) -> Inspection:
    """Close a window before its time: nothing opens at the inspector's next request. Raises Refusal."""
    row = _open(viewer, inspection_id, at)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        lines.append(Line("window_ended", "inspection", row.pk, data={"person": row.inspector_id}))
    return row


def tell_name(*, viewer: Viewer, inspection_id: int, label: str, reason: str, at: datetime) -> InspectionCase:
    """Tell the inspector who one student is, by the pseudonym that stands on the page. Raises Refusal."""
    row = _open(viewer, inspection_id, at)
    reason = " ".join(reason.split())
    if not 10 <= len(reason) <= 300:
        raise Refusal("Напишите, почему нужно имя: от 10 до 300 знаков.", "reason")
    asked = "".join(label.split()).upper().translate(_ALIKE)
    found = InspectionAlias.objects.filter(inspection=row, label=asked).values_list("person_id", flat=True)
    student = Person.objects.filter(pk__in=found, enrolments__isnull=False).distinct().first()
    if student is None:
        raise Refusal("Такого обозначения ученика в этом окне нет: проверьте буквы и цифры.", "label")
    if InspectionCase.objects.filter(inspection=row, student=student).exists():
        raise Refusal("Имя этого ученика в этом окне уже открыто.", "label")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        case = InspectionCase.objects.create(
            inspection=row, student=student, reason=reason, told_at=at, told_by=viewer.user_id
        )
        data = {"student": student.pk, "person": row.inspector_id, "reason": reason}
        lines.append(Line("name_told", "inspection", row.pk, data=data))
    return case


_ALIKE = str.maketrans("ABEKMHPCTX", _LETTERS)
"""Latin letters that look like those of the pseudonyms: whoever types what he sees is right."""


def inspectors(viewer: Viewer) -> QuerySet[Person]:
    """Who holds the role of an inspector on the viewer's day."""
    held = Role.objects.filter(school_id=viewer.school.id, kind="inspector", starts__lte=viewer.on)
    held = held.exclude(until__lte=viewer.on)
    return Person.objects.filter(pk__in=held.values("person_id"), user__isnull=False)


def name_anew(inspection_id: int, school_id: int) -> None:
    """Draw pseudonyms for everybody who has none in this window and does not work in the school.

    By lot, not out of the name or the id: nothing that an inspector sees tells the one from the other, and another
    window draws others.
    """
    bare = [
        (one, bool(is_student))
        for one, is_student in sql.read(
            "SELECT p.id, EXISTS (SELECT 1 FROM people_enrolment e WHERE e.student_id = p.id) FROM people_person p"
            " WHERE p.school_id = %s AND NOT EXISTS (SELECT 1 FROM people_role r WHERE r.person_id = p.id)"
            " AND NOT EXISTS (SELECT 1 FROM people_inspectionalias a"
            " WHERE a.inspection_id = %s AND a.person_id = p.id)",
            (school_id, inspection_id),
        )
    ]
    if not bare:
        return
    lot = secrets.SystemRandom()
    lot.shuffle(bare)
    taken = set(InspectionAlias.objects.filter(inspection_id=inspection_id).values_list("label", "shown_id"))
    labels, ids = {label for label, _ in taken}, {shown for _, shown in taken}
    rows = []
    for person_id, is_student in bare:
        label, shown = "", 0
        while not label or label in labels:
            label = "".join(lot.choice(_LETTERS) for _ in "..") + f"{lot.randrange(1000):03}"
            label = label if is_student else f"Р-{label}"
        while not shown or shown in ids:
            shown = _FIRST_SHOWN + lot.randrange(10**12)
        labels.add(label)
        ids.add(shown)
        rows.append((inspection_id, person_id, label, shown))
    try:
        with transaction.atomic():
            sql.insert("people_inspectionalias", ("inspection_id", "person_id", "label", "shown_id"), rows)
    except IntegrityError:
        return  # another request has drawn for the same newcomers: its lot is as good


def _open(viewer: Viewer, inspection_id: int, at: datetime) -> Inspection:
    row = Inspection.objects.filter(school_id=viewer.school.id, pk=inspection_id).first()
    if row is None or row.ended_at is not None or row.ends_at <= at:
        raise Refusal("Это окно уже закрыто: обновите страницу.", "row")
    return row
