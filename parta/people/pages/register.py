"""Set-up: the register of access data, and what in accounts and roles stands without its ground."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.foundation.pagekit import plural
from parta.organisation.acts import Refusal
from parta.people import actions
from parta.people.forms import Posted, carry_out
from parta.people.models import AccessIssue
from parta.people.pages.setup import FORM, looking
from parta.people.queries import register as queries
from parta.people.setup import Progress, section, setup_page
from parta.people.viewer import Viewer


def day_or(text: str, otherwise: date) -> date:
    """The day an address names, within sane years; else the other."""
    try:
        found = date.fromisoformat(text) if text else otherwise
    except ValueError:
        return otherwise
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else otherwise


@require_http_methods(FORM)
@requires("setup")
def access(request: HttpRequest) -> HttpResponse:
    """Who gave whom what, when; losses that wait; accounts without a role; close those."""
    viewer = looking(request)
    first, after = queries.month_of(viewer.on)
    since = day_or(request.GET.get("since", ""), first)
    until = max(since, day_or(request.GET.get("until", ""), after - timedelta(days=1)))
    words = request.GET.get("q", "").replace("\x00", "")[:80].strip()

    def close(posted: Posted) -> str:
        count = actions.close_groundless(
            school_id=viewer.school.id, on=viewer.on, by=viewer.acting_as(), at=viewer.at
        )
        if not count:
            raise Refusal("Учётных записей без роли нет.", "close")
        return "closed_all"

    def hand(posted: Posted) -> str:
        line = AccessIssue.objects.filter(
            school_id=viewer.school.id, pk=posted.id("row", "запись реестра")
        ).first()
        if line is None:
            raise Refusal("Такой записи в реестре нет.", "row")
        actions.hand_over(
            issue=line,
            on=posted.date("handed_on", "дата вручения"),
            to=posted.text("handed_to"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"close": close, "hand": hand})
    if isinstance(forms, HttpResponse):
        return forms
    bare = actions.without_ground(viewer.school.id, viewer.on)
    return setup_page(
        request,
        "people/setup_access.html",
        {
            "issues": queries.issues(viewer, since=since, until=until + timedelta(days=1), words=words),
            "listed": queries.LISTED,
            "since": since,
            "until": until,
            "words": words,
            "ways": queries.WAYS,
            "losses": queries.open_losses(viewer),
            "bare": queries.bare_accounts(viewer, [person_id for person_id, _ in bare]),
            "today": viewer.on,
        },
        forms,
    )


def _progress(viewer: Viewer) -> Progress:
    losses = queries.open_losses(viewer)
    bare = actions.without_ground(viewer.school.id, viewer.on)
    says = []
    if losses:
        says.append(f"Ждут нового доступа: {', '.join(line.name for line in losses[:3])}.")
    if bare:
        says.append(
            f"Без роли в школе: {plural(len(bare), 'учётная запись', 'учётные записи', 'учётных записей')}."
        )
    return Progress(
        " ".join(says) or "Кто кому выдал пароль или код, когда и кто получил.",
        "есть что решить" if says else "порядок",
        bool(losses),
    )


section(
    "access",
    "Доступ",
    "setup_access",
    position=45,
    about="Реестр выданных паролей и кодов.",
    progress=_progress,
)

urlpatterns = [path("setup/access/", access, name="setup_access")]
