"""Homerooms and subgroups of a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, BellSchedule, Department, Homeroom, Room, Subgroup, Term


@dataclass(frozen=True, slots=True)
class HomeroomRow:
    """A homeroom as it should be; `title` is its natural key in the year."""

    title: str
    grade: int | None = None
    letter: str = ""
    term_kind: str = "quarter"
    bells_id: int | None = None
    room_id: int | None = None
    external_id: str = ""
    profile: str | None = None
    """Trade or profile; None: as it stands."""
    department_id: int | None = None
    """0: of none; None: as it stands."""


@dataclass(frozen=True, slots=True)
class SubgroupRow:
    """A subgroup as it should be; `split` says what the class is parted for, `title` is the natural key in the year."""

    title: str
    short: str
    split: str
    homeroom_ids: tuple[int, ...]


def ensure_homerooms(
    *, year: AcademicYear, rows: Sequence[HomeroomRow], by: Actor, at: datetime
) -> dict[str, int]:
    """Homerooms of the year by title: missing ones are made, differing ones changed."""
    checks.not_closed(year)
    school_id = year.school_id
    with act(school_id, by=by, at=at) as lines:
        known = {room.title: room for room in Homeroom.objects.filter(school_id=school_id, year=year)}
        bells = set(BellSchedule.objects.filter(school_id=school_id).values_list("id", flat=True))
        rooms = set(Room.objects.filter(school_id=school_id).values_list("id", flat=True))
        for row in rows:
            title = checks.text(row.title, 60, "title", "название класса")
            fields = _fields(row, school_id, bells, rooms)
            homeroom = known.get(title)
            if homeroom is None:
                known[title] = Homeroom.objects.create(school_id=school_id, year=year, title=title, **fields)
                lines.append(
                    Line("homeroom_added", "homeroom", known[title].pk, data={"title": title, **fields})
                )
                continue
            names = checks.changed(homeroom, **fields)
            if names:
                homeroom.save(update_fields=names)
                lines.append(
                    Line(
                        "homeroom_changed",
                        "homeroom",
                        homeroom.pk,
                        data={name: fields[name] for name in names},
                    )
                )
    return {title: homeroom.pk for title, homeroom in known.items()}


def _fields(row: HomeroomRow, school_id: int, bells: set[int], rooms: set[int]) -> dict[str, Any]:
    if row.grade is not None and not 0 <= row.grade <= 13:
        raise Refusal("Параллель: от 1 до 11, курс: от 1 до 6.", "grade")
    checks.one_of(row.term_kind, Term.KINDS, "term_kind", "учебный период")
    if row.bells_id is not None and row.bells_id not in bells:
        raise Refusal("Такого расписания звонков в школе нет.", "bells")
    if row.room_id is not None and row.room_id not in rooms:
        raise Refusal("Такого кабинета в школе нет.", "room")
    known: dict[str, Any] = {}
    if row.profile is not None:
        known["profile"] = checks.text(row.profile, 160, "profile", "профиль или специальность", needed=False)
    if row.department_id is not None:
        known["department_id"] = row.department_id or None
        if (
            row.department_id
            and not Department.objects.filter(school_id=school_id, pk=row.department_id).exists()
        ):
            raise Refusal("Такого отделения нет: выберите из списка.", "department")
    return known | {
        "grade": row.grade,
        "letter": checks.text(row.letter, 40, "letter", "буква класса", needed=False),
        "term_kind": row.term_kind,
        "bells_id": row.bells_id,
        "room_id": row.room_id,
        "external_id": checks.text(row.external_id, 120, "external_id", "внешний код", needed=False),
    }


def change_homeroom(*, homeroom: Homeroom, row: HomeroomRow, by: Actor, at: datetime) -> Homeroom:
    """Correct a homeroom, its title included."""
    school_id = homeroom.school_id
    title = checks.text(row.title, 60, "title", "название класса")
    clash = Homeroom.objects.filter(school_id=school_id, year_id=homeroom.year_id, title=title)
    if clash.exclude(pk=homeroom.pk).exists():
        raise Refusal(f"Класс «{title}» в этом году уже есть.", "title")
    with act(school_id, by=by, at=at) as lines:
        fields = _fields(
            row,
            school_id,
            set(BellSchedule.objects.filter(school_id=school_id).values_list("id", flat=True)),
            set(Room.objects.filter(school_id=school_id).values_list("id", flat=True)),
        )
        names = checks.changed(homeroom, title=title, **fields)
        if names:
            homeroom.save(update_fields=names)
            lines.append(
                Line(
                    "homeroom_changed",
                    "homeroom",
                    homeroom.pk,
                    data={name: getattr(homeroom, name) for name in names},
                )
            )
    return homeroom


def ensure_subgroups(
    *, year: AcademicYear, rows: Sequence[SubgroupRow], by: Actor, at: datetime
) -> dict[str, int]:
    """Subgroups of the year by title: missing ones are made, differing ones changed."""
    checks.not_closed(year)
    school_id = year.school_id
    with act(school_id, by=by, at=at) as lines:
        known = {
            group.title: group
            for group in Subgroup.objects.filter(school_id=school_id, year=year).prefetch_related("homerooms")
        }
        homerooms = set(Homeroom.objects.filter(year=year).values_list("id", flat=True))
        for row in rows:
            title = checks.text(row.title, 80, "title", "название подгруппы")
            if not row.homeroom_ids or not set(row.homeroom_ids) <= homerooms:
                raise Refusal(
                    f"У подгруппы «{title}» должен быть хотя бы один класс этого года.", "homerooms"
                )
            fields = {
                "short": checks.text(row.short, 20, "short", "короткое название"),
                "split": checks.text(row.split, 60, "split", "на что делится класс"),
            }
            group = known.get(title)
            if group is None:
                group = Subgroup.objects.create(school_id=school_id, year=year, title=title, **fields)
                group.homerooms.set(row.homeroom_ids)
                known[title] = group
                lines.append(
                    Line(
                        "subgroup_added",
                        "subgroup",
                        group.pk,
                        data={"title": title, "homerooms": sorted(row.homeroom_ids), **fields},
                    )
                )
                continue
            names = checks.changed(group, **fields)
            if names:
                group.save(update_fields=names)
            before = {homeroom.pk for homeroom in group.homerooms.all()}
            if before != set(row.homeroom_ids):
                group.homerooms.set(row.homeroom_ids)
                names.append("homerooms")
            if names:
                lines.append(
                    Line(
                        "subgroup_changed",
                        "subgroup",
                        group.pk,
                        data={**fields, "homerooms": sorted(row.homeroom_ids)},
                    )
                )
    return {title: group.pk for title, group in known.items()}
