"""Pages of people: sign-in, the way home, cards of students, the school's set-up."""

from django.urls import URLPattern

from parta.people.pages import account

urlpatterns: list[URLPattern] = [*account.urlpatterns]
