"""An inspection from the director's decision to what was read: scope, pseudonyms, one name told, the end."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from parta.control.models import Finding, FindingsKept
from parta.foundation.models import LogEntry
from parta.journal.models import Mark
from parta.people.models import Inspection, InspectionAlias, InspectionCase
from tests.cast import client_of, statements

pytestmark = pytest.mark.django_db
HOME = "/inspections/"


def opened(cast: Any, **more: Any) -> Any:
    """The director opens a window over 6Б and the week from 12 October, for three days."""
    form = {
        "act": "start",
        "inspector": cast.inspector.pk,
        "purpose": "обращение родителей 6Б",
        "ground": "приказ 12 от 13.10.2026",
        "homerooms": [cast.homeroom.pk],
        "since": "2026-10-12",
        "until": "2026-10-17",
        "ends": (cast.on + timedelta(days=3)).isoformat(),
    }
    return client_of(cast.director).post(HOME, form | more)


def labels_of(cast: Any) -> dict[int, str]:
    last = Inspection.objects.filter(school=cast.school).latest("pk")
    return dict(InspectionAlias.objects.filter(inspection=last).values_list("person_id", "label"))


def test_an_inspection(cast: Any) -> None:
    inspector, director = client_of(cast.inspector), client_of(cast.director)
    assert opened(cast).status_code == 422, "the window of the cast is still open: one at a time"
    first = Inspection.objects.get(school=cast.school)
    assert client_of(cast.deputy).post(HOME, {"act": "end", "row": first.pk}).status_code == 403
    assert director.post(HOME, {"act": "end", "row": first.pk}).status_code == 302
    closed = inspector.get("/")
    assert closed.status_code == 403 and "Окно проверки не открыто" in closed.content.decode()
    for address in ("/journals/", f"/journals/{cast.russian.pk}/", "/students/", "/control/", "/inspection/"):
        assert inspector.get(address).status_code == 403, address

    # what the form refuses
    for wrong in (
        {"purpose": "нет"},
        {"ends": (cast.on + timedelta(days=40)).isoformat()},
        {"ends": (cast.on - timedelta(days=1)).isoformat()},
        {"since": "2026-10-18"},
        {"homerooms": [cast.outside.homeroom.pk]},
        {"inspector": cast.teacher.pk},
    ):
        assert opened(cast, **wrong).status_code == 422, wrong
    assert opened(cast).status_code == 302

    # the scope: one class, one week
    page = inspector.get("/inspection/").content.decode()
    assert "обращение родителей 6Б" in page and "уроки с 12.10.2026 по 17.10.2026" in page
    grid = inspector.get(f"/journals/{cast.russian.pk}/").content.decode()
    assert inspector.get(f"/journals/{cast.younger_russian.pk}/").status_code == 404
    assert inspector.get(f"/lessons/{cast.lesson.pk}/").status_code == 200
    assert (
        inspector.get(f"/lessons/{cast.lesson_on('russian', cast.on - timedelta(days=6)).pk}/").status_code
        == 404
    )
    assert inspector.get(f"/control/classes/{cast.younger.pk}/").status_code == 404
    register = inspector.get("/students/").content.decode()
    labels = labels_of(cast)
    assert labels[cast.student.pk] in register and labels[cast.other_student.pk] not in register

    # pseudonyms: the same on every page of the window, in an order that says nothing, found by themselves only
    for pupil in cast.students:
        assert labels[pupil.pk] in grid and pupil.surname not in grid, pupil.surname
    rows = re.findall(r'<tr data-s="(\d+)"', grid)
    shown = dict(InspectionAlias.objects.values_list("shown_id", "person_id"))
    assert len(rows) == 13 and all(int(one) in shown for one in rows)
    assert labels[cast.student.pk] not in inspector.get("/students/?q=Сафина").content.decode()
    assert (
        labels[cast.student.pk] in inspector.get(f"/students/?q={labels[cast.student.pk]}").content.decode()
    )

    # marks that were corrected, and those alone, are counted
    corrected = Mark.objects.filter(
        journal=cast.russian, assessment__lesson__date__range=(date(2026, 10, 12), date(2026, 10, 17))
    ).exclude(first_value="")
    figures = re.search(r'<td class="r">(\d+)</td><td class="r"><a href="#corrected">(\d+)</a>', page)
    assert figures is not None and 0 < int(figures[2]) < int(figures[1]) and corrected.exists()

    # a figure opens to its cell's history
    pupil = cast.named("Авдеев")
    veiled = next(one for one, real in shown.items() if real == pupil.pk and str(one) in rows)
    lesson = cast.lesson_on("russian", cast.on - timedelta(days=2))
    told = inspector.get(f"/journals/{cast.russian.pk}/history?student={veiled}&lesson={lesson.pk}")
    assert told.status_code == 200 and told.json()["entries"], "recorded, then corrected"
    assert "Соколова" in told.content.decode(), "whoever works here is named"
    bare = inspector.get(f"/journals/{cast.russian.pk}/history?student={pupil.pk}&lesson={lesson.pk}")
    assert bare.status_code == 404, "numbers of rows lead nowhere"

    # one name, for a reason, by what stands on the page
    row = Inspection.objects.filter(school=cast.school).latest("pk")
    case = {
        "act": "tell",
        "row": row.pk,
        "label": labels[pupil.pk].lower(),
        "reason": "жалоба отца на отметку за диктант",
    }
    assert director.post(HOME, case | {"reason": "надо"}).status_code == 422
    assert director.post(HOME, case | {"label": "ЯЯ000"}).status_code == 422
    assert client_of(cast.deputy).post(HOME, case).status_code == 403
    assert director.post(HOME, case).status_code == 302
    card = inspector.get(f"/students/{veiled}/").content.decode()
    assert "Авдеев" in card and "2014" not in card, "the name, and no more than the name"
    grid = inspector.get(f"/journals/{cast.russian.pk}/").content.decode()
    assert "Авдеев" in grid and "Сафина" not in grid
    line = LogEntry.objects.get(verb="name_told")
    assert json.loads(line.data)["student"] == pupil.pk and "жалоба" in line.data

    # the director sees what was read
    seen = re.sub(r"\s+", " ", director.get(f"{HOME}?window={row.pk}").content.decode())
    assert "Карточка ученика" in seen and "История клетки журнала" in seen and "жалоба отца" in seen
    assert director.get(HOME).status_code == 200

    # the end, and another window: other pseudonyms, the told name is hidden again
    director.post(HOME, {"act": "end", "row": row.pk})
    assert inspector.get(f"/journals/{cast.russian.pk}/").status_code == 403
    assert opened(cast, homerooms=[], since="", until="").status_code == 302
    again = labels_of(cast)
    assert sum(again[one.pk] == labels[one.pk] for one in cast.students) <= 1
    assert "Авдеев" not in inspector.get(f"/journals/{cast.russian.pk}/").content.decode()
    assert inspector.get(f"/journals/{cast.younger_russian.pk}/").status_code == 200
    assert InspectionCase.objects.count() == 1
    verbs = LogEntry.objects.filter(object_kind="inspection").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["window_ended", "window_opened", "name_told", "window_ended", "window_opened"]


def test_the_first_page_asks_as_much_for_a_school_as_for_a_class(cast: Any) -> None:
    inspector = client_of(cast.inspector)
    inspector.get("/inspection/")
    with statements() as few:
        inspector.get("/inspection/")
    Inspection.objects.filter(school=cast.school).update(homerooms=[cast.homeroom.pk])
    with statements() as scoped:
        inspector.get("/inspection/")
    assert len(few) == len(scoped) <= 17, "\n".join(few)  # four of them ask whether the findings are current


def test_first_page_of_a_window_shows_what_is_found_now(cast: Any) -> None:
    """Nobody has looked at the findings before. Fault seen red: the page reads them without `keep`."""
    FindingsKept.objects.all().delete()
    Finding.objects.all().delete()
    shown = client_of(cast.inspector).get("/inspection/").content.decode()
    assert Finding.objects.exists() and "Нарушений нет" not in shown
    assert cast.student.surname not in shown, "and names nobody"
