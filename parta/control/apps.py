from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "parta.control"
    label = "control"

    def ready(self) -> None:
        """Put the rule kinds over acts of control into the registry, so that regulation files may name them."""
        from parta.control import rules  # noqa: F401
        from parta.control.queries import informing, lists, upkeep  # noqa: F401  (sources of duties)
