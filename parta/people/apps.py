from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "parta.people"
    label = "people"

    def ready(self) -> None:
        """Put the rule kinds over people into the registry, so that regulation files may name them."""
        from parta.people import rules, session_rules  # noqa: F401
