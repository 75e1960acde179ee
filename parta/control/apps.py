from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "parta.control"
    label = "control"
