from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "parta.timetable"
    label = "timetable"

    def ready(self) -> None:
        """Declare the rule kinds of this app."""
        from parta.timetable import rules  # noqa: F401
