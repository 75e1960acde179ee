"""`parta doctor`: what in this installation is set up dangerously or wrongly."""

import os
import stat
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from parta.cli import installation
from parta.cli.screen import Failure, plural, say

LOCAL = {"127.0.0.1", "localhost", "[::1]", "::1"}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong, and what to do."""

    what: str
    remedy: str


def add_arguments(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(arguments: Namespace) -> int:
    """Print complaints; 1 when there are any."""
    installation.load()
    complaints = list(examine())
    for complaint in complaints:
        say(f"✗ {complaint.what}")
        say(f"    {complaint.remedy}")
    if complaints:
        say(f"Найдено: {plural(len(complaints), 'замечание', 'замечания', 'замечаний')}.")
        return 1
    say("✓ Замечаний нет.")
    return 0


def examine() -> Iterator[Complaint]:
    """All complaints, the gravest first."""
    from django.conf import settings

    from parta.foundation import scope

    if settings.DEBUG:
        yield Complaint("Включён режим разработчика: чужие увидят внутренности.", "Уберите PARTA_DEBUG.")
    if len(settings.SECRET_KEY) < 32 or settings.SECRET_KEY.startswith("django-insecure"):
        yield Complaint(
            "Ключ подписи короткий или взят из примера: вход можно подделать.",
            "Уберите PARTA_SECRET_KEY: надёжный ключ создастся сам; все войдут заново.",
        )
    far = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL]
    if far and not settings.ENV.https:
        yield Complaint(
            f"Сервер открыт как {', '.join(far)} без HTTPS: пароли идут по сети открыто.",
            "Поставьте перед Партой прокси с сертификатом (docs/running) и задайте PARTA_HTTPS=1.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Complaint("Разрешены любые имена сервера.", "Перечислите свои в PARTA_ALLOWED_HOSTS.")
    yield from _files(Path(settings.HOME))
    yield from _providers()
    try:
        missing = installation.unapplied()
    except Failure as failure:
        yield Complaint(*str(failure).split("\n", 1))
        return
    if missing:
        yield Complaint("База данных не готова.", "Выполните: parta migrate")
        return
    yield from _durability()
    if scope.row_role():
        for what in scope.complaints(scope.row_role()):
            yield Complaint(
                f"Политики строк не действуют: {what}.",
                "См. PARTA_ROW_ROLE в docs/running; затем: parta migrate",
            )
    yield from _copies()
    from parta.foundation import jobs

    for name, number, error in jobs.stuck():
        yield Complaint(
            f"Задание {number} ({name}) не удаётся: {error.splitlines()[0] if error else 'работник погибал на нём'}.",
            "Если это проверка истории, выполните: parta check",
        )


def _providers() -> Iterator[Complaint]:
    """Whether those who may say who somebody is answer, and whether others can read the secret shared with them."""
    from django.conf import settings

    if not settings.PROVIDERS:
        return
    from parta.people import outside

    path = Path(settings.ENV.providers)
    if path.stat().st_mode & stat.S_IRWXO:
        yield Complaint(
            f"Файл {path} с общим секретом открыт всем на машине.", f"Закройте: chmod o-rwx {path}"
        )
    for one in settings.PROVIDERS.values():
        try:
            outside.describe(one)
        except (outside.Silent, outside.Unbelieved) as fault:
            yield Complaint(
                f"Через «{one.title}» войти нельзя: {fault}",
                f"Проверьте {one.issuer} и файл {path}. Пароли действуют.",
            )
        if not one.asks_again:
            yield Complaint(
                f"«{one.title}» не спрашивает пароль заново: на общем компьютере войдёт следующий.",
                f"Уберите asks_again = false в {path}.",
            )


def _copies() -> Iterator[Complaint]:
    """Whether there is a copy from which the data came back, and how old it is."""
    from parta.archive.models import Backup
    from parta.archive.rules import DEFAULT_AGE, days
    from parta.foundation import clock
    from parta.organisation.models import School

    if not School.objects.exists():
        return
    newest = Backup.objects.exclude(proven_at=None).filter(fault="").order_by("-made_at").first()
    if newest is None:
        yield Complaint("Нет ни одной проверенной резервной копии.", "Выполните: parta backup make")
        return
    age = clock.now() - newest.made_at
    if age > DEFAULT_AGE * 1.5:
        yield Complaint(
            f"Последней проверенной резервной копии {days(age)}.",
            "Копию делает работник каждую ночь: он запущен? Сейчас: parta backup make",
        )
    fault = Backup.objects.order_by("-made_at").values_list("name", "fault").first()
    if fault and fault[1]:
        yield Complaint(
            f"Копия {fault[0]} не восстанавливается: {fault[1]}", "Проверьте диск и место на нём."
        )


def _durability() -> Iterator[Complaint]:
    """Whether «saved» outlives a power cut: the database must wait for the disk at each commit."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            if cursor.fetchone()[0] < 2:
                yield Complaint(
                    "База данных не ждёт диска: при отключении света пропадут подтверждённые записи.",
                    "Верните PRAGMA synchronous=FULL (config/settings.py).",
                )
            return
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] in ("off", "local"):
                yield Complaint(
                    f"PostgreSQL не ждёт диска или второй копии ({name}): при отключении света пропадут"
                    " подтверждённые записи.",
                    f"В postgresql.conf: {name} = on, затем перечитать настройки сервера.",
                )


def _files(home: Path) -> Iterator[Complaint]:
    for name in ("parta.sqlite3", "parta.sqlite3-wal", "secret.key", "files"):
        path = home / name
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Complaint(
                f"Файл {path} открыт другим пользователям машины.", f"Закройте: chmod go-rwx {path}"
            )
    if home.exists():
        space = os.statvfs(home)
        free = space.f_bavail * space.f_frsize
        if free < 1 << 30:
            yield Complaint(
                f"На диске с данными осталось {free >> 20} МБ.", "Освободите место: нужен хотя бы 1 ГБ."
            )
