from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "parta.organisation"
    label = "organisation"
