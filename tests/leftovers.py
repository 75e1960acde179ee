"""What a process remembers by ids of rows, and must not once the rows are others."""


def forget() -> None:
    """Empty every cache that is keyed by database ids."""
    from django.core.cache import cache

    from parta.diary.actions.looks import _noted as _looks
    from parta.people.actions.traces import _noted, _opened
    from parta.regulation.queries import law
    from parta.timetable.calendar import calendar_of

    cache.clear()
    law.cache_clear()
    _noted.cache_clear()
    _opened.cache_clear()
    _looks.cache_clear()
    calendar_of.cache_clear()
