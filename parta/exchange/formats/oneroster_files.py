"""The files of a OneRoster set, out of a zip or a folder: which they are, their columns and lines."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final

from parta.exchange.limits import looks_like, open_zip, read_bytes, unpacked
from parta.exchange.located import BadFile, Problems, Where
from parta.exchange.sheets import read_csv
from parta.exchange.values import is_formula, tidy

_FILES: Final = (
    "academicSessions", "orgs", "courses", "classes", "users", "enrollments", "demographics", "roles", "manifest",
    "userProfiles", "userResources", "resources", "courseResources", "classResources", "categories", "lineItems",
    "results",
)  # fmt: skip
_NEEDED: Final = {
    "users": ("sourcedId", "familyName"), "classes": ("sourcedId", "title"), "orgs": ("sourcedId",),
    "enrollments": ("classSourcedId", "userSourcedId", "role"), "courses": ("sourcedId",),
    "roles": ("userSourcedId", "role"),
}  # fmt: skip
"""Columns without which a file says nothing."""
_COLUMNS: Final = (
    "sourcedId", "status", "dateLastModified", "title", "name", "type", "identifier", "parentSourcedId", "startDate",
    "endDate", "schoolYear", "courseCode", "orgSourcedId", "grade", "grades", "courseSourcedId", "classCode",
    "classType", "location", "schoolSourcedId", "termSourcedIds", "subjects", "orgSourcedIds", "primaryOrgSourcedId",
    "role", "username", "givenName", "familyName", "middleName", "email", "sms", "phone", "agentSourcedIds", "agents",
    "classSourcedId", "userSourcedId", "primary", "beginDate", "birthDate", "sex", "roleType", "propertyName", "value",
    "enabledUser",
)  # fmt: skip
"""Columns that are read, in the letter case of the standard; producers write them in any."""
_ROLES: Final = (
    "teacher", "administrator", "principal", "aide", "proctor", "counselor", "districtAdministrator",
    "siteAdministrator", "systemAdministrator", "student", "parent", "guardian", "relative", "primary", "secondary",
)  # fmt: skip
_CASE: Final = {word.casefold(): word for word in _ROLES}
"""Roles in the letter case of the standard; producers write them in any."""

Line = tuple[Where, dict[str, str]]


def detect(path: Path) -> bool:
    """A folder or a zip with the files of the standard (a workbook is a zip too, but has none of them)."""
    if path.is_dir():
        return (path / "manifest.csv").is_file() or {"users.csv", "orgs.csv"} <= {
            p.name for p in path.glob("*.csv")
        }
    if not path.is_file() or looks_like(path) != "zip":
        return False
    try:
        with open_zip(path) as archive:
            names = {PurePosixPath(name).name for name in archive.namelist()}
    except BadFile:
        return path.suffix.lower() == ".zip"
    return "manifest.csv" in names or {"users.csv", "orgs.csv"} <= names or path.suffix.lower() == ".zip"


def load(path: Path, problems: Problems) -> dict[str, list[Line]]:
    """Lines by the name of their file, told in `problems` what was left out. Raises BadFile for another archive."""
    contents: dict[str, bytes] = {}
    if path.is_dir():
        for name in _FILES:
            for file in sorted(path.glob("*.csv")):
                if file.stem.casefold() == name.casefold() and file.stat().st_size:
                    contents[name] = read_bytes(file)
    else:
        with open_zip(path) as archive:
            entries = archive.infolist()
            entries = [entry for entry in entries if "__MACOSX" not in PurePosixPath(entry.filename).parts]
            _refuse_inner(path.name, [entry.filename for entry in entries])
            for entry in entries:
                stem = PurePosixPath(entry.filename).stem
                listed = next((known for known in _FILES if known.casefold() == stem.casefold()), None)
                if listed and entry.filename.lower().endswith(".csv"):
                    if listed in contents:
                        raise BadFile(
                            f"В архиве «{path.name}» два файла {listed}.csv в разных папках. Оставьте один набор."
                        )
                    contents[listed] = b"".join(unpacked(archive, entry, path.name))
    files = {}
    written = {name.casefold(): name for name in _COLUMNS}
    for name, content in contents.items():
        table, encoding = read_csv(content, f"{name}.csv")
        if encoding != "utf-8":
            problems.warn(
                Where(path.name, f"{name}.csv"),
                "Кодировка не UTF-8, как требует OneRoster; прочитано как "
                f"{'Windows-1251' if encoding == 'cp1251' else 'UTF-16'}. Проверьте буквы в предпросмотре.",
            )
        if not table.rows:
            continue
        heads = [written.get(tidy(cell).casefold(), tidy(cell)) for cell in table.rows[0]]
        lacking = [column for column in _NEEDED.get(name, ()) if column not in heads]
        if lacking and len(table.rows) > 1:
            problems.error(
                Where(path.name, f"{name}.csv", 1),
                f"Нет столбца {', '.join(f'«{column}»' for column in lacking)}: файл не прочитан. Есть: "
                f"{', '.join(f'«{head[:30]}»' for head in heads if head)[:300]}. Выгрузите его заново.",
            )
            continue
        lines: list[Line] = []
        for index, row in enumerate(table.rows[1:], 2):
            if not any(tidy(cell) for cell in row):
                continue
            where = Where(path.name, f"{name}.csv", index)
            if len(row) < len(heads) - 1 and len(row) < 3:
                problems.error(
                    where, "Строка оборвана: столбцов меньше, чем в заголовке. Выгрузите файл заново."
                )
                continue
            values = {head: tidy(cell) for head, cell in zip(heads, row, strict=False) if head}
            formula = next(
                (head for head, cell in values.items() if is_formula(cell) and not head.startswith("ext_")),
                None,
            )
            if formula and not formula.startswith("metadata"):
                problems.error(
                    where.at(formula), "Значение похоже на формулу таблицы. Запишите обычный текст."
                )
                continue
            for column in ("role", "roleType"):
                if values.get(column):
                    values[column] = _CASE.get(values[column].casefold(), values[column])
            lines.append((where, values))
        files[name] = lines
    return files


def _refuse_inner(name: str, entries: list[str]) -> None:
    """Raise BadFile for an archive that holds a file of another kind instead of a set."""
    for entry in entries:
        if entry.lower().endswith((".zip", ".gz", ".7z", ".rar")):
            raise BadFile(
                f"В архиве «{name}» лежит другой архив: «{entry}». Распакуйте его и загрузите сам файл."
            )
    others = [entry for entry in entries if entry.lower().endswith((".xlsx", ".xls", ".ods", ".fet", ".xml"))]
    if others and not any(entry.lower().endswith(".csv") for entry in entries):
        raise BadFile(
            f"В архиве «{name}» – «{PurePosixPath(others[0]).name}». Распакуйте архив и загрузите сам этот файл."
        )
