from django.apps import AppConfig


class DiaryConfig(AppConfig):
    name = "parta.diary"
    label = "diary"

    def ready(self) -> None:
        """Put the rule kinds into the registry, what families told ahead onto the pages of lessons, and addresses of
        calendars among what is forgotten with an access."""
        from parta.diary import rules  # noqa: F401
        from parta.diary.actions.feeds import forget_feeds
        from parta.diary.queries.expected import expected
        from parta.journal.queries import slots
        from parta.people.actions.identities import FORGOTTEN_TOO

        slots.EXPECTED.append(expected)
        FORGOTTEN_TOO.append(forget_feeds)
