"""`parta check`: does every chain hold, and do the journals follow from their history?"""

from argparse import ArgumentParser, Namespace

from parta.cli import installation
from parta.cli.screen import plural, progress, say


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--school", metavar="КОД", help="только эта школа")


def run(arguments: Namespace) -> int:
    """Walk everything; 1 and the first broken place when something does not hold."""
    installation.load()
    installation.require_database()
    from parta.foundation import log, sql
    from parta.journal.checks import Mismatch, verify_journals

    school_id = installation.school_by_code(arguments.school) if arguments.school else None
    where, values = ("", ()) if school_id is None else (" WHERE school_id = %s", (school_id,))
    chains = sql.read(f"SELECT count(*) FROM foundation_chain{where}", values)[0][0]
    journals = sql.read(f"SELECT count(*) FROM plans_journal{where}", values)[0][0]
    entries = facts = 0
    with progress() as report:
        for number, chain in enumerate(log.verify(school_id), 1):
            report("Цепочки истории", number, chains)
            if isinstance(chain, log.Broken):
                say(
                    f"Цепочка истории нарушена: {_place(chain.kind, chain.subject_id)}, запись {chain.seq}:"
                    f" {chain.why}."
                )
                return 1
            entries += chain
        for number, journal in enumerate(verify_journals(school_id), 1):
            report("Журналы", number, journals)
            if isinstance(journal, Mismatch):
                say(f"Журнал расходится с историей: {_place('journal', journal.journal_id)}. {journal}.")
                return 1
            facts += journal
    say(
        f"Всё сходится: {plural(chains, 'цепочка', 'цепочки', 'цепочек')}"
        f" ({plural(entries, 'запись', 'записи', 'записей')}),"
        f" {plural(journals, 'журнал', 'журнала', 'журналов')}"
        f" ({plural(facts, 'сверенное значение', 'сверенных значения', 'сверенных значений')})."
    )
    return 0


def _place(kind: str, subject_id: int) -> str:
    """The chain's subject as people know it."""
    from parta.foundation import sql

    if kind == "journal":
        rows = sql.read(
            "SELECT o.short_name, h.title, s.title FROM plans_journal j"
            " JOIN organisation_school o ON o.id = j.school_id JOIN organisation_subject s ON s.id = j.subject_id"
            " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id WHERE j.id = %s",
            (subject_id,),
        )
        if rows:
            return f"{rows[0][0]}, {rows[0][1] or 'сборная группа'}, {rows[0][2]} (журнал {subject_id})"
        return f"журнал {subject_id}"
    rows = sql.read("SELECT short_name FROM organisation_school WHERE id = %s", (subject_id,))
    return f"{rows[0][0]}, общая история школы" if rows else f"школа {subject_id}"
