from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "parta.timetable"
    label = "timetable"
