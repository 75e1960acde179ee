"""The archive of a year: its code made for the director, the file made, told where it lies, checked."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pyrage

from parta.archive import access as access  # declares the permissions
from parta.archive import yearfile
from parta.archive.models import ArchiveKey, ArchiveUnit, FileIndex, PaperSet
from parta.foundation import jobs
from parta.foundation.access import may
from parta.foundation.log import SYSTEM, Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear
from parta.people.rules import cited, law_of, rules
from parta.people.viewer import Viewer, account
from parta.regulation.judge import Rule
from parta.regulation.words import role_words

__all__ = [
    "MAKE",
    "ask_archive",
    "lock_of",
    "make_archive",
    "make_archive_key",
    "place_archive",
    "verify_archives",
]

MAKE = "year_archive"


def keepers(asked: Iterable[Rule[Any]]) -> frozenset[str]:
    """Who makes and knows the code: the roles that the acts name, the director where none does."""
    named: frozenset[str] = frozenset().union(*(rule.params.code_known_to for rule in asked))
    return named or frozenset({"director"})


def make_archive_key(viewer: Viewer, *, at: datetime) -> str:
    """Make the code that opens archives from now on and give it back: nothing here keeps it, it is shown once.

    Raises Refusal for any role but the one the act names (the director where it names none).
    """
    asked = rules(law_of(viewer), viewer.on, "cipher_archive")
    knows = keepers(asked)
    if not viewer.roles & knows:
        raise Refusal(f"Код архива делает и знает только {role_words(sorted(knows))}{cited(asked).brackets}.")
    made = pyrage.x25519.Identity.generate()
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = ArchiveKey.objects.create(
            school_id=viewer.school.id, lock=str(made.to_public()), made_at=at, made_by_id=viewer.person_id
        )
        lines.append(Line("archive_key_made", "archive", row.pk, data={"lock": row.lock}))
    return str(made)


def lock_of(school_id: int) -> str:
    """What locks the school's archives; empty: no code was made."""
    row = ArchiveKey.objects.filter(school_id=school_id).order_by("-id").first()
    return row.lock if row else ""


def _check_lock(viewer: Viewer) -> str:
    lock = lock_of(viewer.school.id)
    asked = rules(law_of(viewer), viewer.on, "cipher_archive")
    if asked and not lock:
        raise Refusal(
            f"Сначала директор делает код архива{cited(asked).brackets}: без кода архив не выгружают."
        )
    return lock


def _year(viewer: Viewer, year_id: int) -> AcademicYear:
    year = AcademicYear.objects.filter(pk=year_id, school_id=viewer.school.id).first()
    if year is None:
        raise Refusal("Такого учебного года нет.")
    return year


def ask_archive(viewer: Viewer, year_id: int, *, at: datetime) -> None:
    """Have the archive of a year made by the worker. Raises Refusal without the code that the act wants."""
    _check_lock(viewer)
    year = _year(viewer, year_id)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        jobs.enqueue(MAKE, {"school": viewer.school.id, "year": year.pk, "user": viewer.user_id}, at=at)
        lines.append(Line("archive_asked", "archive", year.pk))


def make_archive(*, school_id: int, year_id: int, user_id: int, at: datetime) -> ArchiveUnit:
    """Make the file of a year, sign it, keep its digest and counts. Raises Refusal, Unset."""
    found = account(user_id, school_id, at)
    if found is None or found.viewer is None:
        raise Refusal("Того, кто заказал архив, в школе больше нет.")
    viewer = found.viewer
    if not may(viewer, "archive_year"):  # the role may have ended since the archive was asked for
        raise Refusal("У того, кто заказал архив, больше нет такого права: закажите архив заново.")
    lock, year = _check_lock(viewer), _year(viewer, year_id)
    name = f"{viewer.school.id}-{year.title.replace('/', '-')}-{at:%Y%m%d-%H%M%S}.zip{'.age' if lock else ''}"
    place = yearfile.folder() / name
    counts = yearfile.write_year(viewer, year, place, lock)
    yearfile.sign_file(place)
    with act(school_id, by=viewer.acting_as(), at=at) as lines:
        row = ArchiveUnit.objects.create(
            school_id=school_id,
            year=year,
            name=name,
            made_at=at,
            made_by_id=viewer.person_id,
            sha256=hashlib.sha256(place.read_bytes()).hexdigest(),
            size=place.stat().st_size,
            counts=counts,
            is_locked=bool(lock),
            checked_at=at,
        )
        lines.append(Line("archive_made", "archive", row.pk, data={"sha256": row.sha256, "counts": counts}))
    return row


def place_archive(viewer: Viewer, unit_id: int, place: str, *, at: datetime) -> None:
    """Write where an archive lies: which disk, which safe."""
    place = checks.text(place, 120, "place", "где лежит", needed=True)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        if not ArchiveUnit.objects.filter(pk=unit_id, school_id=viewer.school.id).update(place=place):
            raise Refusal("Такого архива нет: обновите страницу.")
        lines.append(Line("archive_placed", "archive", unit_id, data={"place": place}))


def set_file_index(viewer: Viewer, kind: str, code: str, *, at: datetime) -> None:
    """Give a kind of paper its index in the school's list of files; empty takes it away."""
    checks.one_of(kind, PaperSet.KINDS, "kind", "какая бумага")
    code = checks.text(code, 20, "code", "индекс дела", needed=False)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row, _ = FileIndex.objects.update_or_create(
            school_id=viewer.school.id, kind=kind, defaults={"code": code}
        )
        lines.append(Line("file_index_set", "archive", row.pk, data={"kind": kind, "code": code}))


def verify_archives(*, school_id: int, by: Actor = SYSTEM, at: datetime) -> list[ArchiveUnit]:
    """Hold every archive of a school against its digest and its signature; those that are not right."""
    wrong = []
    with act(school_id, by=by, at=at) as lines:
        for row in ArchiveUnit.objects.filter(school_id=school_id).order_by("id"):
            row.fault, row.checked_at = _fault(row), at
            row.save(update_fields=["fault", "checked_at"])
            lines.append(Line("archive_checked", "archive", row.pk, data={"fault": row.fault}))
            if row.fault:
                wrong.append(row)
    return wrong


def _fault(row: ArchiveUnit) -> str:
    place = yearfile.folder() / row.name
    if not place.exists():
        return f"{row.name}: файла нет"
    data = place.read_bytes()
    if hashlib.sha256(data).hexdigest() != row.sha256:
        inside = [] if row.is_locked else yearfile.faults_of(data)
        return f"{row.name}: файл изменён{': ' if inside else ''}{', '.join(inside[:5])}"[:300]
    if not yearfile.verify_sign(place, yearfile.public_key()):
        return f"{row.name}: подпись не та"
    return ""
