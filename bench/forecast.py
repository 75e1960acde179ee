"""How far off the forecast is, held back against periods that have ended, beside simple guesses.

    python -m bench.forecast [--school КОД] [--shares 0.25,0.5,0.75]

Reads the database of the installation (PARTA_HOME or PARTA_DATABASE_URL), writes nothing. Each ended period of each
class is looked at as it stood at a share of its length; what was expected then is held against the mark that was set.
The interval of a class is made of the errors of the other classes of the school, so that no outcome judges itself; the
product makes it of the class's own earlier periods.
"""

import argparse
import os
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from bench.__main__ import console


def outcomes(school_id: int, law: Any, on: date, share: float) -> list[dict[str, Any]]:
    """Every held-back outcome of a school: class, expected, guesses, what was set."""
    from parta.diary.queries.forecast import read_book
    from parta.foundation import sql

    found = []
    homerooms = sql.read(
        "SELECT h.id FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
        " WHERE h.school_id = %s AND y.starts <= %s",
        (school_id, on),
    )
    for (homeroom,) in homerooms:
        book = read_book(school_id, law, homeroom, on)
        if book is None:
            continue
        for term in book.terms:
            if term.until > on:
                continue
            lines = book.held_back(term, share)
            before, level = book.before(term), defaultdict(list)
            for (_, subject), _, _, sums in lines:
                if sums.mean is not None:
                    level[subject].append(sums.mean)
            for key, mean, real, sums in lines:
                steps = book.steps[key[1]]
                around = level[key[1]]
                found.append(
                    {
                        "class": homeroom,
                        "steps": steps,
                        "real": real,
                        "прогноз": mean,
                        "средняя на этот день": sums.mean,
                        "средняя класса": sum(around) / len(around) if around else None,
                        "отметка прошлого периода": before.get(key),
                    }
                )
    return found


def judged(lines: list[dict[str, Any]]) -> None:
    """Put the likely mark and whether the outcome lay inside the bounds to each line, by the other classes' errors."""
    from parta.diary.queries.forecasting import forecast

    for homeroom in {line["class"] for line in lines}:
        errors = sorted(one["real"] - one["прогноз"] for one in lines if one["class"] != homeroom)
        for line in lines:
            if line["class"] != homeroom:
                continue
            made, steps = forecast(line["прогноз"], errors, line["steps"], 1), line["steps"]
            if made is None:
                continue
            order = [symbol for _, symbol in steps.marks]
            mark = steps.mark(line["real"])
            line["likely"] = made.likely == mark
            line["inside"] = order.index(made.highest) <= order.index(mark) <= order.index(made.lowest)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench.forecast", description="Ошибка прогноза на прошедших периодах"
    )
    parser.add_argument("--school", default="", help="code of one school")
    parser.add_argument(
        "--shares", default="0.25,0.5,0.75", help="shares of a period at which it is held back"
    )
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from rich.table import Table

    from parta.organisation.models import School
    from parta.regulation.queries import law as law_of_school

    on = datetime.now(UTC).date()
    for school in School.objects.filter(**({"code": given.school} if given.school else {})):
        law = law_of_school(school.pk, school.law_version)
        table = Table(title=school.short_name)
        for head in (
            "доля",
            "чем предсказано",
            "итогов",
            "та же отметка",
            "прогноз на тех же",
            "внутри границ",
        ):
            table.add_column(head)
        for share in map(float, given.shares.split(",")):
            lines = outcomes(school.pk, law, on, share)
            judged(lines)
            lines = [one for one in lines if "likely" in one]
            if not lines:
                continue
            held = sum(one["inside"] for one in lines) / len(lines)
            ours = sum(one["likely"] for one in lines) / len(lines)
            table.add_row(f"{share:.0%}", "прогноз", str(len(lines)), f"{ours:.1%}", "", f"{held:.1%}")
            for name in ("средняя на этот день", "средняя класса", "отметка прошлого периода"):
                known = [one for one in lines if one[name] is not None]
                if not known:
                    continue
                same = sum(one["steps"].mark(one[name]) == one["steps"].mark(one["real"]) for one in known)
                ours = sum(one["likely"] for one in known) / len(known)
                table.add_row(
                    f"{share:.0%}", name, str(len(known)), f"{same / len(known):.1%}", f"{ours:.1%}", ""
                )
        if table.row_count:
            console.print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
