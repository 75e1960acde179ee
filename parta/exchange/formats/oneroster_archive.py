"""An OneRoster archive as it lies: which of its schools is read, who is who in it, who is in which class."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from parta.exchange.data import (
    Options,
)
from parta.exchange.formats.oneroster_files import Line
from parta.exchange.located import BadFile, Problems, Told, Where
from parta.exchange.values import (
    fold,
    parse_date,
    tidy,
)

_GONE: Final = {"tobedeleted", "inactive"}
"""Statuses of rows that are no longer there: of 1.1 and 1.2, and of 1.0."""
STAFF: Final = {
    "teacher": "teacher", "administrator": "operator", "principal": "director", "aide": "teacher", "proctor": "teacher",
    "counselor": "social_pedagogue", "districtAdministrator": "inspector", "siteAdministrator": "operator",
    "systemAdministrator": "operator",
}  # fmt: skip


def refs(text: str) -> list[str]:
    """Ids of a cell that lists several."""
    return [part for part in re.split(r"\s*,\s*", tidy(text)) if part]


@dataclass(frozen=True)
class Member:
    """A student of a class: from the first day to the last one, where the archive names them."""

    user: str
    begins: date | None = None
    ends: date | None = None

    @property
    def left_on(self) -> date | None:
        """The first day without the student."""
        return self.ends + timedelta(days=1) if self.ends else None

    @property
    def order(self) -> tuple[date, date]:
        """Greater for the membership that matters more."""
        return self.ends or date.max, self.begins or date.min


class Archive:
    """The lines of the files by their ids, without those that are gone."""

    def __init__(self, name: str, files: dict[str, list[Line]], options: Options, problems: Problems) -> None:
        self.name = name
        self.problems = problems
        self.lines = {
            key: [line for line in lines if line[1].get("status", "").lower() not in _GONE]
            for key, lines in files.items()
        }
        self.gone = {
            (key, row.get("sourcedId", ""))
            for key, lines in files.items()
            for _, row in lines
            if row.get("status", "").lower() in _GONE
        }
        for key in ("users", "classes", "enrollments", "courses", "orgs"):
            count = len(files.get(key, ())) - len(self.lines.get(key, ()))
            if count:
                self.problems.warn(
                    Where(name, f"{key}.csv"),
                    f"Строк, отмеченных к удалению: {count}; они пропущены. Из школы по ним ничего не удаляется: "
                    "выбытие и увольнение оформляются в карточке человека.",
                )
        self.orgs = self._by_id("orgs")
        self.schools = {
            key: row for key, (_, row) in self.orgs.items() if row.get("type", "school") in {"school", ""}
        }
        self.school = self._choose(options.org)

    def _by_id(self, name: str) -> dict[str, Line]:
        found: dict[str, Line] = {}
        for where, row in self.lines.get(name, []):
            key = row.get("sourcedId", "")
            if not key:
                self.problems.error(
                    where.at("sourcedId"), "Нет sourcedId: строку не с чем связать. Выгрузите файл заново."
                )
            elif key in found:
                self.problems.error(
                    where.at("sourcedId"), f"sourcedId «{key}» уже есть в строке {found[key][0].row}."
                )
            else:
                found[key] = (where, row)
        return found

    def _choose(self, wanted: str) -> str:
        """sourcedId of the school to read; empty when the archive names none."""
        if wanted:
            for key, row in self.schools.items():
                if wanted in {key, row.get("identifier")} or fold(wanted) == fold(row.get("name", "")):
                    return key
            listed = "; ".join(f"{key} – {row.get('name', '')}" for key, row in self.schools.items())
            raise BadFile(f"Школы «{wanted}» в архиве нет. Есть: {listed or 'ни одной'}.")
        if len(self.schools) < 2:
            return next(iter(self.schools), "")
        weight: dict[str, int] = defaultdict(int)
        for _, row in self.lines.get("users", []):
            for org in [*refs(row.get("orgSourcedIds", "")), row.get("primaryOrgSourcedId", "")]:
                weight[org] += 1
        for _, row in self.lines.get("classes", []):
            weight[row.get("schoolSourcedId", "")] += 1
        chosen = max(self.schools, key=lambda key: weight[key])
        others = "; ".join(
            f"{key} – {row.get('name', '')}" for key, row in self.schools.items() if key != chosen
        )
        self.problems.warn(
            Where(self.name, "orgs.csv"),
            f"В архиве несколько школ. Взята «{self.schools[chosen].get('name', '')}» ({chosen}); не взяты: {others}. "
            "Другую выберите в списке на странице загрузки (в команде – ключ --org).",
        )
        return chosen

    def _is_ours(self, orgs: list[str]) -> bool:
        return (
            not self.school or not orgs or self.school in orgs or not any(org in self.schools for org in orgs)
        )

    def _roles(self) -> dict[str, dict[str, list[str]]]:
        """Roles of 1.2: user → kinds and orgs."""
        found: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"kinds": [], "orgs": []})
        for _, row in self.lines.get("roles", []):
            org = row.get("orgSourcedId", "")
            if self._is_ours([org] if org else []):
                found[row.get("userSourcedId", "")]["kinds"].append(row.get("role", ""))
            found[row.get("userSourcedId", "")]["orgs"].append(org)
        return found

    def _said_by_enrolments(self) -> dict[str, str]:
        """Roles of an archive that names none: students and teachers by their classes, guardians by their agents."""
        lines = self.lines.get("users", [])
        if any(row.get("role") for _, row in lines):
            return {}
        found = {
            row.get("userSourcedId", ""): row.get("role", "") for _, row in self.lines.get("enrollments", [])
        }
        for _, row in lines:
            if found.get(row.get("sourcedId", "")) == "student":
                for agent in refs(row.get("agentSourcedIds") or row.get("agents", "")):
                    found.setdefault(agent, "guardian")
        if found:
            self.problems.warn(
                Where(self.name, "roles.csv"),
                "Ролей нет ни в users.csv, ни в roles.csv; они взяты из enrollments.csv и связей с представителями.",
            )
        return found

    def _enrolments(
        self, users: dict[str, Line], classes: dict[str, Line], kinds: dict[str, list[str]]
    ) -> tuple[dict[str, list[Member]], dict[str, list[str]]]:
        members: dict[str, list[Member]] = defaultdict(list)
        teachers: dict[str, list[str]] = defaultdict(list)
        all_users = {row.get("sourcedId") for _, row in self.lines.get("users", [])}
        all_classes = {row.get("sourcedId") for _, row in self.lines.get("classes", [])}
        told = Told(self.problems)
        for where, row in self.lines.get("enrollments", []):
            user, group = row.get("userSourcedId", ""), row.get("classSourcedId", "")
            if ("users", user) in self.gone or ("classes", group) in self.gone:
                continue
            if user not in all_users:
                told.warn(
                    "user", where.at("userSourcedId"), f"Человека «{user}» нет в users.csv; строка пропущена."
                )
            elif group not in all_classes:
                told.warn(
                    "class",
                    where.at("classSourcedId"),
                    f"Класса «{group}» нет в classes.csv; строка пропущена.",
                )
            elif user not in users or group not in classes:
                if (user in users) != (group in classes):
                    told.warn(
                        "school", where, f"«{user}» и класс «{group}» из разных школ; строка пропущена."
                    )
            elif row.get("role", "") in {"teacher", "aide", "proctor"} and any(
                kind in STAFF for kind in kinds[user]
            ):
                if row.get("role") == "teacher":
                    is_first = row.get("primary", "").lower() == "true"
                    teachers[group].insert(0 if is_first else len(teachers[group]), user)
            elif row.get("role", "") == "student" and "student" in kinds[user]:
                members[group].append(
                    Member(user, self._date(where, row, "beginDate"), self._date(where, row, "endDate"))
                )
            else:
                told.warn(
                    "role",
                    where.at("role"),
                    f"Роль «{row.get('role', '')}» не подходит человеку «{user}»; строка пропущена.",
                )
        told.close()
        return members, teachers

    def _date(self, where: Where, row: dict[str, str], column: str) -> date | None:
        text = row.get(column, "")
        found = parse_date(text) if text else None
        if text and found is None:
            self.problems.warn(where.at(column), f"«{text[:30]}» – не дата; взято, как если бы даты не было.")
        return found
