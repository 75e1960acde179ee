"""Pages of plans in the set-up: journals and load, thematic plans, the curriculum, roles beside load."""

from django.urls import URLPattern

from parta.plans.pages import curriculum, individual, journals, rights

urlpatterns: list[URLPattern] = [
    *journals.urlpatterns,
    *curriculum.urlpatterns,
    *individual.urlpatterns,
    *rights.urlpatterns,
]
