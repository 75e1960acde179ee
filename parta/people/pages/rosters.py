"""The class teacher's own pages: the class's list and cards, the families' papers, their access; and the overview."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation.access import may, requires
from parta.organisation.acts import Refusal
from parta.organisation.models import Homeroom
from parta.organisation.words import class_title
from parta.people import actions, rules
from parta.people.forms import DONE, Posted, carry_out
from parta.people.granting import give, kin_ids, of_own_class
from parta.people.models import AccessIssue, Consent, Enrolment, Person
from parta.people.pages.persons import AT_ONCE, issued_page
from parta.people.pages.setup import FORM, looking
from parta.people.queries import register
from parta.people.queries import rosters as queries
from parta.people.refusals import on_paper
from parta.people.setup import setup_page
from parta.people.viewer import Viewer

DONE |= {"mailed": "Коды отправляются на адреса из карточек. Прежние пароли отмеченных больше не действуют."}

SIGNS = {
    "none": ("не выдан", "line"),
    "waiting": ("код выдан, ещё не введён", "mark"),
    "expired": ("код устарел", "red"),
    "works": ("работает", "ok"),
    "closed": ("закрыт", "line"),
    "lost": ("утрачен, ждёт выдачи", "red"),
}
"""How the state of somebody's access is shown: words and the tone of the tag."""


def _the_class(viewer: Viewer, homeroom_id: int) -> Homeroom:
    found = queries.roster_of(viewer, homeroom_id)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD"])
@requires("rosters")
def rosters(request: HttpRequest) -> HttpResponse:
    """The classes whose data the viewer answers for or looks over, with what is due in each."""
    viewer = looking(request)
    lines = queries.rosters(viewer)
    return setup_page(
        request,
        "people/rosters.html",
        {
            "lines": lines,
            "overdue": [(line, one) for line in lines for one in line.overdue],
            "refusals": sum(line.refusals for line in lines),
            "lacking": sum(line.lacking for line in lines),
        },
    )


def _tabs(homeroom: Homeroom, current: str) -> list[tuple[str, str, bool]]:
    return [
        (reverse(name, args=(homeroom.pk,)), title, name == current)
        for name, title in (
            ("roster", "Состав и данные"),
            ("roster_consents", "Заявления семей"),
            ("roster_access", "Доступ семей"),
        )
    ]


@require_http_methods(FORM)
@requires("rosters")
def roster(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The class's list with what is missing; «Данные класса проверены»."""
    viewer = looking(request)
    homeroom = _the_class(viewer, homeroom_id)

    def review(posted: Posted) -> str:
        if not queries.may_keep(viewer, homeroom_id):
            raise Refusal("Данные класса подтверждает классный руководитель.", "homeroom")
        actions.review_roster(homeroom=homeroom, by=viewer.acting_as(), at=viewer.at)
        return "reviewed"

    forms = carry_out(request, {"review": review})
    if isinstance(forms, HttpResponse):
        return forms
    actions.trace(viewer, "roster", object_id=homeroom_id)
    return setup_page(
        request,
        "people/roster.html",
        {
            "title": class_title(homeroom.title),
            "homeroom": homeroom,
            "places": _tabs(homeroom, "roster"),
            "shown": queries.roster_page(viewer, homeroom),
            "cards": may(viewer, "student_card"),
            "keeps": queries.may_keep(viewer, homeroom_id),
        },
        forms,
    )


@require_http_methods(FORM)
@requires("rosters")
def consents(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The families' papers: given, refused, withdrawn; who is told on paper; enter one."""
    viewer = looking(request)
    homeroom = _the_class(viewer, homeroom_id)
    by, at = viewer.acting_as(), viewer.at

    def pupil(posted: Posted) -> Person:
        found = Person.objects.filter(
            school_id=viewer.school.id,
            pk=posted.id("student", "ученик"),
            pk__in=Enrolment.objects.filter(homeroom=homeroom).values("student_id"),
        ).first()
        if found is None:
            raise Http404
        return found

    def record(posted: Posted) -> str:
        if not (queries.may_keep(viewer, homeroom_id) or viewer.roles & {"operator", "secretary"}):
            raise Refusal("Заявления записывает классный руководитель.", "student")
        student = pupil(posted)
        signer_id = posted.id_or_none("signer")
        signer = None
        if signer_id is not None:
            if signer_id not in kin_ids(viewer, [student.pk]):
                raise Refusal("Подписать может законный представитель или сам ученик.", "signer")
            signer = Person.objects.get(pk=signer_id)
        actions.record_consent(
            student=student,
            kind=posted.text("kind"),
            state=posted.text("state"),
            signed_on=posted.date("signed_on", "дата заявления"),
            signer=signer,
            paper_number=posted.text("paper_number"),
            scope=posted.text("scope"),
            closes_access=posted.text("access") == "close",
            by=by,
            at=at,
        )
        return "saved"

    forms = carry_out(request, {"record": record})
    if isinstance(forms, HttpResponse):
        return forms
    actions.trace(viewer, "roster_consents", object_id=homeroom_id)
    lines = queries.consent_lines(viewer, homeroom_id)
    law = rules.law_of(viewer)
    needed: dict[str, rules.Cited] = {}
    for before in ("card", "electronic_access"):
        needed |= dict(rules.consents_needed(law, viewer.on, before))
    lacking = [
        line
        for line in lines
        if any(kind not in line.latest or line.latest[kind].state != "given" for kind in needed)
    ]
    return setup_page(
        request,
        "people/roster_consents.html",
        {
            "cards": may(viewer, "student_card"),
            "title": class_title(homeroom.title),
            "homeroom": homeroom,
            "places": _tabs(homeroom, "roster_consents"),
            "lines": lines,
            "lacking": lacking,
            "on_paper": [line for line in lines if line.on_paper],
            "needed": needed,
            "kinds": Consent.KINDS,
            "kind_words": dict(Consent.KINDS),
            "states": Consent.STATES,
            "state_words": dict(Consent.STATES),
            "chosen": request.GET.get("student", ""),
            "today": viewer.on,
            "records": queries.may_keep(viewer, homeroom_id)
            or bool(viewer.roles & {"operator", "secretary"}),
        },
        forms,
    )


@require_http_methods(FORM)
@requires("rosters")
def access(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """Access of the class's families: who has none, slips with codes, loss, the register of the class."""
    viewer = looking(request)
    homeroom = _the_class(viewer, homeroom_id)
    own = of_own_class(viewer, homeroom_id)
    families = register.class_access(viewer, homeroom_id)
    members = [line for family in families for line in (family.student, *family.guardians)]
    ids = list(dict.fromkeys(line.id for line in members))

    def chosen(posted: Posted, name: str = "person") -> list[Person]:
        wanted = [one for one in posted.ids(name) if one in set(ids)][:AT_ONCE]
        if not wanted:
            raise Refusal("Отметьте, кому выдать доступ.", "person")
        people = Person.objects.select_related("user").in_bulk(wanted)
        return [people[one] for one in dict.fromkeys(wanted)]

    def issue(posted: Posted) -> str | HttpResponse:
        people = chosen(posted)
        ready = {line.id for line in members if line.state == "works"}
        if any(one.pk in ready for one in people) and not posted.is_ticked("again"):
            raise Refusal(
                "У отмеченных доступ уже работает. Выдать заново можно, отметив это ниже:"
                " прежний пароль перестанет действовать.",
                "again",
            )
        if posted.text("how") == "mail":
            refusing = on_paper([family.student.id for family in families], viewer.on)
            paper = {
                line.id
                for family in families
                if family.student.id in refusing
                for line in (family.student, *family.guardians)
            }
            if any(one.pk in paper for one in people):
                raise Refusal(
                    "Среди отмеченных семья, выбравшая бумажную форму: напечатайте ей листок.", "person"
                )
            give(viewer, people, own_class=own, repeat=True, by_mail=True)
            return "mailed"
        return issued_page(
            request, give(viewer, people, own_class=own, repeat=True, by_code=True), request.path
        )

    def loss(posted: Posted) -> str:
        person = Person.objects.select_related("user").filter(pk=posted.id("row", "человек")).first()
        if person is None or person.pk not in ids:
            raise Http404
        kinds = register.roles_of(viewer, [person.pk]).get(person.pk, frozenset())
        way = rules.issuing(rules.law_of(viewer), viewer.on, giver=viewer.roles, taker=kinds, own_class=own)
        if not way.allowed:
            raise Refusal(way.refusal, "account")
        actions.report_loss(person=person, by=viewer.acting_as(), at=viewer.at)
        return "stopped"

    def hand(posted: Posted) -> str:
        line = AccessIssue.objects.filter(
            school_id=viewer.school.id, person_id__in=ids, pk=posted.id("row", "запись реестра")
        ).first()
        if line is None:
            raise Http404
        if not (own or viewer.roles & {"deputy", "operator"}):
            raise Refusal("Вручение отмечает тот, кто выдаёт доступ.", "handed_to")
        actions.hand_over(
            issue=line,
            on=posted.date("handed_on", "дата вручения"),
            to=posted.text("handed_to"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"issue": issue, "loss": loss, "hand": hand})
    if isinstance(forms, HttpResponse):
        return forms
    actions.trace(viewer, "roster_access", object_id=homeroom_id)
    way = rules.issuing(
        rules.law_of(viewer),
        viewer.on,
        giver=viewer.roles,
        taker=rules.FAMILY_ROLES,
        own_class=own,
    )
    return setup_page(
        request,
        "people/roster_access.html",
        {
            "title": class_title(homeroom.title),
            "homeroom": homeroom,
            "places": _tabs(homeroom, "roster_access"),
            "families": families,
            "without": sum(line.state == "none" for line in members),
            "works": sum(line.state == "works" for line in members),
            "total": len(members),
            "signs": SIGNS,
            "way": way,
            "issues": register.issues(
                viewer,
                since=homeroom.year.starts - timedelta(days=60),
                until=viewer.on + timedelta(days=1),
                person_ids=ids,
            ),
            "ways": register.WAYS,
            "today": viewer.on,
            "sends": bool(settings.EMAIL_HOST),
        },
        forms,
    )


urlpatterns = [
    path("rosters/", rosters, name="rosters"),
    path("rosters/<int:homeroom_id>/", roster, name="roster"),
    path("rosters/<int:homeroom_id>/consents/", consents, name="roster_consents"),
    path("rosters/<int:homeroom_id>/access/", access, name="roster_access"),
]
