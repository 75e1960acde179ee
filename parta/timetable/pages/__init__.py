"""Pages of the timetable: read by everybody, its template and substitutions set by those who answer for them."""

from django.urls import URLPattern

from parta.timetable import access as access  # declares the permissions and the navigation
from parta.timetable.pages import approvals, reading, register, substitutions, template

urlpatterns: list[URLPattern] = [
    *approvals.urlpatterns,
    *reading.urlpatterns,
    *register.urlpatterns,
    *substitutions.urlpatterns,
    *template.urlpatterns,
]
