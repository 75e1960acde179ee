"""Pages of control, and of the act the journal is kept by."""

from parta.control.pages import act, board

urlpatterns = [*board.urlpatterns, *act.urlpatterns]
