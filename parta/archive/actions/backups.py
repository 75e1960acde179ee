"""Copies made, proven, put on carriers, restored; carriers that come, go and change hands.

Copies belong to the installation, not to a school: their log is the append-only journal of use (`BackupUse`).
What a person of a school does on its page stands on the school's chain too.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from parta.archive import copies
from parta.archive.models import Backup, BackupUse, Carrier, Copy
from parta.archive.rules import HELD, MEDIA
from parta.foundation import jobs
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer

KEPT = 14
"""Copies kept in a folder; older ones are removed, their lines in the register stay."""
SERVER = "Диск сервера"
MAKE = "make_backup"
HOLDERS = {
    "director": "директор",
    "operator": "оператор",
    "deputy": "завуч",
    "secretary": "секретарь",
    "": "другой",
}


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does it, for the journal of use: the words, and the account when there is one."""

    words: str
    user_id: int | None = None


def main_folder() -> Path:
    """Where copies are made first: the setting, or a folder in the home."""
    return Path(settings.ENV.backups) if settings.ENV.backups else Path(settings.HOME) / "backups"


def note_use(
    kind: str,
    *,
    hand: Hand,
    purpose: str,
    at: datetime,
    backup: str = "",
    carrier: str = "",
    allowed_by: str = "",
    outcome: str = "",
) -> BackupUse:
    """One line of the journal of use of backups."""
    return BackupUse.objects.create(
        at=at,
        kind=kind,
        backup_name=backup,
        carrier_title=carrier,
        who=hand.words[:120],
        user_id=hand.user_id,
        purpose=purpose[:200],
        allowed_by=allowed_by[:120],
        outcome=outcome[:300],
    )


def make_backup(*, hand: Hand, purpose: str, at: datetime, proof: bool = True) -> Backup:
    """Write a copy, prove it, put it on every carrier that is mounted, register all of it.

    Raises Failed when it cannot be written; a failed proof or carrier is noted on the copy, which then does not count.
    """
    folder = main_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = copies.write_copy(folder, at)
    row = Backup.objects.create(
        name=written.folder.name,
        made_at=at,
        made_by=hand.words[:120],
        made_by_id=hand.user_id,
        digest=written.digest,
        size=written.size,
        files=written.files,
        rows=written.rows,
    )
    note_use("make", hand=hand, purpose=purpose, at=at, backup=row.name, outcome=row.digest)
    server, _ = Carrier.objects.get_or_create(
        title=SERVER,
        defaults={"media": "server", "room": "помещение сервера", "folder": str(folder), "added_at": at},
    )
    Copy.objects.create(backup=row, carrier=server, written_at=at, verified_at=at)
    if proof:
        prove_backup(row, hand=hand, purpose="проверка после записи", at=at)
    for carrier in Carrier.objects.filter(retired_at=None).exclude(folder="").exclude(pk=server.pk):
        put_on_carrier(row, carrier, hand=hand, at=at)
    copies.prune(folder, KEPT)
    return row


def prove_backup(row: Backup, *, hand: Hand, purpose: str, at: datetime, folder: Path | None = None) -> bool:
    """Restore a copy for trial and note what came of it; whether it was right."""
    fault = ""
    try:
        copies.prove(folder or main_folder() / row.name, row.digest)
    except copies.Failed as error:
        fault = str(error)[:300]
    with transaction.atomic():
        row.fault = fault
        if not fault:
            row.proven_at = at
        row.save(update_fields=["fault", "proven_at"])
        note_use(
            "prove",
            hand=hand,
            purpose=purpose,
            at=at,
            backup=row.name,
            outcome=fault or "восстановлена, сошлась",
        )
    return not fault


def put_on_carrier(row: Backup, carrier: Carrier, *, hand: Hand, at: datetime) -> Copy:
    """Write a copy onto a mounted carrier and hold it against the manifest there; a fault is noted, not raised."""
    fault = ""
    try:
        lies = copies.put_on(main_folder() / row.name, Path(carrier.folder))
        fault = ", ".join(copies.differences(lies, row.digest)[:5])
        copies.prune(Path(carrier.folder), KEPT)
    except copies.Failed as error:
        fault = str(error)
    with transaction.atomic():
        copy, _ = Copy.objects.update_or_create(
            backup=row,
            carrier=carrier,
            defaults={"written_at": at, "verified_at": None if fault else at, "fault": fault[:300]},
        )
        note_use(
            "write", hand=hand, purpose="копия на носитель", at=at, backup=row.name, carrier=carrier.title,
            outcome=fault or "записана, сошлась",
        )  # fmt: skip
    return copy


def verify_copies(*, hand: Hand, at: datetime) -> list[Copy]:
    """Hold every copy that lies within reach against its manifest; those that differ, with the file named."""
    wrong: list[Copy] = []
    rows = Copy.objects.select_related("backup", "carrier").filter(carrier__retired_at=None)
    for copy in rows.exclude(carrier__folder="").order_by("id"):
        lies = Path(copy.carrier.folder) / copy.backup.name
        if not lies.is_dir():
            continue
        fault = ", ".join(copies.differences(lies, copy.backup.digest)[:5])[:300]
        with transaction.atomic():
            copy.fault, copy.verified_at = fault, None if fault else at
            copy.save(update_fields=["fault", "verified_at"])
            note_use(
                "verify", hand=hand, purpose="сверка с контрольными суммами", at=at, backup=copy.backup.name,
                carrier=copy.carrier.title, outcome=fault or "сошлась",
            )  # fmt: skip
        if fault:
            wrong.append(copy)
    return wrong


def _words(text: str, field: str, what: str, limit: int = 120) -> str:
    text = " ".join(text.split())
    if not 2 <= len(text) <= limit:
        raise Refusal(f"Не указано: {what} (до {limit} знаков).", field)
    return text


def _hand(viewer: Viewer) -> Hand:
    return Hand(f"{viewer.short_name}, {viewer.role_title}", viewer.user_id)


def ask_backup(*, viewer: Viewer, purpose: str, at: datetime) -> None:
    """A person asks for a copy now; the worker makes it in a moment. Raises Refusal without a purpose."""
    purpose = _words(purpose, "purpose", "зачем нужна копия", 200)
    hand = _hand(viewer)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        job = jobs.enqueue(
            MAKE,
            {"who": hand.words, "user": viewer.user_id, "purpose": purpose},
            at=at,
            school_id=viewer.school.id,
        )
        lines.append(Line("backup_asked", "job", job, data={}))


def add_carrier(
    *,
    viewer: Viewer,
    title: str,
    media: str,
    room: str,
    holder: str = "",
    keeper: str = "",
    folder: str = "",
    at: datetime,
) -> Carrier:
    """Register a carrier: what it is, in which room it lies, who keeps it. Raises Refusal with the field."""
    title, room = _words(title, "title", "название носителя", 80), _words(room, "room", "помещение", 80)
    if media not in MEDIA:
        raise Refusal("Выберите вид носителя.", "media")
    if holder not in HOLDERS:
        raise Refusal("Выберите, у кого хранится.", "holder")
    keeper = " ".join(keeper.split())
    if not holder and not keeper:
        raise Refusal("Назовите, кто отвечает за носитель: должность или фамилию.", "keeper")
    folder = folder.strip()
    if folder and not folder.startswith("/"):
        raise Refusal("Папка на сервере начинается с «/», например /mnt/disk.", "folder")
    if Carrier.objects.filter(title=title).exists():
        raise Refusal(f"Носитель «{title}» уже есть: назовите иначе.", "title")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = Carrier.objects.create(
            title=title,
            media=media,
            room=room,
            holder=holder,
            keeper=keeper[:120],
            folder=folder[:300],
            added_at=at,
        )
        lines.append(Line("carrier_added", "carrier", row.pk, data={"media": media, "holder": holder}))
    return row


def register_copy(*, viewer: Viewer, backup_id: int, carrier_id: int, digest: str, at: datetime) -> Copy:
    """Enter a copy that was written onto a carrier by hand: it counts when its digest is the copy's.

    `digest` is what `sha256sum SHA256SUMS` says on the carrier, at least its first 12 signs. Raises Refusal.
    """
    row, carrier = Backup.objects.filter(pk=backup_id).first(), Carrier.objects.filter(pk=carrier_id).first()
    if row is None:
        raise Refusal("Выберите копию.", "backup")
    if carrier is None or carrier.retired_at is not None:
        raise Refusal("Выберите носитель.", "carrier")
    digest = digest.strip().lower()
    if len(digest) < 12 or not row.digest.startswith(digest):
        raise Refusal(
            "Контрольная сумма не та: на носителе другая копия или она повреждена. Такая копия не считается.",
            "digest",
        )
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        copy, _ = Copy.objects.update_or_create(
            backup=row, carrier=carrier, defaults={"written_at": at, "verified_at": at, "fault": ""}
        )
        note_use(
            "write", hand=_hand(viewer), purpose="копия на носитель", at=at, backup=row.name, carrier=carrier.title,
            outcome="сумма сверена",
        )  # fmt: skip
        lines.append(Line("copy_registered", "carrier", carrier.pk, data={"backup": row.name}))
    return copy


def use_carrier(
    *, viewer: Viewer, carrier_id: int, kind: str, purpose: str, allowed_by: str, holder: str = "", room: str = "",
    keeper: str = "", at: datetime,
) -> BackupUse:  # fmt: skip
    """A carrier is taken, brought back or handed over: who, what for, who let it. Raises Refusal with the field."""
    carrier = Carrier.objects.filter(pk=carrier_id, retired_at=None).first()
    if carrier is None:
        raise Refusal("Выберите носитель.", "carrier")
    if kind not in ("take", "return", "hand_over"):
        raise Refusal("Выберите, что сделано с носителем.", "kind")
    purpose = _words(purpose, "purpose", "зачем", 200)
    allowed_by = _words(allowed_by, "allowed_by", "кто разрешил")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        if kind == "hand_over":
            if holder not in HOLDERS:
                raise Refusal("Выберите, кому передан.", "holder")
            keeper = " ".join(keeper.split())[:120]
            if not holder and not keeper:
                raise Refusal("Назовите, кому передан носитель: должность или фамилию.", "keeper")
            carrier.holder, carrier.room = holder, room.strip()[:80] or carrier.room
            carrier.keeper = keeper
            carrier.save(update_fields=["holder", "room", "keeper"])
        line = note_use(
            kind, hand=_hand(viewer), purpose=purpose, at=at, carrier=carrier.title, allowed_by=allowed_by,
            outcome=_whom(holder, keeper) if kind == "hand_over" else "",
        )  # fmt: skip
        lines.append(Line("carrier_used", "carrier", carrier.pk, data={"kind": kind}))
    return line


def _whom(holder: str, keeper: str) -> str:
    return f"{HOLDERS[holder] if holder else ''} {keeper}".strip()


def note_keeping(
    *, viewer: Viewer, kind: str, purpose: str, carrier_id: int | None = None, number: str = "", holder: str = "",
    keeper: str = "", at: datetime,
) -> BackupUse:  # fmt: skip
    """The safe was opened, its key given, a carrier sealed or its seal broken, the order on storage issued.

    Raises Refusal: no reason, no number of a seal or an order, nobody named for the key, a seal on a sealed carrier,
    a seal broken that is not there.
    """
    if kind not in HELD:
        raise Refusal("Выберите, что сделано.", "kind")
    what = "какие помещения и кто отвечает" if kind == "order" else "зачем"
    purpose, number = _words(purpose, "purpose", what, 200), " ".join(number.split())[:80]
    carrier = Carrier.objects.filter(pk=carrier_id, retired_at=None).first() if carrier_id else None
    if kind in ("seal", "unseal"):
        _check_seal(carrier, kind)
    if kind in ("seal", "order") and not number:
        raise Refusal(
            "Укажите номер печати." if kind == "seal" else "Укажите номер и дату приказа.", "number"
        )
    if kind == "key":
        keeper = " ".join(keeper.split())[:120]
        if holder not in HOLDERS or not (holder or keeper):
            raise Refusal("Назовите, у кого теперь ключ.", "holder")
        number = _whom(holder, keeper)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        line = note_use(
            kind, hand=_hand(viewer), purpose=purpose, at=at,
            carrier=carrier.title if carrier and kind in ("seal", "unseal", "safe") else "", outcome=number,
        )  # fmt: skip
        lines.append(Line("keeping_noted", "carrier", carrier.pk if carrier else 0, data={"kind": kind}))
    return line


def _check_seal(carrier: Carrier | None, kind: str) -> None:
    if carrier is None:
        raise Refusal("Выберите носитель.", "carrier")
    uses = BackupUse.objects.filter(carrier_title=carrier.title, kind__in=("seal", "unseal"))
    last = uses.order_by("-at", "-id").first()
    is_sealed = last is not None and last.kind == "seal"
    if is_sealed == (kind == "seal"):
        words = "Носитель уже опечатан." if is_sealed else "Носитель не опечатан: вскрывать нечего."
        raise Refusal(words, "carrier")
