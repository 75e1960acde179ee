"""Set-up: roles beside their orders, rights beside the load."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import TABLE, requires
from parta.foundation.pagekit import plural
from parta.people import queries as people
from parta.people.pages.setup import looking
from parta.people.queries import register
from parta.people.setup import Progress, section, setup_page
from parta.people.viewer import ROLE_ORDER, ROLE_TITLES, Viewer
from parta.plans import queries


@require_http_methods(["GET", "HEAD"])
@requires("setup")
def rights(request: HttpRequest) -> HttpResponse:
    """Roles without an order; teachers without load, load without a role, groups without a teacher."""
    viewer = looking(request)
    year = people.current_year(viewer)
    return setup_page(
        request,
        "plans/setup_rights.html",
        {
            "year": year,
            "orderless": register.roles_without_order(viewer),
            "loadless": queries.rights_without_load(viewer, year),
            "roleless": queries.load_without_right(viewer, year),
            "table": rights_table(),
            "bare": [line for line in queries.journals(viewer, year, homeroom_id=None) if not line.teachers],
        },
    )


def rights_table() -> list[tuple[str, str]]:
    """Every right of the program and the roles that have it: what is not on the list opens to nobody."""
    everybody = "все, кто вошёл"
    return sorted(
        (
            rule.title,
            everybody
            if rule.signed_in
            else ", ".join(ROLE_TITLES[role] for role in ROLE_ORDER if role in rule.roles),
        )
        for rule in TABLE.values()
        if not rule.public
    )


def _progress(viewer: Viewer) -> Progress:
    year = people.current_year(viewer)
    orderless = register.roles_without_order(viewer)
    loadless = queries.rights_without_load(viewer, year)
    says = []
    if orderless:
        says.append(f"Без приказа: {plural(len(orderless), 'роль', 'роли', 'ролей')}.")
    if loadless:
        says.append(f"Без нагрузки: {', '.join(line.name for line in loadless[:3])}.")
    return Progress(
        " ".join(says) or "У каждой роли есть приказ, у каждого учителя нагрузка.",
        "есть что решить" if says else "порядок",
    )


section(
    "rights",
    "Роли и права",
    "setup_rights",
    position=72,
    about="Роли без приказа, права без нагрузки.",
    progress=_progress,
)

urlpatterns = [path("setup/rights/", rights, name="setup_rights")]
