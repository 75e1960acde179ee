"""Orders on students: a line for each, and whether the class list already says the same."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.organisation.words import class_title
from parta.people import queries
from parta.people.actions.orders import enter_order
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.models import StudentOrder
from parta.people.pages.setup import FORM, looking
from parta.people.queries.orders import order_lines


@require_http_methods(FORM)
@requires("orders")
def orders(request: HttpRequest) -> HttpResponse:
    """The orders of the year, the newest first; the form to enter one."""
    viewer = looking(request)

    def add(posted: Posted) -> str:
        enter_order(
            school_id=viewer.school.id,
            homeroom_id=posted.id("homeroom", "класс"),
            kind=posted.text("kind"),
            number=posted.text("number"),
            signed_on=posted.date("signed_on", "дата приказа"),
            on=posted.date("on", "дата"),
            surname=posted.text("surname"),
            given_name=posted.text("given_name"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "added"

    forms = carry_out(request, {"add": add})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "lines": order_lines(viewer.school.id, viewer.on),
        "forms": forms,
        "kinds": StudentOrder.KINDS,
        "class_title": class_title,
        "homerooms": queries.homeroom_options(viewer, queries.current_year(viewer)),
        "on": viewer.on,
    }
    return page(request, "people/orders.html", context, status=status(forms))


urlpatterns = [path("orders/", orders, name="orders")]
