from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "parta.journal"
    label = "journal"

    def ready(self) -> None:
        """Put the rule kinds over journal rows into the registry, so that regulation files may name them."""
        from parta.journal import rules  # noqa: F401
