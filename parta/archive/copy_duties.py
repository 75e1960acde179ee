"""What copies and the running of the system lack, as duties of control: whose they are and since when.

The pages «Резервные копии» and «Система» say it at once; here it becomes a finding with an owner and a term, where the
act asks (``backup_…``, ``restore_test_every``, ``availability``).
"""

from datetime import date

from parta.archive.keeping import keeping
from parta.archive.queries import copies, unexplained_breaks
from parta.control.queries.sheets import law_for
from parta.control.queries.sources import duty_source, page_of_kind
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer
from parta.regulation.durations import plural

HEADS = {
    "backup_recent": "Свежесть копий",
    "restore_test_every": "Пробное восстановление",
    "backup_copies": "Носители копий",
    "backup_at": "Копия к событию",
    "availability": "Перерывы в работе",
}
for _kind in HEADS:
    page_of_kind(_kind, "system" if _kind == "availability" else "copies", of_class=False)


def _kept(viewer: Viewer, until: date) -> list[Matter]:
    """A carrier taken without the safe opened, a key that is not the director's overnight: from the next day."""
    return [
        Matter(
            kind=lack.rules[0].kind.name,
            clauses=lack.clauses,
            text=lack.text,
            since=lack.since,
            role="secretary",
            told=told_of(lack.rules),
        )
        for lack in keeping(viewer, until).lacks
        if lack.is_owed and until > lack.since
    ]


@duty_source(HEADS, daily=True)
def copy_matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """For who answers for the school. Up to seven statements, none where no act asks.

    A page says to the minute that a copy is too old; the finding stands from the next day. Where the act asks for work
    without breaks and names no age of a copy, the product's own day counts.
    """
    law = law_for(viewer)
    asked = {kind: rules_on(law, until, kind) for kind in HEADS}
    if not viewer.is_school_wide:
        return []
    found = _kept(viewer, until) if rules_on(law, until, "register_entry_required") else []
    if not any(asked.values()):
        return found
    for problem in copies(viewer).problems:
        rules = [
            rule
            for rules in asked.values()
            for rule in rules
            if set(rule.clauses) & set(problem.clauses)
            or (not problem.clauses and rule.kind.name == "availability")
        ]
        if rules and (problem.since is None or until > problem.since):
            found.append(
                Matter(
                    kind=rules[0].kind.name,
                    clauses=problem.clauses or clauses_of(rules),
                    text=problem.fact or problem.text,
                    since=problem.since or since,
                    role="operator",
                    told=told_of(rules),
                )
            )
    breaks = unexplained_breaks(viewer) if asked["availability"] else ()
    if breaks:
        count = len(breaks)
        found.append(
            Matter(
                kind="availability",
                clauses=clauses_of(asked["availability"]),
                text="Причина не записана: "
                + f"{count} "
                + plural(count, "перерыв", "перерыва", "перерывов"),
                since=min(breaks),
                role="operator",
                told=told_of(asked["availability"]),
                key="unexplained",
            )
        )
    return found
