from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "parta.plans"
    label = "plans"
