"""What control puts into the slots of the home page."""

from django.template.loader import get_template

from parta.control.actions.findings import keep
from parta.control.queries.desk import asked, has_desk, is_asked, morning, waiting
from parta.foundation.access import may
from parta.people.chrome import slot
from parta.people.viewer import Viewer


@slot("today.main", position=10)
def main(viewer: Viewer) -> str:
    """A controller's morning: what is missing and whose, today's substitutions, what changed."""
    if not has_desk(viewer):
        return ""
    keep(viewer.school.id, at=viewer.at)
    return str(get_template("control/desk_main.html").render({"desk": morning(viewer)}))


@slot("today.aside", position=10)
def aside(viewer: Viewer) -> str:
    """Remarks and certificates for whom they are addressed to; what control owes, for controllers."""
    pieces = ""
    if is_asked(viewer):
        pieces += get_template("control/asked.html").render({"asked": asked(viewer)})
    if has_desk(viewer):
        context = {"desk": waiting(viewer), "acts": may(viewer, "control.act")}
        pieces += get_template("control/desk_aside.html").render(context)
    return pieces
