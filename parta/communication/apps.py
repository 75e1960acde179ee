from django.apps import AppConfig


class CommunicationConfig(AppConfig):
    name = "parta.communication"
    label = "communication"

    def ready(self) -> None:
        """Put the rule kinds into the registry, so that regulation files may name them."""
        from parta.communication import rules  # noqa: F401
