"""How far a write may reach: an id in a form is as good a way to a foreign object as one in an address.

Judged over the rows themselves, so a new form is watched without a word here: nothing of another school has changed,
no row names a row of another school, and nothing was written into a journal that the persona does not even read.
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey

from parta.foundation import sql
from tests.cast import World
from tests.contracts.relations import JOURNALS

SHARED = frozenset({"people_user"})
"""An account may belong to two schools; what hangs on it is nobody's."""
TEACHING = frozenset().union(*JOURNALS.values())
FAMILIES = frozenset({"student", "brother", "guardian", "other_guardian", "outsider", "contact", "nurse"})
"""Whoever writes in the journals of the table of relations, or in none; the office moves lessons of any."""


def _schools() -> dict[str, str]:
    """By table, the condition of SQL that its row `t` is of the school `%s`: its own column, or its parent's."""
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    own = {name for name, model in tables.items() if _has(model, "school_id")}
    found = {name: "t.school_id" for name in own if name != "organisation_school"}
    for name, model in tables.items():
        if name in own or name in SHARED:
            continue
        for field in model._meta.concrete_fields:
            parent = field.related_model._meta.db_table if isinstance(field, ForeignKey) else ""
            if parent in own and parent not in SHARED:
                found[name] = f"(SELECT p.school_id FROM {parent} p WHERE p.id = t.{field.column})"
                break
    return found


def _has(model: Any, column: str) -> bool:
    return any(field.column == column for field in model._meta.concrete_fields)


class Reach:
    """Looks at what a request wrote, before it is undone."""

    def __init__(self, cast: World) -> None:
        self.school_of = _schools()
        self.references = [
            (model._meta.db_table, field.column, field.related_model._meta.db_table)
            for model in apps.get_models(include_auto_created=True)
            for field in model._meta.concrete_fields
            if isinstance(field, ForeignKey)
        ]
        self.home = dict.fromkeys(cast.people, cast.school.pk)
        self.home |= {f"foreign_{name}": cast.outside.school.pk for name in cast.outside.people}
        self.reads = {
            persona: {
                world.journals[key].pk
                for key, who in JOURNALS.items()
                if name in who and key in world.journals
            }
            for world, before in ((cast, ""), (cast.outside, "foreign_"))
            for name in world.people
            for persona in (f"{before}{name}",)
            if name in TEACHING | FAMILIES
        }
        self.stood = {
            (table, pk): self._of_others(table, pk) for table in self.school_of for pk in self._pks(cast)
        }
        self.lines = self._last_line()

    def _pks(self, cast: World) -> tuple[int, int]:
        return cast.school.pk, cast.outside.school.pk

    def _of_others(self, table: str, school: int) -> list[str]:
        rows = sql.read(f"SELECT t.* FROM {table} t WHERE {self.school_of[table]} <> %s", (school,))
        return sorted(map(repr, rows))

    def _last_line(self) -> int:
        return int(sql.read("SELECT MAX(id) FROM foundation_logentry")[0][0] or 0)

    def too_far(self, persona: str, tables: Iterable[str]) -> str:
        """What was reached that is not the persona's; empty: nothing."""
        written = sorted(set(tables) & self.school_of.keys())
        home = self.home.get(persona)
        for table in written:
            if home is not None and self._of_others(table, home) != self.stood[table, home]:
                return f"изменено в чужой школе: {table}"
            for column, target in ((one[1], one[2]) for one in self.references if one[0] == table):
                if target not in self.school_of:
                    continue
                theirs = self.school_of[target].replace("t.", "o.")
                crossing = sql.read(
                    f"SELECT 1 FROM {table} t JOIN {target} o ON o.id = t.{column}"
                    f" WHERE {self.school_of[table]} <> {theirs} LIMIT 1"
                )
                if crossing:
                    return f"строка называет строку чужой школы: {table}.{column}"
        reads = self.reads.get(persona)
        if reads is not None:
            journals = sql.read(
                "SELECT DISTINCT c.subject_id FROM foundation_logentry e JOIN foundation_chain c ON c.id = e.chain_id"
                " WHERE c.kind = 'journal' AND e.id > %s",
                (self.lines,),
            )
            beyond = {row[0] for row in journals} - reads
            if beyond:
                return f"записано в чужой журнал: {sorted(beyond)}"
        return ""
