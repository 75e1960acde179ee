from django.apps import AppConfig


class RegulationConfig(AppConfig):
    name = "parta.regulation"
    label = "regulation"
