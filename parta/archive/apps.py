from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "parta.archive"
    label = "archive"
