from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "parta.foundation"
    label = "foundation"
