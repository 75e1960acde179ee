"""Pages of the diary for the family, and of the family for the class teacher."""

from django.urls import URLPattern

from parta.diary.pages import family, feeds, forecast, health, reports, teachers, week

urlpatterns: list[URLPattern] = [
    *week.urlpatterns,
    *family.urlpatterns,
    *teachers.urlpatterns,
    *reports.urlpatterns,
    *feeds.urlpatterns,
    *forecast.urlpatterns,
    *health.urlpatterns,
]
