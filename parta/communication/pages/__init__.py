"""Pages of messages, announcements and questions."""

from django.urls import URLPattern

from parta.communication.pages import announcements, messages, questions

urlpatterns: list[URLPattern] = [
    *messages.urlpatterns,
    *announcements.urlpatterns,
    *questions.urlpatterns,
]
