"""The pytest side: gathers `@pytest.mark.clause(...)` and how the tests that carry it ended.

`@pytest.mark.clause("GT-P-2.4a", "IP-2.5.3")` claims the whole of these rows; `partly="what is missing"` (or
`partly=True`) a part of them. An id that stands in no table stops the run at once.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.requirements import requirements


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption(
        "--clauses", metavar="FILE", help="write marks and results of clause-proving tests as JSON"
    )
    group.addoption("--clauses-only", action="store_true", help="run only tests that prove a clause")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "clause(*ids, partly=False): requirement rows that the test proves")
    if config.getoption("--clauses") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(config.getoption("--clauses"))), "conformance-recorder")


def marks_of(item: pytest.Item) -> list[dict[str, Any]]:
    """The clause marks of a test as plain data."""
    found = []
    for mark in item.iter_markers("clause"):
        partly = mark.kwargs.get("partly", False)
        found.append(
            {
                "ids": list(mark.args),
                "partly": bool(partly),
                "lacks": partly if isinstance(partly, str) else "",
            }
        )
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse unknown ids; with --clauses-only leave the other tests out."""
    known = {row.id for row in requirements()}
    wrong = [
        f"{item.nodeid}: {row}"
        for item in items
        for mark in marks_of(item)
        for row in mark["ids"]
        if row not in known
    ]
    if wrong:
        raise pytest.UsageError("clause marks name rows that are in no table:\n" + "\n".join(wrong))
    if config.getoption("--clauses-only"):
        others = [item for item in items if not marks_of(item)]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if marks_of(item)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Let the marks travel with the report, so that parallel runs are recorded too."""
    report: pytest.TestReport = yield
    marks = marks_of(item)
    if marks:
        report.user_properties.append(("clauses", json.dumps(marks)))
    return report


class Recorder:
    """Writes one line of results per test; a test with parameters passes when each of them does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: dict[str, dict[str, Any]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.config.getoption("collectonly"):
            for item in session.items:
                self._note(item.nodeid, marks_of(item), True)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == "clauses":
                self._note(report.nodeid, json.loads(str(value)), report.passed)

    def _note(self, nodeid: str, marks: list[dict[str, Any]], passed: bool) -> None:
        if not marks:
            return
        test = nodeid.split("[")[0]
        known = self.results.setdefault(test, {"test": test, "marks": [], "passed": True})
        known["passed"] = known["passed"] and passed
        known["marks"] += [mark for mark in marks if mark not in known["marks"]]

    def pytest_sessionfinish(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        ordered = sorted(self.results.values(), key=lambda result: result["test"])
        self.path.write_text(json.dumps(ordered, ensure_ascii=False, indent=1), encoding="utf-8")
