"""Guardians of a student as schools write them: one in a cell, or several with their relations and phones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from parta.exchange.data import GuardianRow
from parta.exchange.values import fold, parse_email, parse_phone, split_name, tidy

from .line import NO_VALUE, Line
from .words import RELATION_HEADS, RELATIONS

_WORD: Final = "|".join(sorted(map(re.escape, RELATIONS), key=len, reverse=True))
_RELATION: Final = re.compile(
    rf"^\s*(?P<before>{_WORD})\s*[:–—-]?\s+(?=\w)|[\s,(–—-]+(?P<after>{_WORD})\s*\)?\s*$", re.IGNORECASE
)
"""«мать: Иванова …», «Иванова … (мать)», «Иванова …, мать»."""
_PHONE: Final = re.compile(r"\+?\d[\d\s()\-]{8,16}\d")


@dataclass(frozen=True)
class _One:
    """A guardian of a cell: the name, and what stands beside it."""

    name: str
    relation: str = ""
    phone: str = ""


def guardians_of(line: Line) -> tuple[GuardianRow, ...]:
    """All guardians of a student's row; what is wrong with one refuses the row."""
    return tuple(row for number in "12" for row in _of_columns(line, number))


def phone_of(line: Line, key: str) -> str:
    """The phone of a person; of several the first, with a remark."""
    phones = _phones(line, key)
    if len(phones) > 1:
        line.problems.warn(
            line.at(key),
            f"Номеров несколько; записан первый, {phones[0]}. Остальные: {', '.join(phones[1:])}.",
        )
    return phones[0] if phones else ""


def _phones(line: Line, key: str) -> list[str]:
    found = []
    text = line.values.get(key, "")
    for part in re.split(r"[,;/\n]", text):
        if fold(part) in NO_VALUE:
            continue
        phone = parse_phone(part)
        if phone is None:
            line.refuse(
                key, f"«{tidy(part)[:60]}» не подходит: нужен номер телефона, например +7 900 123-45-67."
            )
            return []
        found.append(phone)
    return list(dict.fromkeys(found))


def _of_columns(line: Line, number: str) -> list[GuardianRow]:
    key = f"guardian{number}"
    people = _people(line.values.get(key, ""))
    email = line.parsed(f"email{number}", parse_email, "нужен адрес вида имя@почта.рф") or ""
    relation = line.text(f"relation{number}")
    if not people:
        if _phones(line, f"phone{number}") or email or relation:
            line.refuse(key, "Есть данные представителя, но нет его фамилии, имени и отчества.")
        return []
    phones = _phones(line, f"phone{number}") if len(people) > 1 else [phone_of(line, f"phone{number}")]
    if len(people) > 1 and len(phones) not in {0, len(people)}:
        line.problems.warn(
            line.at(f"phone{number}"),
            f"Представителей {len(people)}, номеров {len(phones)}: все номера не разнести, записан первый – первому.",
        )
    found = []
    for index, one in enumerate(people):
        surname, given, patronymic = split_name(one.name)
        if not given:
            line.refuse(key, f"«{one.name[:60]}»: нужны фамилия, имя и отчество полностью.")
        shared = len(phones) == len(people) or (index == 0 and bool(phones))
        found.append(
            GuardianRow(
                surname=surname[:80], given_name=given[:80], patronymic=patronymic[:80],
                relation=_relation(line, number, one.relation or relation), email=email if index == 0 else "",
                phone=one.phone or (phones[index] if shared else ""), where=line.at(key),
            )
        )  # fmt: skip
    return found


def _people(text: str) -> list[_One]:
    """Who stands in a cell. A comma parts people only before a capital letter, so that «…, мать» stays together."""
    found: list[_One] = []
    for part in re.split(
        r"[;\n/]|,(?=\s*(?:[А-ЯЁ]|мать|отец|мама|папа)[а-яё]*\s*[:–—-]?\s*[А-ЯЁ])|,(?=\s*[А-ЯЁ])", text
    ):
        phone = _PHONE.search(part)
        name = tidy(_PHONE.sub(" ", part)).strip(" ,:()–—-")
        told = _RELATION.search(name)
        if told:
            name = (name[: told.start()] + " " + name[told.end() :]).strip(" ,:()–—-")
        if fold(name) in NO_VALUE:
            continue
        relation = (told["before"] or told["after"]) if told else ""
        found.append(_One(tidy(name), relation, (parse_phone(phone[0]) or "") if phone else ""))
    return found


def _relation(line: Line, number: str, said: str) -> str:
    """Code of the relation: as said in the cell or in its column, else by the head of the column of names."""
    if not said:
        head = line.heads.get(f"guardian{number}", "").casefold()
        if "родител" in head or "представ" in head:
            return "guardian"
        return next(
            (code for stem, code in RELATION_HEADS.items() if re.search(rf"\b{stem}", head)), "guardian"
        )
    for word, code in RELATIONS.items():
        if fold(word) == fold(said):
            return code
    line.refuse(f"relation{number}", f"«{said[:40]}» не подходит: нужно «мать», «отец», «опекун» или «иное».")
    return "guardian"
