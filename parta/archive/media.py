"""What the archive keeps in one form only: an electronic copy without its paper, paper without its electronic copy.

The act names both media (`retention`). The electronic form is the sealed archive of a year, which holds its journals
and summary sheets; the paper form is a set put away.
"""

from collections import defaultdict
from dataclasses import dataclass

from parta.archive.models import ArchiveUnit, PaperStep
from parta.journal.queries.words import class_name
from parta.organisation.models import Homeroom
from parta.people.rules import cited, law_of, rules
from parta.people.viewer import Viewer

__all__ = ["Lack", "lacks"]

BOTH = frozenset({"electronic", "paper"})
_WHAT = {"journal": "журналы", "summary_sheet": "сводная ведомость"}


@dataclass(frozen=True, slots=True)
class Lack:
    """A year's journals, or the summary sheet of a class, in one form only."""

    year: str
    what: str
    has: str
    lacks: str
    law: str


def lacks(viewer: Viewer) -> tuple[Lack, ...]:
    """What has one of the two forms the act asks for, the last year first. Three statements."""
    asked = {
        kind: own
        for kind in _WHAT
        if (
            own := [
                rule
                for rule in rules(law_of(viewer), viewer.on, "retention")
                if rule.params.object == kind and rule.params.media >= BOTH and not rule.params.at_end
            ]
        )
    }
    if not asked:
        return ()
    archived: dict[str, set[int]] = defaultdict(set)
    for kind, homeroom_id in PaperStep.objects.filter(
        school_id=viewer.school.id, step="archived", paper__kind__in=list(asked)
    ).values_list("paper__kind", "paper__homeroom_id"):
        archived[kind].add(homeroom_id)
    electronic = set(
        ArchiveUnit.objects.filter(school_id=viewer.school.id, fault="").values_list("year_id", flat=True)
    )
    rooms: dict[int, list[Homeroom]] = defaultdict(list)
    for room in (
        Homeroom.objects.filter(school_id=viewer.school.id)
        .select_related("year")
        .order_by("-year__starts", "grade", "title")
    ):
        rooms[room.year_id].append(room)
    found = []
    for year_id, of_year in rooms.items():
        title, is_electronic = of_year[0].year.title, year_id in electronic
        if "journal" in asked:
            put_away = [room for room in of_year if room.pk in archived["journal"]]
            if bool(put_away) != is_electronic:
                has = f"на бумаге: {len(put_away)} из {len(of_year)}" if put_away else "электронный архив"
                lack = "электронного архива года" if put_away else "бумажных экземпляров"
                found.append(Lack(title, "Журналы", has, lack, cited(asked["journal"]).text))
        if "summary_sheet" in asked:
            for room in of_year:
                on_paper = room.pk in archived["summary_sheet"]
                if on_paper != is_electronic:
                    found.append(
                        Lack(
                            title,
                            f"Сводная ведомость {class_name(room.title)}",
                            "бумага" if on_paper else "электронная",
                            "электронной формы" if on_paper else "бумажной формы",
                            cited(asked["summary_sheet"]).text,
                        )
                    )
    return tuple(found)
