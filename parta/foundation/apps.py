from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "parta.foundation"
    label = "foundation"

    def ready(self) -> None:
        from parta.foundation import sql

        sql.remember_dates()
