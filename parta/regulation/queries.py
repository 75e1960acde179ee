"""The law of a school out of the database, kept in memory until its version changes."""

from dataclasses import replace
from functools import lru_cache

from parta.regulation.edition import Edition, parse_edition
from parta.regulation.judge import Law, SettingChange, law_of
from parta.regulation.models import Edition as EditionRow
from parta.regulation.models import SettingValue


@lru_cache(maxsize=64)
def _parsed(sha256: str, source: str) -> Edition:
    return parse_edition(source)


@lru_cache(maxsize=256)
def law(school_id: int, law_version: int) -> Law:
    """Every edition and setting of a school, compiled.

    `law_version` comes with the viewer; it grows in the transaction that changes an edition or a setting, so a
    process never judges by an old text: no statement when the version is known, two when it is new. Dates are those
    of the school's own adoption, which may be later than those of the file.
    """
    editions = [
        replace(
            _parsed(row.sha256, row.source),
            in_force_from=row.in_force_from,
            in_force_until=row.in_force_until,
        )
        for row in EditionRow.objects.filter(school_id=school_id).order_by("in_force_from", "id")
    ]
    settings = [
        SettingChange(row.act_code, row.name, row.value, row.in_force_from)
        for row in SettingValue.objects.filter(school_id=school_id).order_by("in_force_from", "id")
    ]
    return law_of(editions, settings)
