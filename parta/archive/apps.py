from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "parta.archive"
    label = "archive"

    def ready(self) -> None:
        """Put the rule kinds over copies into the registry, so that regulation files may name them."""
        from parta.archive import copy_duties, paper_duties, rules  # noqa: F401
