from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "parta.people"
    label = "people"
