from django.apps import AppConfig


class DiaryConfig(AppConfig):
    name = "parta.diary"
    label = "diary"

    def ready(self) -> None:
        """Put the rule kinds into the registry, and what families told ahead onto the pages of lessons."""
        from parta.diary import rules  # noqa: F401
        from parta.diary.queries.expected import expected
        from parta.journal.queries import slots

        slots.EXPECTED.append(expected)
