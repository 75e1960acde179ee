from django.apps import AppConfig


class DiaryConfig(AppConfig):
    name = "parta.diary"
    label = "diary"
