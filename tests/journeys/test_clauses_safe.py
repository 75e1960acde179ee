"""Carriers of copies and who keeps them: safe, key, seals, hand-overs, the order; the copy of the second day."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.archive.models import BackupUse, Carrier, Copy
from parta.control.models import CloseoutStep
from parta.foundation import clock
from parta.foundation.models import LogEntry
from tests.journeys.steps import DUBROVO, GYMNASIUM, done, page, text, under
from tests.journeys.test_clauses_checks import found
from tests.journeys.test_clauses_copies import DIGEST, kept

NEXT = timedelta(days=1)


def keep(kind: str, purpose: str, **more: Any) -> dict[str, Any]:
    return {"act": "keep", "kind": kind, "purpose": purpose} | more


def told(cast: Any, clause: str, at: Any) -> list[str]:
    return [one.text for one in found(cast, "register_entry_required", "director", at) if clause in one.ids]


@under(GYMNASIUM)
@pytest.mark.clause("GT-P-3.4a", "GT-P-3.4d", "GT-P-3.5a", "GT-P-3.5b")
def test_carrier_has_its_holder_and_a_seal_that_breaks_in_the_log(cast: Any, client_of: Any) -> None:
    secretary, director = client_of(cast.secretary), client_of(cast.director)
    new = {"act": "carrier", "title": "Диск журнала", "media": "server", "room": "Серверная"}
    answer = secretary.post("/copies/", new)
    assert answer.status_code == 422 and "кто отвечает за носитель" in text(answer)
    assert not Carrier.objects.exists()
    assert client_of(cast.teacher).post("/copies/", new).status_code == 403
    with clock.rehearse(cast.at):
        done(secretary.post("/copies/", {**new, "keeper": "Ильин П. С."}))
        disk = Carrier.objects.get()
        shown = page(director, "/copies/")
        assert "Диск журнала диск сервера" in shown and "Ильин П. С. с 14.10" in shown, shown
        Copy.objects.create(backup=kept(cast), carrier=disk, written_at=cast.at, verified_at=cast.at)
        assert "сверена 14.10" in page(director, "/copies/"), "when the primary store was last verified"
    # a change of holder is a hand-over with both ends named, and stands in the journal
    over = {
        "act": "use",
        "carrier": disk.pk,
        "kind": "hand_over",
        "purpose": "приказ № 7",
        "allowed_by": "Директор",
    }
    answer = secretary.post("/copies/", over)
    assert answer.status_code == 422 and "кому передан носитель" in text(answer)
    with clock.rehearse(cast.at + 2 * NEXT):
        done(secretary.post("/copies/", {**over, "keeper": "Юсупова Н. Р."}))
        shown = page(director, "/copies/")
        assert "Юсупова Н. Р. с 16.10" in shown and "Ильин" not in shown
        assert "носитель передан" in shown and "приказ № 7" in shown
    assert LogEntry.objects.filter(verb="carrier_used", user_id=cast.secretary.user_id).count() == 1
    # sealed once, opened with a reason, and the seal is then broken
    seal = keep("seal", "сдан на хранение", carrier=disk.pk)
    for form, words in (
        (keep("unseal", "нужна копия", carrier=disk.pk), "не опечатан"),
        (keep("seal", "сдан на хранение", number="17"), "Выберите носитель"),
        (seal, "номер печати"),
        ({**seal, "kind": "burn"}, "Выберите, что сделано"),
    ):
        answer = secretary.post("/copies/", form)
        assert answer.status_code == 422 and words in text(answer), words
    assert client_of(cast.teacher).post("/copies/", {**seal, "number": "17"}).status_code == 403
    with clock.rehearse(cast.at + 3 * NEXT):
        done(secretary.post("/copies/", {**seal, "number": "17"}))
        shown = page(director, "/copies/")
        assert "опечатан" in shown and "Печать 17, 17.10.2026" in shown, shown
        answer = secretary.post("/copies/", {**seal, "number": "18"})
        assert answer.status_code == 422 and "уже опечатан" in text(answer)
        answer = secretary.post("/copies/", keep("unseal", "", carrier=disk.pk))
        assert answer.status_code == 422 and "зачем" in text(answer)
        done(secretary.post("/copies/", keep("unseal", "восстановить четверть", carrier=disk.pk)))
        shown = page(director, "/copies/")
        assert (
            "Печать 17, 17.10.2026" not in shown
            and "печать вскрыта" in shown
            and "восстановить четверть" in shown
        )
    assert LogEntry.objects.filter(verb="keeping_noted").count() == 2


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-5.2.sec.в-a", "GT-I-5.2.sec.в-b")
def test_safe_is_written_down_and_the_key_is_the_directors_at_night(cast: Any, client_of: Any) -> None:
    secretary, director = client_of(cast.secretary), client_of(cast.director)
    disk = Carrier.objects.create(
        title="Диск", media="external_disk", room="Сейф", holder="secretary", added_at=cast.at
    )
    take = {
        "act": "use",
        "carrier": disk.pk,
        "kind": "take",
        "purpose": "копия недели",
        "allowed_by": "Директор",
    }
    safe, key = "GT-I-5.2.sec.в-a", "GT-I-5.2.sec.в-b"
    with clock.rehearse(cast.at):
        done(secretary.post("/copies/", take))
        assert "носитель брали, а записи об открытии сейфа нет" in page(director, "/copies/")
        assert not told(cast, safe, cast.at), "the day is not over"
        assert told(cast, safe, cast.at + NEXT)
        answer = secretary.post("/copies/", keep("safe", ""))
        assert answer.status_code == 422 and "зачем" in text(answer)
        done(secretary.post("/copies/", keep("safe", "копия недели", carrier=disk.pk)))
        shown = page(director, "/copies/")
        assert "сейф открыт" in shown and "а записи об открытии" not in shown
        assert cast.secretary.surname in shown and "14.10" in shown, "who and when"
    assert not told(cast, safe, cast.at + NEXT)
    # of another day the line does not serve
    with clock.rehearse(cast.at + NEXT):
        done(secretary.post("/copies/", {**take, "kind": "return"}))
    (line,) = told(cast, safe, cast.at + 2 * NEXT)
    assert line.startswith("15.10.2026")
    with clock.rehearse(cast.at):
        answer = secretary.post("/copies/", keep("key", "смена замка"))
        assert answer.status_code == 422 and "у кого теперь ключ" in text(answer)
        done(
            secretary.post(
                "/copies/", keep("key", "смена замка", holder="secretary", keeper=cast.secretary.surname)
            )
        )
        assert f"Ключ от отсека: секретарь {cast.secretary.surname}, с 14.10.2026 10:40" in page(
            director, "/copies/"
        )
        assert not told(cast, key, cast.at), "by day the secretary may have it"
        (line,) = told(cast, key, cast.at + NEXT)
        assert "не у директора: секретарь" in line
        done(director.post("/copies/", keep("key", "на ночь", holder="director")))
        assert "Ключ от отсека: директор, с 14.10.2026" in page(secretary, "/copies/")
    assert not told(cast, key, cast.at + NEXT)
    assert client_of(cast.teacher).post("/copies/", keep("safe", "посмотреть")).status_code == 403
    assert BackupUse.objects.filter(kind="key").count() == 2


@under(DUBROVO)
@pytest.mark.clause("DB-5.6c")
def test_order_on_storage_stands_with_the_carriers_and_its_absence_is_told(cast: Any, client_of: Any) -> None:
    director, secretary = client_of(cast.director), client_of(cast.secretary)
    lack = "Приказа директора о хранении копий нет"
    assert lack in page(director, "/copies/") and lack in page(secretary, "/copies/")
    order = keep("order", "серверная и каб. 5; отвечают директор и оператор")
    answer = director.post("/copies/", order)
    assert answer.status_code == 422 and "номер и дату приказа" in text(answer)
    answer = director.post("/copies/", keep("order", "", number="№ 41 от 01.09.2026"))
    assert answer.status_code == 422 and "помещения" in text(answer)
    assert lack in page(director, "/copies/")
    done(director.post("/copies/", {**order, "number": "№ 41 от 01.09.2026"}))
    shown = page(secretary, "/copies/")
    assert lack not in shown
    assert "Приказ о хранении: № 41 от 01.09.2026. серверная и каб. 5; отвечают директор и оператор" in shown


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-4.2a")
def test_second_day_is_done_with_a_copy_on_two_carriers_after_the_confirmations(
    cast: Any, client_of: Any
) -> None:
    deputy = client_of(cast.deputy)
    second, third = (cast.local(date(2026, 10, 26), 23), cast.local(date(2026, 10, 27), 8))

    def owed(at: Any) -> list[Any]:
        return [one for one in found(cast, "closeout_step", "deputy", at) if "GT-I-4.2a" in one.ids]

    CloseoutStep.objects.create(
        school=cast.school, term=cast.term, journal=cast.russian, step="confirm_finals", person=cast.teacher,
        at=cast.local(date(2026, 10, 25), 12),
    )  # fmt: skip
    disks = [
        Carrier.objects.create(title=title, media="flash", room=title, holder="deputy", added_at=cast.at)
        for title in ("Флэш А", "Флэш Б")
    ]
    before = kept(cast, cast.local(date(2026, 10, 25), 3), name="2026-10-25-030000")
    for disk in disks:
        Copy.objects.create(
            backup=before, carrier=disk, written_at=before.made_at, verified_at=before.made_at
        )
    assert not owed(second)
    (line,) = owed(third)
    assert "на двух носителях" in line.text, "the copy is older than the confirmation"
    with clock.rehearse(cast.local(date(2026, 10, 26), 12)):
        copy = kept(cast, cast.local(date(2026, 10, 26), 11), name="2026-10-26-110000")
        enter = {"act": "register", "backup": copy.pk, "carrier": disks[0].pk}
        done(deputy.post("/copies/", {**enter, "digest": DIGEST[:12]}))
        assert owed(third), "one carrier"
        wrong = deputy.post("/copies/", {**enter, "carrier": disks[1].pk, "digest": "f" * 12})
        assert wrong.status_code == 422 and "Контрольная сумма не та" in text(wrong)
        assert owed(third)
        done(deputy.post("/copies/", {**enter, "carrier": disks[1].pk, "digest": DIGEST[:12]}))
    assert not owed(third)
