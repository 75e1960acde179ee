"""Students for those who answer for them: the list and the card, each opening of which leaves a trace."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation.access import opens, requires
from parta.organisation.acts import Refusal
from parta.people import queries
from parta.people.access import ROSTERS
from parta.people.actions import change_person, trace
from parta.people.forms import Forms, Posted, carry_out
from parta.people.granting import card_closed, kin_ids
from parta.people.models import Consent, Person
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import FORM, looking
from parta.people.queries import rosters
from parta.people.setup import setup_page
from parta.people.viewer import ROLE_TITLES

READ = ["GET", "HEAD"]
PAGE_TITLES = {
    "student_card": "карточка",
    "export:subject": "печать сведений",
    "export:school": "выгрузка школы в книгу",
    "setup_person": "настройка: карточка",
    "diary": "дневник",
    "diary_of": "дневник",
    "roster": "данные класса",
    "refused:student": "отказано: карточка",
    "refused:diary_of": "отказано: дневник",
}
SEES_READERS = frozenset({"deputy", "director"})


@require_http_methods(READ)
@requires("students")
def students(request: HttpRequest) -> HttpResponse:
    """Find a student."""
    viewer = looking(request)
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    homeroom_id = number_or_none(request.GET.get("homeroom", ""))
    year = queries.current_year(viewer)
    options = queries.homeroom_options(viewer, year)
    if not viewer.roles & queries.SCHOOL_CARDS:
        options = [option for option in options if option[0] in viewer.homeroom_ids]
    found = queries.students(
        viewer, words=words, homeroom_id=homeroom_id, page=number_or_none(request.GET.get("page", "")) or 1
    )
    return setup_page(
        request,
        "people/students.html",
        {"found": found, "words": words, "homeroom_id": homeroom_id, "homerooms": options},
        Forms(),
    )


@require_http_methods(FORM)
@requires("student_card")
def student(request: HttpRequest, student_id: int) -> HttpResponse:
    """A student's card. Opening it is noted before it is shown."""
    viewer = looking(request)
    shown = queries.student_card(viewer, student_id)
    if shown is None:
        raise Http404
    keeps = rosters.keeps_student(viewer, student_id)
    closed = card_closed(viewer, student_id)

    def save(posted: Posted) -> str:
        """Correct the card of a student of one's own class, or of somebody who stands for them."""
        if not keeps:
            raise Refusal("Карточку правит классный руководитель этого класса.", "surname")
        row = posted.id("row", "человек")
        if row != student_id and row not in kin_ids(viewer, [student_id]):
            raise Http404
        person = Person.objects.get(pk=row)
        change_person(
            person=person,
            surname=posted.text("surname"),
            given_name=posted.text("given_name"),
            patronymic=posted.text("patronymic"),
            sex=posted.text("sex") if "sex" in posted.data else person.sex,
            birth_date=posted.date_or_none("birth_date", "дата рождения")
            if "birth_date" in posted.data
            else person.birth_date,
            email=posted.text("email") if "email" in posted.data else person.email,
            phone=posted.text("phone") if "phone" in posted.data else person.phone,
            address=posted.text("address") if "address" in posted.data else None,
            external_id=person.external_id,
            ground=posted.text("ground"),
            closed=closed if row == student_id else "",
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"save": save})
    if isinstance(forms, HttpResponse):
        return forms
    trace(viewer, "student_card", student_id=student_id)
    holding = [line for line in shown.guardians if line.holds and line.has_rights]
    sees_readers = bool(viewer.roles & SEES_READERS)
    diary = ""
    if student_id in viewer.student_ids or opens(viewer, "diary_of"):
        try:
            diary = reverse("diary_of", args=(student_id,))
        except NoReverseMatch:
            diary = ""
    return setup_page(
        request,
        "people/student.html",
        {
            "shown": shown,
            "who": shown.person,
            "is_family": student_id in viewer.student_ids and not viewer.roles - {"guardian", "student"},
            "sees_readers": sees_readers,
            "readers": queries.readers_of(viewer, student_id) if sees_readers else [],
            "page_titles": PAGE_TITLES,
            "role_titles": ROLE_TITLES,
            "edits": bool(viewer.roles & {"deputy", "operator"}),
            "diary": diary,
            "keeps": keeps,
            "closed": closed,
            "kin": Person.objects.in_bulk([line.person_id for line in holding]) if keeps else {},
            "sexes": Person.SEXES,
            "history": rosters.card_history(
                viewer,
                [student_id, *(line.person_id for line in holding)],
                names_only=bool(closed),
            )
            if keeps or sees_readers
            else [],
            "papers": list(reversed(rosters.papers_of(viewer, [student_id]).get(student_id, []))),
            "kind_words": dict(Consent.KINDS),
            "state_words": dict(Consent.STATES),
            "place": next((place.place_id for place in shown.homerooms if place.holds), None),
            "sees_roster": bool(viewer.roles & set(ROSTERS)),
        },
        forms,
    )


urlpatterns = [
    path("students/", students, name="students"),
    path("students/<int:student_id>/", student, name="student"),
]
