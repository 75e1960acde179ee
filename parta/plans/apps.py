from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "parta.plans"
    label = "plans"

    def ready(self) -> None:
        """Declare the rule kinds of this app."""
        from parta.plans import rules  # noqa: F401
