"""Which act, in which edition, a clause of a day belongs to."""

from datetime import date

from parta.regulation.judge import Law


class Acts:
    """Which act, in which edition, a clause of a day belongs to."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.known: dict[tuple[str, ...], dict[str, str]] = {}

    def of(self, clause_id: str, day: date) -> str:
        code = self.law.on(day)
        key = tuple(f"{edition.code} {edition.in_force_from}" for edition in code.editions)
        if key not in self.known:
            self.known[key] = {
                clause.id: f"{edition.short}, редакция с {edition.in_force_from:%d.%m.%Y}"
                for edition, entry, _ in code.entries
                for clause in entry.clauses
            }
        return self.known[key].get(clause_id, "")
