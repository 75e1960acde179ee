"""Clauses on copies of the data: made, proven, carried, watched; and on the days the system does not run."""

import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from parta.archive import copies
from parta.archive.actions import backups
from parta.archive.actions.outages import SILENCE, beat
from parta.archive.models import Backup, BackupUse, Carrier, Copy
from parta.foundation import clock, jobs
from parta.foundation.models import Heartbeat, LogEntry, Outage
from tests.journeys.steps import CENTRE, COLLEGE, DUBROVO, GYMNASIUM, IPATOVO, page, presets, text, under

HAND = backups.Hand("проверка")
DIGEST = "0123456789abcdef" * 4


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of copies of this test alone."""
    monkeypatch.setattr(settings.ENV, "backups", str(tmp_path / "main"))
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    (tmp_path / "files" / "ab").mkdir(parents=True)
    (tmp_path / "files" / "ab" / "abcd").write_bytes("снимок доски".encode())
    (tmp_path / "disk").mkdir()
    return tmp_path


def carrier(title: str, media: str, room: str, holder: str = "", folder: str = "") -> Carrier:
    return Carrier.objects.create(
        title=title,
        media=media,
        room=room,
        holder=holder,
        folder=folder,
        added_at=datetime(2026, 9, 1).astimezone(),
    )


def kept(cast: Any, at: datetime | None = None, **more: Any) -> Backup:
    """A proven copy in the register."""
    moment = at or cast.at
    facts = {
        "name": f"{moment:%Y-%m-%d-%H%M%S}",
        "made_by": "работник",
        "digest": DIGEST,
        "size": 1,
        "files": 1,
    }
    return Backup.objects.create(made_at=moment, proven_at=moment, **(facts | more))


def lies(copy: Backup, *carriers: Carrier) -> None:
    for one in carriers:
        Copy.objects.create(backup=copy, carrier=one, written_at=copy.made_at, verified_at=copy.made_at)


@pytest.mark.django_db(transaction=True)
@presets((GYMNASIUM, "GT-P-1.1d"), (CENTRE, "CT-1.2d"), (COLLEGE, "ET-A-IT-5f"))
def test_copy_by_clock_and_on_demand_restores_to_the_same(cast: Any, client_of: Any, shelf: Path) -> None:
    jobs.load_kinds()
    operator = client_of(cast.operator)
    assert "Проверенной копии нет ни одной" in page(operator, "/copies/")
    asked = operator.post("/copies/", {"act": "make", "purpose": "перед обновлением"})
    assert asked.status_code == 302 and client_of(cast.teacher).post("/copies/").status_code == 403
    assert jobs.run_due(clock.now) >= 1
    demanded = Backup.objects.get()
    assert demanded.made_by.startswith(cast.operator.surname) and demanded.made_by_id == cast.operator.user_id
    assert demanded.fault == "" and demanded.proven_at == cast.at, demanded.fault
    assert demanded.rows["people_person"] > 20 and demanded.rows["foundation_logentry"] > 5
    night = cast.at + timedelta(days=1)
    with clock.rehearse(night):
        jobs.enqueue("nightly_backup", at=night)
        jobs.run_due(clock.now)
    scheduled = Backup.objects.latest("made_at")
    assert (
        scheduled.pk != demanded.pk and "по расписанию" in scheduled.made_by and scheduled.proven_at == night
    )
    folder = shelf / "main" / scheduled.name
    if connection.vendor == "sqlite":
        home = shelf / "restored"
        copies.restore(folder, home)
        assert copies._counted(home / copies.LITE) == scheduled.rows, "equal counts"
        assert (home / "files" / "ab" / "abcd").read_bytes() == "снимок доски".encode()
        with pytest.raises(copies.Failed, match="уже есть база"):
            copies.restore(folder, home)
    with clock.rehearse(night + timedelta(hours=23, minutes=59)):
        assert "старше допустимого" not in page(operator, "/copies/")
    with clock.rehearse(night + timedelta(hours=24, minutes=1)):
        for name in ("operator", "deputy", "director"):
            assert "старше допустимого" in page(client_of(cast.people[name]), "/copies/"), name
    database = folder / (copies.LITE if connection.vendor == "sqlite" else copies.DUMP)
    spoil(database)
    assert not backups.prove_backup(scheduled, hand=HAND, purpose="проба", at=night)
    assert database.name in page(operator, "/copies/")


def spoil(path: Path) -> None:
    """Change one byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.django_db(transaction=True)
@under(CENTRE)
@pytest.mark.clause("CT-3.1a", partly="архив года, а не только резервные копии")
@pytest.mark.clause("CT-1.2e")
def test_one_changed_byte_is_found_and_named(cast: Any, client_of: Any, shelf: Path) -> None:
    disk = carrier("Диск", "external_disk", "Сейф", folder=str(shelf / "disk"))
    row = backups.make_backup(hand=HAND, purpose="проба", at=cast.at, proof=False)
    on_disk = shelf / "disk" / row.name
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=on_disk, check=True)
    assert copies.sha256(on_disk / copies.MANIFEST) == row.digest
    uses = list(BackupUse.objects.values_list("kind", "backup_name", "carrier_title"))
    assert uses == [("make", row.name, ""), ("write", row.name, "Диск")], "file, checksum and register lines"
    assert row.digest[:12] in page(client_of(cast.operator), "/copies/")
    later = cast.at + timedelta(hours=2)
    assert backups.verify_copies(hand=HAND, at=later) == []
    assert Copy.objects.get(carrier=disk).verified_at == later
    spoil(on_disk / "files" / "ab" / "abcd")
    (wrong,) = backups.verify_copies(hand=HAND, at=later + timedelta(hours=1))
    assert wrong.carrier == disk and wrong.fault == "files/ab/abcd"
    shown = page(client_of(cast.operator), "/copies/")
    assert "files/ab/abcd" in shown and "сверена" in shown
    (on_disk / "лишний.txt").write_text("1")
    assert "лишний.txt" in backups.verify_copies(hand=HAND, at=later)[0].fault


@presets((GYMNASIUM, "GT-P-3.4b"), (GYMNASIUM, "GT-P-3.4c"), (CENTRE, "CT-3.1d"), (CENTRE, "CT-3.1e"))
def test_one_carrier_or_one_room_leaves_the_finding_open(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    first, same = carrier("Диск А", "flash", "Серверная", "director"), carrier("Диск Б", "flash", "серверная")
    second = carrier("Диск В", "flash", "Кабинет директора", "operator")
    copy, open_ = kept(cast), "носителей, которые считаются"
    lies(copy, first)
    assert f"лежит на 1 из 2 {open_}" in page(deputy, "/copies/")
    for digest in ("f" * 12, "0123"):
        form = {"act": "register", "backup": copy.pk, "carrier": same.pk, "digest": digest}
        refused = deputy.post("/copies/", form)
        assert refused.status_code == 422 and "Контрольная сумма не та" in text(refused)
    assert deputy.post("/copies/", {**form, "digest": DIGEST[:12]}).status_code == 302
    shown = page(deputy, "/copies/")
    assert f"лежит на 1 из 2 {open_}" in shown and "В одном помещении «Серверная»: Диск А, Диск Б" in shown
    form = {"act": "register", "backup": copy.pk, "carrier": second.pk, "digest": DIGEST}
    assert deputy.post("/copies/", form).status_code == 302
    shown = page(deputy, "/copies/")
    assert open_ not in shown and "В одном помещении" not in shown
    assert LogEntry.objects.filter(verb="copy_registered").count() == 2


@presets((GYMNASIUM, "GT-I-5.2.dir.в-c"))
def test_director_sees_each_carrier_its_holder_room_and_check(cast: Any, client_of: Any) -> None:
    director = client_of(cast.director)
    disk = carrier("Внешний диск 1", "external_disk", "Сейф в приёмной", "director")
    assert "копий нет" in page(director, "/copies/")
    lies(kept(cast), disk)
    shown = page(director, "/copies/")
    assert "Внешний диск 1 внешний диск Сейф в приёмной, хранит директор" in shown
    assert "сверена 14.10" in shown and "лежит на 1 из 2" in shown
    refused = director.post("/copies/", {"act": "use", "carrier": disk.pk, "kind": "take", "purpose": "x"})
    assert refused.status_code == 422 and BackupUse.objects.count() == 0


@presets((GYMNASIUM, "GT-P-1.1e"))
def test_register_has_a_line_for_each_closed_quarter(cast: Any, client_of: Any) -> None:
    deputy, after = client_of(cast.deputy), cast.local(date(2026, 11, 2), 10)
    title = cast.terms[1].title
    with clock.rehearse(cast.at):
        assert title not in page(deputy, "/copies/")
    kept(cast, cast.local(date(2026, 10, 20), 3), name="2026-10-20-030000")
    with clock.rehearse(after):
        assert f"{title} по" in page(deputy, "/copies/")
        assert "копии после конца периода нет" in page(deputy, "/copies/")
        copy = kept(cast, cast.local(date(2026, 11, 1), 3), name="2026-11-01-030000")
        lies(copy, carrier("Диск А", "flash", "Серверная"), carrier("Диск Б", "flash", "Сейф"))
        shown = page(deputy, "/copies/")
        assert "копия 2026-11-01-030000: Диск А, Диск Б" in shown and "копии после конца" not in shown
        deputy.post("/copies/", {"act": "make", "purpose": "закрыта четверть"})
    assert LogEntry.objects.filter(verb="backup_asked", user_id=cast.deputy.user_id).count() == 1


@presets((CENTRE, "CT-3.1f"))
def test_flash_drives_of_director_and_operator(cast: Any, client_of: Any) -> None:
    operator = client_of(cast.operator)
    one, two = (
        carrier("Флэш 1", "flash", "Кабинет 1", "director"),
        carrier("Флэш 2", "flash", "Кабинет 2", "secretary"),
    )
    lies(kept(cast), one, two)
    shown = page(operator, "/copies/")
    assert "который хранит оператор" in shown and "который хранит директор" not in shown
    form = {
        "act": "use",
        "carrier": two.pk,
        "kind": "hand_over",
        "purpose": "приказ № 5",
        "holder": "operator",
    }
    assert operator.post("/copies/", form).status_code == 422, "who let it is part of the line"
    assert operator.post("/copies/", {**form, "allowed_by": "директор Орлова"}).status_code == 302
    shown = page(operator, "/copies/")
    assert "который хранит" not in shown and "носитель передан" in shown and "14.10" in shown


@presets((COLLEGE, "ET-8.8"), (COLLEGE, "ET-A-IT-5g"))
def test_two_different_media_in_two_rooms_and_one_outside(cast: Any, client_of: Any) -> None:
    deputy, copy = client_of(cast.deputy), kept(cast)
    lies(copy, carrier("Сервер 2", "network", "Серверная"))
    shown = page(deputy, "/copies/")
    assert "лежит на 1 из 2" in shown and "лежит на 0 из 1 носителей (внешний диск" in shown
    flash = carrier("Флэш", "flash", "Серверная")
    lies(copy, flash)
    shown = page(deputy, "/copies/")
    assert "лежит на 1 из 2" in shown and "из 1 носителей" not in shown, "one room is one carrier"
    lies(copy, carrier("Сервер 3", "network", "Архив"))
    assert "из 2 носителей" not in page(deputy, "/copies/")
    flash.retired_at = cast.at
    flash.save()
    shown = page(deputy, "/copies/")
    assert "лежит на 1 из 2" in shown, "two rooms, but one kind of carrier"


@pytest.mark.django_db(transaction=True)
@under(COLLEGE)
@pytest.mark.clause("ET-A-IT-5g")
def test_copy_goes_to_an_external_folder_and_is_verified_by_hash(cast: Any, shelf: Path) -> None:
    disk = carrier("Внешний диск", "external_disk", "Сейф", folder=str(shelf / "disk"))
    gone = carrier("Отключённый", "flash", "Сейф 2", folder=str(shelf / "absent"))
    row = backups.make_backup(hand=HAND, purpose="проба", at=cast.at, proof=False)
    assert copies.differences(shelf / "disk" / row.name, row.digest) == []
    assert Copy.objects.get(carrier=disk).verified_at == cast.at
    assert "не подключён" in Copy.objects.get(carrier=gone).fault, "what is not there does not count"


@presets((DUBROVO, "DB-5.6a"), (DUBROVO, "DB-5.6b"))
def test_year_end_on_two_carriers_in_two_rooms(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    first, second = carrier("Диск А", "external_disk", "Каб. 5"), carrier("Диск Б", "external_disk", "каб. 5")
    with clock.rehearse(cast.local(date(2027, 5, 20), 10)):
        lies(kept(cast, clock.now()), first)
        assert "к концу учебного года" not in page(deputy, "/copies/")
        assert [one for one in told(deputy) if "5.6" in one and "из 2 носителей" in one] != [], "rooms always"
    with clock.rehearse(cast.local(date(2027, 6, 2), 10)):
        copy = kept(cast, clock.now())
        lies(copy, first)
        assert len([one for one in told(deputy) if "лежит на 1 из 2" in one]) == 2
        lies(copy, second)
        shown = page(deputy, "/copies/")
        assert "В одном помещении «Каб. 5»: Диск А, Диск Б. Считается за один носитель" in shown
        lies(copy, carrier("Диск В", "external_disk", "Сейф"))
        shown = page(deputy, "/copies/")
        assert "из 2 носителей" not in shown and "В одном помещении" not in shown


def told(client: Any) -> list[str]:
    """The findings of the page, one a line."""
    body = client.get("/copies/").content.decode()
    found = (
        body.split('class="note note--red"')[1].split("</div>")[0] if 'class="note note--red"' in body else ""
    )
    return [line.replace("\u00a0", " ") for line in found.split("<p>")[1:]]


@presets((DUBROVO, "DB-3.2.13a"))
def test_period_closed_without_a_disk_is_reported_after_three_days(cast: Any, client_of: Any) -> None:
    deputy, title = client_of(cast.deputy), cast.terms[1].title
    until = cast.terms[1].until
    missing = f"{title} закончен"
    lies(kept(cast, cast.local(until, 3)), carrier("Флэш", "flash", "Сейф"))
    with clock.rehearse(cast.local(until + timedelta(days=3), 0, 0) - timedelta(minutes=1)):
        assert missing not in page(deputy, "/copies/")
    with clock.rehearse(cast.local(until + timedelta(days=3), 0, 1)):
        assert missing in page(deputy, "/copies/"), "a flash drive is no external disk"
        lies(kept(cast, clock.now()), carrier("Диск", "external_disk", "Сейф"))
        assert missing not in page(deputy, "/copies/")


@pytest.mark.django_db(transaction=True)
@presets((GYMNASIUM, "GT-I-5.2.sec.б-a"), (DUBROVO, "DB-3.5.11a"))
def test_journal_of_use_writes_itself_and_nothing_is_restored_without_it(
    cast: Any, client_of: Any, shelf: Path, capsys: Any
) -> None:
    from parta.cli.main import main

    row = backups.make_backup(hand=HAND, purpose="проба", at=cast.at, proof=False)
    folder, home = shelf / "main" / row.name, shelf / "new"
    call = ["backup", "restore", str(folder), "--into", str(home)]
    for more in ([], ["--why", "проверка завуча"], ["--allowed", "директор"]):
        assert main([*call, *more]) == 1 and not home.exists(), "no entry, no restoring"
    assert "Без записи в журнале пользования" in capsys.readouterr().err
    assert not BackupUse.objects.filter(kind="restore").exists()
    assert main([*call, "--why", "проверка завуча", "--allowed", "директор Орлова"]) == 0
    use = BackupUse.objects.get(kind="restore")
    assert (use.backup_name, use.purpose, use.allowed_by) == (row.name, "проверка завуча", "директор Орлова")
    disk = carrier("Диск", "external_disk", "Сейф")
    secretary = client_of(cast.secretary)
    form = {"act": "use", "carrier": disk.pk, "kind": "take", "allowed_by": "директор Орлова"}
    assert secretary.post("/copies/", form).status_code == 422, "a reason is part of the line"
    assert secretary.post("/copies/", {**form, "purpose": "сверка"}).status_code == 302
    assert "Диск внешний диск взят" in page(secretary, "/copies/")
    assert secretary.post("/copies/", {**form, "kind": "return", "purpose": "сверено"}).status_code == 302
    shown = page(secretary, "/copies/")
    for words in ("восстановлена", "носитель взят", "носитель возвращён", "сверка", "директор Орлова"):
        assert words in shown, words
    assert "Диск внешний диск взят" not in shown
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        BackupUse.objects.filter(pk=use.pk).update(purpose="другое")


@presets((GYMNASIUM, "GT-I-5.1.а"), (COLLEGE, "ET-A-DIR-5a"))
def test_break_is_found_by_silence_and_waits_for_its_cause(cast: Any, client_of: Any) -> None:
    from django.test import Client

    from tests.cast import PASSWORD

    director, deputy = client_of(cast.director), client_of(cast.deputy)
    assert beat(at=cast.at) is None
    moment = cast.at + SILENCE
    assert beat(at=moment) is None, "three quiet minutes are no break"
    found = beat(at=moment + timedelta(minutes=47))
    assert found is not None and Outage.objects.count() == 1
    with clock.rehearse(moment + timedelta(minutes=48)):
        shown = page(director, "/system/")
        assert "14.10 10:43–14.10 11:30 47 мин причина не названа" in shown
        assert "Перерывов без причины: 1" in shown and "Без перерывов 99,89 %" in shown
        refused = director.post("/system/", {"act": "explain", "row": found.pk, "cause": "свет"})
        assert refused.status_code == 422
        deputy.post("/system/", {"act": "explain", "row": found.pk, "cause": "отключили свет"})
        shown = page(director, "/system/")
        assert "отключили свет" in shown and "без причины" not in shown
    line = LogEntry.objects.get(verb="outage_explained")
    assert (line.object_id, line.user_id) == (found.pk, cast.deputy.user_id)
    assert client_of(cast.teacher).get("/system/").status_code == 403
    with clock.rehearse(datetime(2026, 10, 18, 3, 0, tzinfo=cast.zone)):
        for login in ("guardian", "teacher", "director", "operator"):
            answer = Client().post("/login/", {"login": login, "password": PASSWORD})
            assert answer.status_code == 302, "Sunday, three in the night"


@presets((DUBROVO, "DB-4.1.1"), (COLLEGE, "ET-7.1a"))
def test_planned_stop_is_told_ahead_on_every_page(cast: Any, client_of: Any) -> None:
    operator, words = client_of(cast.operator), "Парта не будет работать: замена сервера"
    guardian, teacher = client_of(cast.guardian), client_of(cast.teacher)
    form = {
        "act": "announce",
        "starts": "2026-10-18",
        "starts_time": "22:00",
        "ends": "2026-10-18",
        "ends_time": "23:30",
        "cause": "замена сервера",
    }
    assert operator.post("/system/", {**form, "ends_time": "21:00"}).status_code == 422
    assert (
        operator.post("/system/", {**form, "starts": "2026-10-01", "ends": "2026-10-01"}).status_code == 422
    )
    assert words not in guardian.get("/diary/").content.decode()
    assert operator.post("/system/", form).status_code == 302
    for client, address in ((guardian, "/diary/"), (teacher, "/today/"), (operator, "/setup/")):
        assert f"18 октября с 22:00 до 23:30 {words}" in client.get(address).content.decode().replace(
            "\u00a0", " "
        )
    with clock.rehearse(cast.local(date(2026, 10, 18), 23, 31)):
        assert words not in guardian.get("/diary/").content.decode()
    planned = Outage.objects.get()
    beat(at=planned.starts_at)
    beat(at=planned.ends_at)
    assert Outage.objects.get(is_planned=False).cause == "по плану: замена сервера"
    operator.post("/system/", {"act": "cancel", "row": planned.pk})
    assert words not in guardian.get("/diary/").content.decode()


@under(COLLEGE)
@pytest.mark.clause("ET-3.1.1b", partly="почту Парта ещё не отправляет")
@pytest.mark.clause("IP-1.1.9a", partly="находки с владельцем и сроком")
def test_page_of_health_turns_red(cast: Any, client_of: Any) -> None:
    operator = client_of(cast.operator)
    Heartbeat.objects.create(at=cast.at)
    lies(kept(cast), carrier("Диск", "flash", "Сейф"), carrier("Сервер 2", "network", "Архив"))
    shown = page(operator, "/system/")
    assert "Находки" not in shown and "Работник работает" in shown
    with clock.rehearse(cast.at + timedelta(hours=25)):
        shown = page(operator, "/system/")
        assert "Находки" in shown and "старше допустимого" in shown and "Работник молчит" in shown
    jobs.enqueue("invented", at=cast.at)
    jobs.Job.objects.update(attempts=jobs.MOST_ATTEMPTS, error="почта не отвечает")
    assert "почта не отвечает" in page(operator, "/system/")


@under(IPATOVO)
def test_where_the_act_names_no_age_a_day_is_asked(cast: Any, client_of: Any) -> None:
    kept(cast)
    assert "старше допустимого" not in page(client_of(cast.deputy), "/copies/")
    with clock.rehearse(cast.at + timedelta(hours=25)):
        assert "старше допустимого" in page(client_of(cast.deputy), "/copies/")


def test_doctor_knows_an_old_copy(cast: Any) -> None:
    from parta.cli.commands.doctor import _copies

    assert [one.what for one in _copies()] == ["Нет ни одной проверенной резервной копии."]
    kept(cast)
    assert list(_copies()) == []
    with clock.rehearse(cast.at + timedelta(days=3)):
        assert "3\u00a0дня" in next(iter(_copies())).what


@pytest.mark.django_db(transaction=True)
def test_a_copy_of_a_planted_lie_is_not_proven(cast: Any, shelf: Path) -> None:
    """The planted fault: a mark changed behind the program's back is copied faithfully, and the proof says so."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE journal_mark SET value = '5' WHERE value = '3'")
    row = backups.make_backup(hand=HAND, purpose="проба", at=cast.at)
    assert row.proven_at is None and "расходится" in row.fault
