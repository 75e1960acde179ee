"""Pages of messages, announcements and questions."""

from django.urls import URLPattern

from parta.communication.pages import (
    announcements,
    delivery,
    messages,
    questions,
    schedules,
    trainings,
    updates,
)

urlpatterns: list[URLPattern] = [
    *messages.urlpatterns,
    *announcements.urlpatterns,
    *questions.urlpatterns,
    *delivery.urlpatterns,
    *updates.urlpatterns,
    *schedules.urlpatterns,
    *trainings.urlpatterns,
]
