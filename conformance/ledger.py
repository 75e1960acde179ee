"""Puts rows and test results together, writes the ledger for programs and for people."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from conformance.requirements import DOCUMENTS, KINDS, ROOT, Requirement, outside, requirements

JSON = ROOT / "docs" / "conformance.json"
MARKDOWN = ROOT / "docs" / "conformance.md"
STATES = {"proved": "доказано", "partly": "отчасти", "not_yet": "ещё нет", "outside": "вне программы"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one test says of one row; `lacks` (of a partial proof) tells what is still missing."""

    test: str
    passed: bool
    partly: bool = False
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    id: str
    document: str
    who: str
    requirement: str
    kind: str
    state: str
    tests: tuple[str, ...]
    note: str


def evidence_of(results: Iterable[Mapping[str, object]]) -> dict[str, list[Evidence]]:
    """Evidence by row from the results that the pytest plugin wrote."""
    found: dict[str, dict[str, Evidence]] = defaultdict(dict)
    for result in results:
        test = str(result["test"])
        for mark in result["marks"]:  # type: ignore[attr-defined]
            for row in mark["ids"]:
                known = found[row].get(test)
                passed = bool(result["passed"]) and (known is None or known.passed)
                found[row][test] = Evidence(test, passed, bool(mark["partly"]), str(mark["lacks"]))
    return {row: list(tests.values()) for row, tests in found.items()}


def entry_of(row: Requirement, evidence: list[Evidence]) -> Entry:
    """The state of a row: proved only when every test that claims the whole of it passes."""
    whole = [item for item in evidence if not item.partly]
    failed = [item.test for item in evidence if not item.passed]
    lacks = "; ".join(dict.fromkeys(item.lacks for item in evidence if item.lacks))
    if whole and all(item.passed for item in whole):
        state, note = "proved", ""
    elif any(item.passed for item in evidence):
        state, note = "partly", lacks
    elif row.id in outside() and not evidence:
        state, note = "outside", outside()[row.id]
    else:
        state, note = "not_yet", ""
    if failed and state != "proved":
        note = "; ".join(filter(None, [note, f"не проходит: {', '.join(failed)}"]))
    tests = tuple(sorted(item.test for item in evidence if item.passed))
    return Entry(row.id, row.document, row.who, row.requirement, row.kind, state, tests, note)


def entries(evidence: Mapping[str, list[Evidence]]) -> list[Entry]:
    """The whole ledger. Raises ValueError when a test proves a row that is declared outside, or an unknown one."""
    known = {row.id for row in requirements()}
    unknown = sorted(set(evidence) - known)
    if unknown:
        raise ValueError(f"tests name rows that are in no table: {', '.join(unknown)}")
    both = sorted(set(evidence) & set(outside()))
    if both:
        raise ValueError(
            f"rows declared outside are proved by tests, strike them from outside.toml: {', '.join(both)}"
        )
    return [entry_of(row, evidence.get(row.id, [])) for row in requirements()]


def write(found: list[Entry], json_path: Path = JSON, markdown_path: Path = MARKDOWN) -> None:
    """Write both files."""
    rows = ",\n".join(json.dumps(asdict(entry), ensure_ascii=False) for entry in found)
    json_path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
    markdown_path.write_text(markdown(found), encoding="utf-8")


def markdown(found: list[Entry]) -> str:
    """The ledger for people, in Russian; the rows themselves stand as in the tables."""
    totals = Counter(entry.state for entry in found)
    lines = [
        "# Ведомость соответствия",
        "",
        "Каждая строка требований пяти положений и то, чем она доказана. Строка **доказана**, только если проходит",
        "тест, который разыгрывает её «done when», у предела — с обеих сторон. **Отчасти**: тест есть, но проверяет не",
        "всё. **Вне программы**: дело людей или закона, причина указана.",
        "Таблицы требований: [requirements](requirements/).",
        "Ведомость пишет `make conformance`, руками её не правят.",
        "",
        f"Всего строк {len(found)}: "
        + ", ".join(f"{STATES[state]} {totals[state]}" for state in STATES)
        + ".",
        "",
        "| документ | строк | " + " | ".join(STATES.values()) + " |",
        "|---|---|" + "---|" * len(STATES),
    ]
    for document, (code, title) in DOCUMENTS.items():
        of_document = [entry for entry in found if entry.document == document]
        states = Counter(entry.state for entry in of_document)
        cells = " | ".join(str(states[state]) for state in STATES)
        lines.append(f"| [{title} ({code})](#{code.lower()}) | {len(of_document)} | {cells} |")
    lines += [
        "",
        "| вид требования | строк | " + " | ".join(STATES.values()) + " |",
        "|---|---|" + "---|" * len(STATES),
    ]
    for kind, title in KINDS.items():
        of_kind = [entry for entry in found if entry.kind == kind]
        states = Counter(entry.state for entry in of_kind)
        lines.append(
            f"| {title} | {len(of_kind)} | " + " | ".join(str(states[state]) for state in STATES) + " |"
        )
    for document, (code, title) in DOCUMENTS.items():
        lines += ["", f'<a id="{code.lower()}"></a>', "", f"## {title} ({code})", ""]
        lines += [
            "| строка | требование | вид | состояние | чем доказано или почему нет |",
            "|---|---|---|---|---|",
        ]
        for entry in found:
            if entry.document == document:
                proof = "<br>".join(filter(None, [*(f"`{test}`" for test in entry.tests), entry.note]))
                lines.append(
                    f"| {entry.id} | {entry.requirement} | {KINDS[entry.kind]} | {STATES[entry.state]} | {proof} |"
                )
    return "\n".join(lines) + "\n"


def read() -> list[Entry]:
    """The ledger as it was last written."""
    return [
        Entry(**{**row, "tests": tuple(row["tests"])}) for row in json.loads(JSON.read_text(encoding="utf-8"))
    ]
