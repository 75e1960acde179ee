from django.apps import AppConfig


class CommunicationConfig(AppConfig):
    name = "parta.communication"
    label = "communication"
