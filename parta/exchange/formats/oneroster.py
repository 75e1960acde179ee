"""OneRoster 1.1 and 1.2 CSV, a zip or a folder of files in the bulk form.

Source: 1EdTech OneRoster CSV Binding 1.1 and 1.2. Files may be header-only or absent, references may
dangle, columns may be added by the producer: what cannot be placed is left out with a remark, never invented.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from parta.exchange.data import (
    GuardianRow,
    HomeroomRow,
    JournalKey,
    LoadRow,
    Options,
    RoomRow,
    SchoolData,
    StaffRow,
    StudentRow,
    SubgroupRow,
    SubjectRow,
    TermRow,
)
from parta.exchange.formats.oneroster_archive import STAFF, Archive, Member, refs
from parta.exchange.formats.oneroster_files import Line, detect, load
from parta.exchange.located import BadFile, Problems, Told, Where
from parta.exchange.values import (
    fold,
    parse_class,
    parse_date,
    parse_email,
    parse_int,
    parse_phone,
    parse_sex,
    tidy,
)

__all__ = ["TITLE", "detect", "read"]

TITLE = "архив OneRoster"

_GUARDIANS: Final = {"parent": "guardian", "guardian": "guardian", "relative": "other"}
_TERMS: Final = {"schoolYear": "year", "semester": "half_year", "term": "quarter", "gradingPeriod": "quarter"}


def read(path: Path, options: Options | None = None) -> SchoolData:
    """One school of the archive. Raises BadFile when there are no such files or none of them says anything."""
    options = options or Options()
    problems = Problems()
    files = load(path, problems)
    if not {"users", "classes"} & set(files):
        raise BadFile(
            f"В «{path.name}» нет файлов OneRoster: в корне архива нужны users.csv, classes.csv, "
            "enrollments.csv и orgs.csv."
        )
    version = next(
        (
            row.get("value", "")
            for _, row in files.get("manifest", [])
            if row.get("propertyName") == "oneroster.version"
        ),
        "",
    )
    if version and version not in {"1.1", "1.2"}:
        problems.warn(Where(path.name, "manifest.csv"), f"Версия OneRoster «{version}»: читается как 1.1.")
    modes = {row.get("propertyName", ""): row.get("value", "") for _, row in files.get("manifest", [])}
    deltas = sorted(name.removeprefix("file.") for name, value in modes.items() if value.lower() == "delta")
    if deltas:
        raise BadFile(
            f"«{path.name}» – архив изменений (delta): {', '.join(deltas[:6])}. В нём лишь то, что поменялось, "
            "а из чего состоит школа, по нему не узнать. Выгрузите полный набор (bulk)."
        )
    return _School(path.name, files, options, problems).data()


class _School(Archive):
    """The chosen school of an archive, as rows of the planner."""

    def data(self) -> SchoolData:
        """All rows of the chosen school."""
        roles = self._roles()
        demographics = {
            row.get("userSourcedId") or row.get("sourcedId", ""): row
            for _, row in self.lines.get("demographics", [])
        }
        users = {
            key: (where, row)
            for key, (where, row) in self._by_id("users").items()
            if self._is_ours([*refs(row.get("orgSourcedIds", "")), *roles.get(key, {}).get("orgs", [])])
        }
        said = self._said_by_enrolments() if not roles else {}
        kinds = {
            key: roles.get(key, {}).get("kinds") or [row.get("role", "") or said.get(key, "")]
            for key, (_, row) in users.items()
        }
        courses = self._by_id("courses")
        classes = {
            key: line
            for key, line in self._by_id("classes").items()
            if self._is_ours(refs(line[1].get("schoolSourcedId", "")))
        }
        members, teachers = self._enrolments(users, classes, kinds)
        homerooms = self._homerooms(classes, courses, teachers, users)
        placed: dict[str, tuple[str, Member]] = {}
        for class_id, rows in members.items():
            for member in rows:
                # Of several homerooms the one that has not ended counts, then the one begun last.
                if class_id in homerooms and (
                    member.user not in placed or member.order > placed[member.user][1].order
                ):
                    placed[member.user] = (homerooms[class_id].title, member)
        students = [key for key in users if "student" in kinds[key]]
        self._without_homeroom(students, users, placed, homerooms)
        subgroups, loads, member_of = self._journals(
            classes, courses, homerooms, members, teachers, users, placed
        )
        guardians = self._guardians(users, kinds)
        sheet = Where(self.name, "classes.csv")
        student_rows = []
        for key in students:
            where, row = users[key]
            if key not in placed:
                continue
            student_rows.append(
                StudentRow(
                    **self._person(row, demographics.get(key, {}), where, key),
                    homeroom=placed[key][0],
                    enrolled_on=placed[key][1].begins,
                    left_on=placed[key][1].left_on,
                    subgroups=tuple(member_of.get(key, ())),
                    guardians=tuple(guardians.get(key, ())),
                )
            )
        staff = [
            StaffRow(
                **self._person(users[key][1], demographics.get(key, {}), users[key][0], key),
                roles=tuple(dict.fromkeys(STAFF[kind] for kind in kinds[key] if kind in STAFF)),
            )
            for key in users
            if any(kind in STAFF for kind in kinds[key])
        ]
        told = Told(self.problems)
        for key, (where, _) in users.items():
            unknown = [
                kind
                for kind in kinds[key]
                if kind not in STAFF and kind not in _GUARDIANS and kind != "student"
            ]
            if unknown:
                text = f"Роль «{unknown[0]}» не известна" if unknown[0] else "Роль не указана"
                told.warn("role", where.at("role"), f"{text}, человек пропущен.")
        told.close()
        used = list({fold(load.journal.subject): load.journal.subject for load in loads}.values())
        listed = {fold(row.get("title", "")): (key, row) for key, (_, row) in courses.items()}
        rooms = {row.get("location", "") for _, row in classes.values()} - {""}
        return SchoolData(
            kind=TITLE,
            file=self.name,
            school_name=self.schools.get(self.school, {}).get("name", ""),
            owns_lists=True,
            terms=tuple(self._terms()),
            rooms=tuple(RoomRow(title=title[:40], where=sheet) for title in sorted(rooms)),
            subjects=tuple(
                SubjectRow(
                    title=title,
                    external_id=listed[fold(title)][0] if fold(title) in listed else "",
                    where=sheet,
                )
                for title in used
            ),
            staff=tuple(staff),
            homerooms=tuple({fold(row.title): row for row in homerooms.values()}.values()),
            subgroups=tuple(subgroups.values()),
            students=tuple(student_rows),
            loads=tuple(loads),
            problems=tuple(self.problems.found),
            choices=tuple(self.schools) if len(self.schools) > 1 else (),
        )

    def _person(self, row: dict[str, str], more: dict[str, str], where: Where, key: str) -> dict[str, Any]:
        birth = parse_date(more.get("birthDate") or more.get("birthdate", ""))
        return {
            "surname": row.get("familyName", "")[:80],
            "given_name": row.get("givenName", "")[:80],
            "patronymic": row.get("middleName", "")[:80],
            "sex": parse_sex(more.get("sex", "")) or "",
            "birth_date": birth,
            "email": parse_email(row.get("email", "")) or "",
            "phone": parse_phone(row.get("phone", "") or row.get("sms", "")) or "",
            "external_id": key[:120],
            "where": where,
        }

    def _terms(self) -> list[TermRow]:
        rows: list[TermRow] = []
        titles = {key: row.get("title", "") for key, (_, row) in self._by_id("academicSessions").items()}
        numbers: dict[str, int] = defaultdict(int)
        for where, row in sorted(
            self.lines.get("academicSessions", []), key=lambda line: line[1].get("startDate", "")
        ):
            starts, ends = parse_date(row.get("startDate", "")), parse_date(row.get("endDate", ""))
            kind = _TERMS.get(row.get("type", ""))
            if starts is None or ends is None or ends < starts or kind is None:
                self.problems.warn(where, "Период без понятного вида, начала или конца пропущен.")
                continue
            numbers[kind] += 1
            rows.append(
                TermRow(
                    kind=kind, title=row.get("title", "")[:40] or kind, starts=starts, until=ends + timedelta(days=1),
                    number=numbers[kind], parent=titles.get(row.get("parentSourcedId", ""), ""), where=where,
                    external_id=row.get("sourcedId", ""),
                )
            )  # fmt: skip
        return rows

    def _homerooms(
        self,
        classes: dict[str, Line],
        courses: dict[str, Line],
        teachers: dict[str, list[str]],
        users: dict[str, Line],
    ) -> dict[str, HomeroomRow]:
        """Classes of type homeroom; when there is none, those that belong to no course stand for homerooms."""
        chosen = {
            key: line for key, line in classes.items() if line[1].get("classType", "").lower() == "homeroom"
        }
        if not chosen:
            chosen = {
                key: line
                for key, line in classes.items()
                if line[1].get("courseSourcedId", "") not in courses
            }
            if chosen:
                self.problems.warn(
                    Where(self.name, "classes.csv"),
                    "Классов вида homeroom в архиве нет; классами считаются строки без курса: "
                    + ", ".join(f"«{row.get('title', '')}»" for _, row in list(chosen.values())[:8]) + ".",
                )  # fmt: skip
        found: dict[str, HomeroomRow] = {}
        for key, (where, row) in chosen.items():
            title = (row.get("title") or row.get("classCode") or key)[:60]
            parsed = parse_class(title)
            grades = refs(row.get("grades") or row.get("grade", ""))
            grade = parsed[0] if parsed else parse_int(grades[0].lstrip("0") or "0") if grades else None
            lead = teachers.get(key, [])
            found[key] = HomeroomRow(
                title=title,
                grade=grade if grade and 1 <= grade <= 12 else None,
                letter=parsed[1] if parsed else "",
                class_teacher=self._name(users[lead[0]][1]) if lead else "",
                room=row.get("location", "")[:40],
                external_id=key[:120],
                where=where,
            )
        return found

    def _without_homeroom(
        self,
        students: list[str],
        users: dict[str, Line],
        placed: dict[str, tuple[str, Member]],
        homerooms: dict[str, HomeroomRow],
    ) -> None:
        """Students in no homeroom stay out; when the archive has none, they get one by the grade of their row."""
        made = []
        told = Told(self.problems)
        may_make = not homerooms
        for key in students:
            if key in placed:
                continue
            where, row = users[key]
            grades = refs(row.get("grades") or row.get("grade", ""))
            grade = parse_int(grades[0].lstrip("0") or "0") if grades else None
            if not may_make or not grade or not 1 <= grade <= 12:
                told.warn(
                    "out", where, f"Ученик «{self._name(row)}» не состоит ни в одном классе и пропущен."
                )
                continue
            title = f"{grade} класс"
            homerooms.setdefault(f"grade:{grade}", HomeroomRow(title=title, grade=grade, where=where))
            placed[key] = (title, Member(key))
            made.append(key)
        told.close()
        if made:
            self.problems.warn(
                Where(self.name, "users.csv"),
                f"Учеников без класса: {len(made)}; они записаны в класс по году обучения.",
            )

    def _journals(
        self,
        classes: dict[str, Line],
        courses: dict[str, Line],
        homerooms: dict[str, HomeroomRow],
        members: dict[str, list[Member]],
        teachers: dict[str, list[str]],
        users: dict[str, Line],
        placed: dict[str, tuple[str, Member]],
    ) -> tuple[dict[str, SubgroupRow], list[LoadRow], dict[str, list[str]]]:
        """A scheduled class is a journal: of a homeroom when all its students and no others are in it, else of a
        subgroup."""
        of_homeroom: dict[str, set[str]] = defaultdict(set)
        for user, (title, _) in placed.items():
            of_homeroom[title].add(user)
        subgroups: dict[str, SubgroupRow] = {}
        loads: list[LoadRow] = []
        member_of: dict[str, list[str]] = defaultdict(list)
        taken: set[JournalKey] = set()
        for key, (where, row) in classes.items():
            if key in homerooms:
                continue
            course = courses.get(row.get("courseSourcedId", ""))
            title = (row.get("title") or row.get("classCode") or key)[:80]
            subject = (course[1].get("title") if course else None) or _first(row.get("subjects", "")) or title
            inside = {member.user for member in members.get(key, []) if member.user in placed}
            rooms = sorted({placed[user][0] for user in inside})
            if not rooms:
                self.problems.warn(
                    where, f"В классе «{title}» нет учеников с известным классом; журнал не создаётся."
                )
                continue
            journal = JournalKey(subject[:160], rooms[0])
            if len(rooms) > 1 or inside != of_homeroom[rooms[0]] or journal in taken:
                name = title if fold(title) not in subgroups else f"{title} ({key})"[:80]
                subgroups[fold(name)] = SubgroupRow(
                    title=name, short=(row.get("classCode") or name)[:20], split=subject[:60], homerooms=tuple(rooms),
                    external_id=key, where=where,
                )  # fmt: skip
                journal = JournalKey(subject[:160], rooms[0] if len(rooms) == 1 else "", name)
                for user in inside:
                    member_of[user].append(name)
            taken.add(journal)
            for teacher in dict.fromkeys(teachers.get(key, [])) or [""]:
                loads.append(
                    LoadRow(
                        journal=journal,
                        teacher=self._name(users[teacher][1]) if teacher else "",
                        external_id=key[:120],
                        where=where,
                    )
                )
        return subgroups, loads, member_of

    def _guardians(self, users: dict[str, Line], kinds: dict[str, list[str]]) -> dict[str, list[GuardianRow]]:
        """Guardians of each student: agents of either side point to the other."""
        found: dict[str, list[GuardianRow]] = defaultdict(list)
        for key, (where, row) in users.items():
            for agent in refs(row.get("agentSourcedIds") or row.get("agents", "")):
                if agent not in users:
                    self.problems.warn(where.at("agents"), f"Представителя «{agent}» нет в users.csv.")
                    continue
                student, guardian = (key, agent) if "student" in kinds[key] else (agent, key)
                kind = next((_GUARDIANS[kind] for kind in kinds[guardian] if kind in _GUARDIANS), None)
                if kind is None or "student" not in kinds[student]:
                    continue
                line, person = users[guardian]
                made = GuardianRow(relation=kind, **self._person(person, {}, line, guardian))
                if all(other.external_id != made.external_id for other in found[student]):
                    found[student].append(made)
        return found

    @staticmethod
    def _name(row: dict[str, str]) -> str:
        return tidy(f"{row.get('familyName', '')} {row.get('givenName', '')} {row.get('middleName', '')}")


def _first(text: str) -> str:
    found = refs(text)
    return found[0] if found and re.search(r"[^\W\d_]", found[0]) else ""
