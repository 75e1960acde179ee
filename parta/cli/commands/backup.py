"""`parta backup`: copies of everything: made, proven by restoring them, restored in earnest, and their journal."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from parta.cli import installation
from parta.cli.screen import Failure, say


def add_arguments(parser: ArgumentParser) -> None:
    parts = parser.add_subparsers(dest="act", metavar="действие", title="действия", required=True)
    make = parts.add_parser("make", help="сделать копию, проверить её и записать на подключённые носители")
    make.add_argument("--why", metavar="ЗАЧЕМ", default="по команде", help="строка журнала пользования")
    prove = parts.add_parser("prove", help="восстановить копию в пробную базу и выполнить parta check")
    prove.add_argument("name", metavar="КОПИЯ", nargs="?", help="имя; без него последняя")
    parts.add_parser("verify", help="сверить все доступные копии с их контрольными суммами")
    restore = parts.add_parser("restore", help="восстановить копию в пустую папку")
    restore.add_argument("folder", metavar="ПАПКА", help="папка копии")
    restore.add_argument("--into", metavar="ПАПКА", required=True, help="новая папка установки (PARTA_HOME)")
    restore.add_argument("--why", metavar="ЗАЧЕМ", help="зачем восстанавливают")
    restore.add_argument("--allowed", metavar="КТО", help="кто разрешил")
    parts.add_parser("list", help="копии, носители и последние строки журнала пользования")


def run(arguments: Namespace) -> int:
    """Do it; 1 when a copy is not right."""
    installation.load()
    from parta.archive.actions import backups
    from parta.archive.copies import Failed

    hand = backups.Hand(f"команда parta backup {arguments.act}")
    try:
        if arguments.act == "restore":
            return _restore(arguments, hand)
        installation.require_database()
        return {"make": _make, "prove": _prove, "verify": _verify, "list": _list}[arguments.act](
            arguments, hand
        )
    except Failed as failed:
        raise Failure(str(failed)) from None


def _make(arguments: Namespace, hand: object) -> int:
    from parta.archive.actions import backups
    from parta.foundation import clock

    row = backups.make_backup(hand=hand, purpose=arguments.why, at=clock.now())  # type: ignore[arg-type]
    say(f"Копия {backups.main_folder() / row.name}: файлов {row.files}, {row.size >> 20} МБ.")
    say(f"  контрольная сумма  {row.digest}")
    for copy in row.copies.select_related("carrier").order_by("id"):
        say(f"  {copy.carrier.title}: {copy.fault or 'записана, сошлась'}")
    say(f"  восстановление: {row.fault or 'удалось, parta check сходится'}")
    return 1 if row.fault else 0


def _prove(arguments: Namespace, hand: object) -> int:
    from parta.archive.actions import backups
    from parta.archive.models import Backup
    from parta.foundation import clock

    rows = Backup.objects.order_by("-made_at")
    row = rows.filter(name=arguments.name).first() if arguments.name else rows.first()
    if row is None:
        raise Failure("Такой копии нет.\nСписок: parta backup list")
    right = backups.prove_backup(row, hand=hand, purpose="проверка по команде", at=clock.now())  # type: ignore[arg-type]
    say(f"Копия {row.name}: {'восстановлена, всё сходится' if right else row.fault}")
    return 0 if right else 1


def _verify(arguments: Namespace, hand: object) -> int:
    from parta.archive.actions import backups
    from parta.foundation import clock

    wrong = backups.verify_copies(hand=hand, at=clock.now())  # type: ignore[arg-type]
    for copy in wrong:
        say(f"✗ {copy.carrier.title}, копия {copy.backup.name}: изменено: {copy.fault}")
    if not wrong:
        say("✓ Все доступные копии сходятся.")
    return 1 if wrong else 0


def _restore(arguments: Namespace, hand: object) -> int:
    """Lay a copy into an empty home. Refused without its line in the journal of use: what for, and who let it."""
    from parta.archive import copies
    from parta.archive.actions import backups
    from parta.foundation import clock

    if not (arguments.why or "").strip() or not (arguments.allowed or "").strip():
        raise Failure(
            "Без записи в журнале пользования копия не восстанавливается.\n"
            "Укажите: --why «зачем» --allowed «кто разрешил»"
        )
    folder, home = Path(arguments.folder), Path(arguments.into)
    wrong = copies.differences(folder)
    if wrong:
        raise Failure(f"В копии изменён файл: {', '.join(wrong[:3])}\nВозьмите копию с другого носителя.")
    # The line stands in the journal of the installation at hand before anything is done; a new machine has none yet.
    is_here = not installation.unapplied()
    if is_here:
        backups.note_use(
            "restore",
            hand=hand,  # type: ignore[arg-type]
            purpose=arguments.why,
            allowed_by=arguments.allowed,
            at=clock.now(),
            backup=folder.name,
            outcome=f"в {home}",
        )
    if (folder / copies.DUMP).exists():
        say(
            f"Файлы и ключ: скопируйте из {folder}. База: pg_restore --no-owner -d ИМЯ {folder / copies.DUMP}"
        )
    copies.restore(folder, home)
    say(f"Восстановлено в {home}. Дальше: PARTA_HOME={home} parta migrate, parta check, parta serve")
    return 0


def _list(arguments: Namespace, hand: object) -> int:
    from parta.archive.models import Backup, BackupUse, Carrier
    from parta.archive.rules import MEDIA, USES

    for row in Backup.objects.order_by("-made_at")[:20]:
        state = row.fault or (f"восстановлена {row.proven_at:%d.%m.%Y}" if row.proven_at else "не проверена")
        say(f"{row.name}  {row.size >> 20} МБ  {row.digest[:12]}  {state}")
    for carrier in Carrier.objects.filter(retired_at=None).order_by("id"):
        say(f"носитель «{carrier.title}»: {MEDIA.get(carrier.media, carrier.media)}, {carrier.room}")
    for use in BackupUse.objects.order_by("-at", "-id")[:20]:
        words = (
            f"{use.at:%d.%m.%Y %H:%M}  {USES.get(use.kind, use.kind)}  {use.backup_name} {use.carrier_title}"
        )
        say(f"{words}  {use.who}: {use.purpose}")
    return 0
