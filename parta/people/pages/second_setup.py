"""Set-up: of which roles the school requires a second step, and from which day."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation import confirm
from parta.foundation.access import requires
from parta.people import access as access  # declares the permissions
from parta.people.actions import handouts, watches
from parta.people.actions import second as actions
from parta.people.forms import Posted, carry_out
from parta.people.pages.setup import FORM, looking
from parta.people.second_queries import school_steps
from parta.people.setup import Progress, section, setup_page
from parta.people.viewer import ROLE_TITLES, Viewer


@require_http_methods(FORM)
@requires("second_rules")
def setup_second(request: HttpRequest) -> HttpResponse:
    """Role by role: required from when, who has set it up, who has not."""
    viewer = looking(request)

    def require(posted: Posted) -> str:
        day = None if posted.is_ticked("off") else posted.date("from", "дата")
        actions.require_second_step(viewer=viewer, role=posted.text("row"), required_from=day, at=viewer.at)
        return "saved"

    def hand_out(posted: Posted) -> str:
        hours = posted.whole("hours", 0, handouts.LONGEST_WAIT, "сколько часов ждать")
        lasts = posted.whole_or_none("second_hours", 1, handouts.LONGEST_WAIT, "сколько часов ждёт просьба")
        handouts.set_rule(
            viewer=viewer,
            wait_hours=hours if posted.is_ticked("asks") else None,
            second_role=posted.text("second_role"),
            second_kinds=posted.text("second_kinds") or "export print",
            second_hours=72 if lasts is None else lasts,
            at=viewer.at,
        )
        return "saved"

    def new_device(posted: Posted) -> str:
        watches.set_rule(
            viewer=viewer,
            told_role=posted.text("told_role"),
            wait_minutes=posted.whole(
                "wait_minutes", watches.SHORTEST_WAIT, watches.LONGEST_WAIT, "сколько минут ждать ответа"
            ),
            at_acts=posted.is_ticked("at_acts"),
            trial_hours=posted.whole(
                "trial_hours", watches.SHORTEST_TRIAL, watches.LONGEST_TRIAL, "сколько часов длится испытание"
            ),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"require": require, "hand_out": hand_out, "new_device": new_device})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"roles": school_steps(viewer), "today": viewer.on, "kinds": list(confirm.KINDS.values())}
    context |= {
        "rule": handouts.rule_of(viewer.school.id),
        "longest": handouts.LONGEST_WAIT,
        "second_kinds": list(handouts.SECOND_KINDS.items()),
        "seconds": [(role, ROLE_TITLES[role]) for role in handouts.SECONDS],
        "device_rule": watches.rule_of(viewer.school.id),
        "sends": bool(settings.EMAIL_HOST),
        "told_roles": [(role, ROLE_TITLES[role]) for role in watches.TOLD_ROLES],
    }
    return setup_page(request, "people/setup_second.html", context, forms)


def _progress(viewer: Viewer) -> Progress:
    roles = school_steps(viewer)
    required = [one for one in roles if one.required_from]
    if not required:
        return Progress(
            "Пароль можно подсмотреть: решите, от кого требовать код из телефона.", "по желанию", False
        )
    of, done = sum(one.people for one in required), sum(one.enrolled for one in required)
    return Progress(
        "От кого школа требует второй шаг и кто его включил.", f"{done} из {of}", done < of, done, of
    )


section(
    "second",
    "Второй шаг",
    "setup_second",
    position=46,
    about="Код из телефона или ключ доступа сверх пароля.",
    progress=_progress,
)

urlpatterns = [path("setup/second/", setup_second, name="setup_second")]
