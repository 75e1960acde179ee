"""The year a page is of, and what its lists let one choose: classes, departments, members of staff."""

from datetime import date

from django.db.models import Q

from parta.organisation.models import AcademicYear, Department, Homeroom
from parta.organisation.words import class_title
from parta.people.models import Person, Role
from parta.people.viewer import Viewer

Option = tuple[int, str]


def current_year(viewer: Viewer) -> AcademicYear | None:
    """The year the viewer's day lies in, else the next to come, else the last one."""
    years = list(AcademicYear.objects.filter(school_id=viewer.school.id).order_by("starts"))
    for year in years:
        if viewer.on < year.until:
            return year
    return years[-1] if years else None


def standing(on: date) -> Q:
    """Rows whose span holds the day."""
    return Q(starts__lte=on) & (Q(until=None) | Q(until__gt=on))


def homeroom_options(viewer: Viewer, year: AcademicYear | None) -> list[Option]:
    """Homerooms of the year in the order of grades."""
    rows = Homeroom.objects.filter(school_id=viewer.school.id, year=year).order_by("grade", "title")
    return [(id, class_title(title)) for id, title in rows.values_list("id", "title")]


def department_options(viewer: Viewer) -> list[Option]:
    """Departments of the viewer's school, for a list to choose from."""
    return list(
        Department.objects.filter(school_id=viewer.school.id).order_by("title").values_list("id", "title")
    )


def staff_options(viewer: Viewer, on: date, *, full: bool = False) -> list[Option]:
    """Members of staff with a role on the day, by name: «Соколова М. В.», or in full."""
    found = (
        Person.objects.filter(
            school_id=viewer.school.id, pk__in=Role.objects.filter(standing(on)).values("person_id")
        )
        .exclude(roles__kind="inspector")
        .order_by("surname", "given_name", "patronymic")
        .distinct()
    )
    return [(person.pk, person.full_name if full else person.short_name) for person in found]
