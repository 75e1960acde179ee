"""A paper set as sheets to print: what the template needs, from the frozen contents and the acts' words."""

import re
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from parta.archive.actions.papers import way_of
from parta.archive.models import PaperSet, PaperSign, PaperStep
from parta.archive.route import Route
from parta.foundation import sql
from parta.foundation.papers import typeset
from parta.people.rules import law_of, rules
from parta.people.viewer import Viewer
from parta.regulation.durations import plural

__all__ = ["LARGEST", "TEMPLATE", "data_of", "in_words", "names_of", "pages_of", "pdf_of"]

TEMPLATE = Path(__file__).resolve().parent / "content" / "paper.typ"
LARGEST = 1200
"""Sheets whose number is written in words."""
POSTS = {
    "class_signed": "Классный руководитель",
    "deputy_signed": "Заместитель директора",
    "signed": "Директор",
}
_WHO = """
SELECT r.kind, p.surname, p.given_name, p.patronymic FROM people_role r JOIN people_person p ON p.id = r.person_id
WHERE r.school_id = %s AND r.kind IN ('director', 'deputy', 'secretary') AND r.starts <= %s
    AND (r.until IS NULL OR r.until > %s)
ORDER BY r.starts, r.id"""
_HEAD = """
SELECT p.surname, p.given_name, p.patronymic FROM people_role r JOIN people_person p ON p.id = r.person_id
WHERE r.school_id = %s AND r.homeroom_id = %s AND r.kind IN ('class_teacher', 'master')
    AND r.starts <= %s AND (r.until IS NULL OR r.until > %s) ORDER BY r.starts, r.id"""
_UNITS = (
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать"
    " пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
_TENS = ". . двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
_HUNDREDS = ". сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()


def in_words(number: int) -> str:
    """A whole number from 0 to 1999 in Russian words, masculine: 41 → «сорок один»."""
    thousands, rest = divmod(number, 1000)
    words = ["одна тысяча"] if thousands else []
    hundreds, rest = divmod(rest, 100)
    if hundreds:
        words.append(_HUNDREDS[hundreds])
    if rest >= 20:
        words.append(_TENS[rest // 10])
        rest %= 10
    if rest or not words:
        words.append(_UNITS[rest])
    return " ".join(words)


def pdf_of(viewer: Viewer, row: PaperSet) -> bytes:
    """The file of a set. Raises Unset."""
    return typeset(TEMPLATE, data_of(viewer, row))


def pages_of(pdf: bytes) -> int:
    """How many pages a file of ours has."""
    return len(re.findall(rb"/Type\s*/Page(?![a-zA-Z])", pdf))


def names_of(viewer: Viewer, homeroom_id: int | None = None) -> dict[str, str]:
    """Who signs today, in full: director, deputy head, secretary and, of a class, its teacher. One statement a kind."""
    names: dict[str, str] = {}
    for kind, *name in sql.read(_WHO, [viewer.school.id, viewer.on, viewer.on]):
        names.setdefault(kind, " ".join(part for part in name if part))
    if homeroom_id is not None:
        for found in sql.read(_HEAD, [viewer.school.id, homeroom_id, viewer.on, viewer.on]):
            names["class_teacher"] = " ".join(part for part in found if part)
    return names


def data_of(viewer: Viewer, row: PaperSet) -> dict[str, Any]:
    """What the template prints. Four statements."""
    body = row.contents
    law, made = law_of(viewer), row.made_at.astimezone(ZoneInfo(viewer.school.timezone))
    way = way_of(viewer, row)
    steps = {one.step: one for one in PaperStep.objects.filter(paper_id=row.pk or 0)}
    signs = {one.journal_id: one for one in PaperSign.objects.filter(paper_id=row.pk or 0, is_same=True)}
    names = names_of(viewer) | {"class_teacher": body["head"]}
    duplex = any(rule.params.layout == "duplex" for rule in rules(law, made.date(), "print_contents"))
    symbols = sorted({symbol for one in body["missed"] for symbol in one})
    roster = [
        {"name": name, "missed": sum(by.values()) or "", "by": by}
        for name, by in zip(body["roster"], body["missed"], strict=True)
    ]
    entries = rules(law, made.date(), "closing_entry")
    labels = [
        rule
        for rule in rules(law, made.date(), "stitch_label")
        if (rule.params.document == "all" and row.kind != "class_report")
        or rule.params.document == ("class_bundle" if row.kind == "journal" and body["is_year"] else row.kind)
    ]
    shown = (
        []
        if row.kind != "journal"
        else [_subject(one, body, way, entries, signs) for one in body["subjects"]]
    )
    is_summed = row.kind == "summary_sheet" or (row.kind == "journal" and body["is_year"])
    marked = [one for one in body["subjects"] if one["marked"]]
    return {
        "kind": row.kind,
        "title": f"{row.get_kind_display()} {body['class']}, {body['term']}".replace("\u00a0", " "),
        "heading": "Классный журнал" if body["is_year"] else "Копия классного журнала",
        "day": [made.year, made.month, made.day],
        "duplex": duplex,
        "school": body["school"],
        "class": body["class"],
        "year": body["year"],
        "term": body["term"],
        "head": body["head"],
        "footer": f"{body['class']}, {body['term']}, {body['year']}",
        "mark": (f"Экземпляр № {row.pk}, " if row.pk else "") + f"{_groups(row.sha256[:16])}",
        "sha256": row.sha256,
        "counted": (
            f"Отметок: {row.marks}, пропусков: {row.absences}, уроков: {row.lessons}, итоговых отметок: {row.finals}."
        ),
        "numbers": [in_words(number) for number in range(LARGEST)],
        "leaves": [plural(number, "лист", "листа", "листов") for number in range(LARGEST)],
        "signs": _signs(way, steps, names),
        "sealed": "sealed" in {stage.step for stage in way.stages},
        "symbols": symbols,
        "roster": roster if row.kind != "class_report" else _reported(roster, body),
        "totals": _totals(body) if row.kind == "class_report" else [],
        "subjects": shown
        if row.kind == "journal" and not is_summed
        else _with_marks(shown, marked, body, row.kind),
        "periods": body["periods"],
        "summary": is_summed,
        "empty": _empty(marked, body) if is_summed else [],
        "acceptance": [
            {
                "text": rule.params.text,
                "post": "Заместитель директора",
                "name": names.get("deputy", ""),
                "on": "",
            }
            for rule in entries
            if rule.params.place == "journal" and row.kind == "journal" and body["is_year"]
        ],
        "label": labels[0].params.text if labels else "",
        "last": [{"post": "Директор", "name": names.get("director", "")}],
    }


def _groups(text: str) -> str:
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def _signs(way: Route, steps: dict[str, PaperStep], names: dict[str, str]) -> list[dict[str, str]]:
    """A line for each of the chain, in its order: post, name in full, the date once it was written down."""
    roles = {"class_signed": "class_teacher", "deputy_signed": "deputy", "signed": "director"}
    return [
        {
            "post": POSTS[stage.step],
            "name": names.get(roles[stage.step], ""),
            "on": f"{steps[stage.step].on:%d.%m.%Y}" if stage.step in steps else "",
        }
        for stage in way.stages
        if stage.step in POSTS
    ]


def _subject(
    one: dict[str, Any], body: dict[str, Any], way: Route, entries: list[Any], signs: dict[int, PaperSign]
) -> dict[str, Any]:
    lessons = [
        {
            "on": lesson["on"],
            "day": lesson["on"][:2],
            "month": lesson["on"][3:5],
            "topic": lesson["topic"],
            "homework": lesson["homework"],
        }
        for lesson in one["lessons"]
    ]
    given = sum(lesson["held"] for lesson in one["lessons"])
    state = "left" if one["left"] else "fulfilled"
    words = {"план": str(one["plan"]), "факт": str(given), "темы": "; ".join(one["left"])}
    signed = signs.get(one["journal"])
    asks = way.stage("sheets_signed") is not None or any(
        rule.params.place == "subject" and body["is_year"] for rule in entries
    )
    return {
        "title": one["title"][:1].upper() + one["title"][1:],
        "teachers": ", ".join(one["teachers"]),
        "lessons": lessons,
        "periods": body["periods"] if one["marked"] else [],
        "students": [
            {
                "name": " ".join(student["name"].split()[:2]),
                "cells": {str(place): words_ for place, words_ in student["cells"]},
                "finals": student["finals"],
            }
            for student in one["students"]
        ],
        "entries": [
            _filled(rule.params.text, words)
            for rule in entries
            if rule.params.place == "subject"
            and body["is_year"]
            and rule.params.state in ("", state)
            and one["plan"]
        ],
        "signs": [
            {"post": "Учитель", "name": name, "on": f"{signed.on:%d.%m.%Y}" if signed else ""}
            for name in one["teachers"][-1:]
        ]
        if asks
        else [],
    }


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text


def _with_marks(
    shown: list[dict[str, Any]], marked: list[dict[str, Any]], body: dict[str, Any], kind: str
) -> list[dict[str, Any]]:
    """Columns of the summary sheet: the marks of every student of the list, by period."""
    by_title = {one["title"]: one for one in shown}
    rows = []
    for one in marked if kind != "journal" else body["subjects"]:
        title = one["title"][:1].upper() + one["title"][1:]
        marks = {student["name"]: student["finals"] for student in one["students"]}
        rows.append(
            by_title.get(title, {"title": title})
            | {"marks": [marks.get(name, {}) for name in body["roster"]]}
        )
    return rows


def _empty(marked: list[dict[str, Any]], body: dict[str, Any]) -> list[str]:
    """Who has no mark of the last period, by subject."""
    found = []
    for one in marked:
        names = [
            " ".join(student["name"].split()[:2])
            for student in one["students"]
            if body["term"] not in student["finals"]
        ]
        if names:
            all_ = len(names) == len(one["students"])
            found.append(f"{one['title']} – " + ("никому не выставлена" if all_ else ", ".join(names)))
    return found


def _grades(body: dict[str, Any], name: str) -> list[int]:
    return [
        int(student["finals"][body["term"]])
        for one in body["subjects"]
        for student in one["students"]
        if student["name"] == name and student["finals"].get(body["term"], "").isdigit()
    ]


def _reported(roster: list[dict[str, Any]], body: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for one in roster:
        grades = _grades(body, one["name"])
        count = Counter(grades)
        average = f"{sum(grades) / len(grades):.2f}".replace(".", ",") if grades else ""
        rows.append(one | {"average": average, "got": [count.get(mark, 0) or "" for mark in (5, 4, 3, 2)]})
    return rows


def _totals(body: dict[str, Any]) -> list[str]:
    lists = [grades for name in body["roster"] if (grades := _grades(body, name))]
    missed: Counter[str] = Counter()
    for one in body["missed"]:
        missed.update(one)
    count = len(lists) or 1
    good, passed = sum(min(one) >= 4 for one in lists), sum(min(one) >= 3 for one in lists)
    lines = [
        f"Учеников в списке: {len(body['roster'])}, с итоговыми отметками: {len(lists)}.",
        f"Успевают: {passed} ({round(100 * passed / count)} %). Учатся на «4» и «5»: {good}"
        f" ({round(100 * good / count)} %). На «отлично»: {sum(min(one) == 5 for one in lists)}.",
        f"Пропущено уроков: {sum(missed.values())}"
        + (
            ": " + ", ".join(f"{symbol} – {number}" for symbol, number in sorted(missed.items()))
            if missed
            else ""
        )
        + ".",
    ]
    failing = [name for name in body["roster"] if any(mark < 3 for mark in _grades(body, name))]
    return lines + ([f"Не успевают: {', '.join(failing)}."] if failing else [])
