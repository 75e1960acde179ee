"""Pages of people: sign-in, the way home, cards of students, the school's set-up."""

from django.urls import URLPattern

from parta.people.pages import (
    account,
    calendar,
    classes,
    handouts,
    help,
    lists,
    lock,
    orders,
    outside,
    own,
    persons,
    recovery,
    register,
    rosters,
    second,
    second_setup,
    setup,
    signals,
    students,
    tongue,
)

urlpatterns: list[URLPattern] = [
    *account.urlpatterns,
    *lock.urlpatterns,
    *outside.urlpatterns,
    *own.urlpatterns,
    *second.urlpatterns,
    *second_setup.urlpatterns,
    *handouts.urlpatterns,
    *recovery.urlpatterns,
    *signals.urlpatterns,
    *students.urlpatterns,
    *setup.urlpatterns,
    *persons.urlpatterns,
    *classes.urlpatterns,
    *calendar.urlpatterns,
    *lists.urlpatterns,
    *register.urlpatterns,
    *rosters.urlpatterns,
    *orders.urlpatterns,
    *help.urlpatterns,
    *tongue.urlpatterns,
]
