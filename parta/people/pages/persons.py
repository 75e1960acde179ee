"""Set-up: the list of people, a person's page with account, roles, family and places."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.organisation.acts import Refusal
from parta.organisation.models import Homeroom
from parta.people import actions, queries, second_queries
from parta.people.actions import Issued
from parta.people.actions.roles import BY_ORDER, posts_of
from parta.people.forms import Posted, carry_out
from parta.people.granting import allowed_way, card_closed, give
from parta.people.models import Guardianship, Person, Role
from parta.people.pages.setup import FORM, looking
from parta.people.setup import setup_page
from parta.people.viewer import Viewer
from parta.regulation.words import POST, role_words

KINDS = [("", "Все"), ("staff", "Сотрудники"), ("students", "Ученики"), ("guardians", "Представители")]
ACCOUNTS = [
    ("", "любая"),
    ("no", "ещё нет"),
    ("issued", "выдана, вход не выполнен"),
    ("closed", "закрыта"),
]
AT_ONCE = 60
"""Accounts issued by one press: each password is hashed for about 30 ms."""


def number_or_none(text: str) -> int | None:
    """The number in an address, if it is one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def issued_page(
    request: HttpRequest, issued: list[Issued], back: str, refused: Sequence[str] = ()
) -> HttpResponse:
    """Logins with one-time passwords or activation codes, shown this once; and who did not get any, and why."""
    viewer = looking(request)
    people = Person.objects.in_bulk([one.person_id for one in issued])
    about = queries.about_of(viewer, list(people))
    return setup_page(
        request,
        "people/issued.html",
        {
            "issued": [
                (people[one.person_id].full_name, about.get(one.person_id, ""), one) for one in issued
            ],
            "back": back,
            "refused": refused,
            "address": request.build_absolute_uri(reverse("login")),
            "activation": request.build_absolute_uri(reverse("activate")),
            "zone": ZoneInfo(viewer.school.timezone),
        },
    )


@require_http_methods(FORM)
@requires("setup")
def people(request: HttpRequest) -> HttpResponse:
    """Find people; add one; issue accounts to all that were found and have none."""
    viewer = looking(request)
    kind = request.GET.get("kind", "")
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    account = request.GET.get("account", "")
    homeroom_id = number_or_none(request.GET.get("homeroom", ""))
    number = number_or_none(request.GET.get("page", "")) or 1
    kind = kind if kind in dict(KINDS) else ""
    account = account if account in dict(ACCOUNTS) else ""

    def add(posted: Posted) -> str:
        person = actions.create_person(
            school_id=viewer.school.id,
            surname=posted.text("surname"),
            given_name=posted.text("given_name"),
            patronymic=posted.text("patronymic"),
            sex=posted.text("sex"),
            birth_date=posted.date_or_none("birth_date", "дата рождения"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return reverse("setup_person", args=(person.pk,)) + "?done=added"

    def issue(posted: Posted) -> HttpResponse:
        waiting = list(
            Person.objects.filter(
                school_id=viewer.school.id, pk__in=posted.ids("person")[:AT_ONCE], user=None
            ).order_by("surname", "given_name", "id")
        )
        entitled: list[Person] = []
        refused: list[str] = []
        for one in waiting:
            try:
                allowed_way(viewer, one)
                entitled.append(one)
            except Refusal as refusal:
                refused.append(str(refusal))
        if waiting and not entitled:
            raise Refusal(refused[0], "person")
        return issued_page(request, give(viewer, entitled), request.get_full_path(), refused)

    forms = carry_out(request, {"add": add, "issue": issue})
    if isinstance(forms, HttpResponse):
        return forms
    year = queries.current_year(viewer)
    found = queries.people(
        viewer, kind=kind, words=words, homeroom_id=homeroom_id, account=account, page=number
    )
    filters = {"kind": kind, "q": words, "account": account, "homeroom": homeroom_id or ""}
    return setup_page(
        request,
        "people/setup_people.html",
        {
            "found": found,
            "filters": filters,
            "query": urlencode(filters),
            "kinds": KINDS,
            "accounts": ACCOUNTS,
            "homerooms": queries.homeroom_options(viewer, year),
            "sexes": [("f", "женский"), ("m", "мужской")],
            "without": sum(not row.login for row in found.rows),
        },
        forms,
    )


def _theirs(viewer: Viewer, person_id: int) -> Person:
    person = Person.objects.select_related("user").filter(school_id=viewer.school.id, pk=person_id).first()
    if person is None:
        raise Http404
    return person


@require_http_methods(FORM)
@requires("setup")
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """A person: names and contacts, account, roles, family, places."""
    viewer = looking(request)
    who = _theirs(viewer, person_id)
    by, at = viewer.acting_as(), viewer.at

    def save(posted: Posted) -> str:
        now = _theirs(viewer, person_id)
        actions.change_person(
            person=now,
            surname=posted.text("surname"),
            given_name=posted.text("given_name"),
            patronymic=posted.text("patronymic"),
            sex=posted.text("sex") if "sex" in posted.data else now.sex,
            birth_date=posted.date_or_none("birth_date", "дата рождения")
            if "birth_date" in posted.data
            else now.birth_date,
            email=posted.text("email") if "email" in posted.data else now.email,
            phone=posted.text("phone") if "phone" in posted.data else now.phone,
            external_id=posted.text("external_id"),
            address=posted.text("address") if "address" in posted.data else None,
            has_patronymic=not posted.is_ticked("no_patronymic") if "names" in posted.data else None,
            ground=posted.text("ground"),
            closed=card_closed(viewer, person_id),
            by=by,
            at=at,
        )
        return "saved"

    def issue(posted: Posted) -> HttpResponse:
        return issued_page(
            request,
            give(viewer, [who], login=posted.text("login")),
            request.path,
        )

    def reset(posted: Posted) -> HttpResponse:
        if who.user_id is None:
            raise Refusal("У этого человека нет учётной записи.", "account")
        return issued_page(request, give(viewer, [who], repeat=True), request.path)

    def close(posted: Posted) -> str:
        actions.close_account(person=who, by=by, at=at)
        return "closed"

    def reopen(posted: Posted) -> str:
        actions.reopen_account(person=who, by=by, at=at)
        return "reopened"

    def reset_second(posted: Posted) -> str:
        actions.second.reset_factors(person=who, ground=posted.text("ground"), by=by, at=at)
        return "second_reset"

    def grant(posted: Posted) -> str:
        order_date = posted.date_or_none("order_date", "дата приказа")
        kind = posted.text("kind")
        _, kind, post = (
            kind.split(":", 2) if kind.startswith(POST) and kind.count(":") > 1 else ("", kind, "")
        )
        if kind in BY_ORDER and not (posted.text("order_number") and order_date):
            raise Refusal(
                "Эту роль дают приказом: укажите его номер и дату.",
                "order_date" if posted.text("order_number") else "order_number",
            )
        actions.grant_role(
            person=who,
            kind=kind,
            post=post,
            starts=posted.date("starts", "дата начала"),
            until=posted.until_or_none("until"),
            homeroom_id=posted.id_or_none("homeroom"),
            department_id=posted.id_or_none("department"),
            order_number=posted.text("order_number"),
            order_date=order_date,
            by=by,
            at=at,
        )
        return "added"

    def end_role(posted: Posted) -> str:
        role = Role.objects.filter(
            school_id=viewer.school.id, person=who, pk=posted.id_or_none("row") or 0
        ).first()
        if role is None:
            raise Http404
        actions.end_role(
            role=role,
            until=posted.until("until", "последний день"),
            order_number=posted.text("order_number"),
            by=by,
            at=at,
        )
        return "ended"

    def add_kin(posted: Posted) -> str:
        other = _theirs(viewer, posted.id("other", "человек"))
        is_guardian = posted.text("side") == "guardian"
        actions.set_guardianship(
            guardian=other if is_guardian else who,
            student=who if is_guardian else other,
            relation=posted.text("relation"),
            has_rights=posted.is_ticked("has_rights"),
            starts=posted.date("starts", "дата начала"),
            until=posted.until_or_none("until"),
            by=by,
            at=at,
        )
        return "added"

    def end_kin(posted: Posted) -> str:
        row = (
            Guardianship.objects.filter(school_id=viewer.school.id, pk=posted.id_or_none("row") or 0)
            .filter(guardian=who)
            .first()
            or Guardianship.objects.filter(
                school_id=viewer.school.id, pk=posted.id_or_none("row") or 0, student=who
            ).first()
        )
        if row is None:
            raise Http404
        actions.end_guardianship(
            guardianship=row, until=posted.until("until", "последний день"), by=by, at=at
        )
        return "ended"

    def enrol(posted: Posted) -> str:
        homeroom = Homeroom.objects.filter(
            school_id=viewer.school.id, pk=posted.id("homeroom", "класс")
        ).first()
        if homeroom is None:
            raise Http404
        actions.enrol(
            student=who,
            homeroom=homeroom,
            starts=posted.date("starts", "дата зачисления"),
            order_number=posted.text("order_number"),
            by=by,
            at=at,
        )
        return "added"

    forms = carry_out(
        request,
        {
            "save": save,
            "issue": issue,
            "reset": reset,
            "close": close,
            "reopen": reopen,
            "reset_second": reset_second,
            "grant": grant,
            "end_role": end_role,
            "add_kin": add_kin,
            "end_kin": end_kin,
            "enrol": enrol,
        },
    )
    if isinstance(forms, HttpResponse):
        return forms
    shown = queries.person_page(viewer, person_id)
    if shown is None:
        raise Http404
    actions.trace(viewer, "setup_person", student_id=person_id)
    year = queries.current_year(viewer)
    words = request.GET.get("kin", "").replace("\x00", "")[:100].strip()
    candidates = (
        queries.people(viewer, kind="", words=words, homeroom_id=None, account="", page=1).rows
        if words
        else []
    )
    return setup_page(
        request,
        "people/setup_person.html",
        {
            "shown": shown,
            "who": shown.person,
            "steps": second_queries.steps_of(who.user_id),
            "closed": card_closed(viewer, person_id),
            "place": next((place.place_id for place in shown.homerooms if place.holds), None),
            "homerooms": queries.homeroom_options(viewer, year),
            "departments": queries.department_options(viewer),
            "role_kinds": [
                *Role.KINDS,
                *((code, role_words([code])) for code in posts_of(viewer.school.id, viewer.on)),
            ],
            "relations": Guardianship.RELATIONS,
            "sexes": Person.SEXES,
            "today": viewer.on,
            "year_starts": year.starts if year else date(viewer.on.year, 9, 1),
            "kin_words": words,
            "candidates": [
                (row.id, f"{row.name}{', ' + row.about if row.about else ''}")
                for row in candidates
                if row.id != person_id
            ],
        },
        forms,
    )


urlpatterns = [
    path("setup/people/", people, name="setup_people"),
    path("setup/people/<int:person_id>/", person, name="setup_person"),
]
