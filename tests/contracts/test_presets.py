"""Every guard and watch row of the five documents is an entry of its preset."""

import re

import pytest

from conformance.requirements import DOCUMENTS, requirements
from parta.cli.commands.regulation import load_kinds
from parta.regulation.coverage import coverage
from parta.regulation.edition import load_preset
from parta.regulation.explain import explained

load_kinds()


def without_entry(document: str) -> set[str]:
    """Guard and watch rows of a document that no entry of its preset cites."""
    cited = {clause.id for entry in load_preset(document).entries for clause in entry.clauses}
    rows = {row.id for row in requirements() if row.document == document and row.kind in ("guard", "watch")}
    return rows - cited


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_every_guard_and_watch_row_is_an_entry(document: str) -> None:
    assert without_entry(document) == set(), "an entry was lost, or a new row has none"


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_every_row_is_a_clause_of_the_preset(document: str) -> None:
    """The page of all clauses shows the whole document: each row has a rule or stands in the list without rules."""
    rows = [row.id for row in requirements() if row.document == document]
    shown = [one.clause.id for one in coverage(load_preset(document)) if "SCHOOL" not in one.clause.id]
    assert set(rows) <= set(shown) and len(shown) == len(set(shown))
    others = {clause.id for _, clauses in load_preset(document).others for clause in clauses}
    assert others <= set(rows), "a clause that no document has"


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_an_entry_cites_rows_of_its_document(document: str) -> None:
    """A cited id is a row of the requirement table, or says openly that the school added it."""
    known = {row.id for row in requirements() if row.document == document}
    for entry in load_preset(document).entries:
        for clause in entry.clauses:
            assert clause.id in known or "SCHOOL" in clause.id, clause.id


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_clauses_are_cited_as_they_are_printed(document: str) -> None:
    """Nobody reads «п. 5.2.tch.л»: a cited number has no Latin letters of our own row ids."""
    edition = load_preset(document)
    printed = {clause.printed for entry in edition.entries for clause in entry.clauses}
    printed |= {clause.printed for _, clauses in edition.others for clause in clauses}
    assert not {words for words in printed if re.search("[A-Za-z]", words)}


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_a_rule_is_read_in_russian(document: str) -> None:
    """Who reads «journal: хранят не меньше 5 лет» reads a code of ours: the page of the act says words."""
    said = {words for one in explained(load_preset(document)) if not one.sleeps for words in one.says}
    assert said
    assert not {words for words in said if re.search("[A-Za-z]{2,}", words)}
