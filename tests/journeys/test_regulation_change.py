"""The school changes what the act leaves to it, and the act itself: from a day on, by whom it names, on the record."""

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.regulation.models import Edition, EditionDraft, SettingValue
from tests.cast import preset_file
from tests.journeys.steps import (
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    TUESDAY,
    done,
    mark,
    page,
    refused_by,
    saved,
    send,
    text,
    under,
)


def address(cast: Any, name: str) -> str:
    code = Edition.objects.filter(school=cast.school).latest("in_force_from").code
    return f"/regulation/setting/?{urlencode({'act': code, 'name': name})}"


def choose(client: Any, cast: Any, name: str, value: str, since: date, **rows: str) -> Any:
    sent = {"act": "choose", "value": value, "since": since.isoformat()} | rows
    return client.post(address(cast, name), sent)


@under(COLLEGE)
@pytest.mark.clause("ET-A-IT-1a")
def test_a_setting_is_changed_by_its_form_and_its_history_is_kept(cast: Any, client_of: Any) -> None:
    """From tomorrow a kind of work is out of the list; today's lesson is judged by the value of today."""
    deputy, teacher = client_of(cast.deputy), client_of(cast.teacher)
    opened = page(deputy, address(cast, "theory_works"))
    assert "Виды работ преподавателя" in opened and "п. 3" in opened
    done(choose(deputy, cast, "theory_works", "oral, independent", cast.on))
    refused = send(teacher, cast.russian, mark(cast.lesson, cast.named("Авдеев"), "5", "written"))
    assert "ET-A-TEACHER-3b" in refused_by(refused)
    earlier = cast.lesson_on("russian", TUESDAY)
    saved(send(teacher, cast.russian, mark(earlier, cast.named("Авдеев"), "5", "written")))
    words = page(deputy, "/regulation/")
    assert "oral, independent с 14 октября 2026 г.: Лаптева, 14 октября 2026 г." in words
    line = LogEntry.objects.get(verb="setting_chosen")
    facts = json.loads(line.data)
    assert (facts["name"], facts["after"]) == ("theory_works", ["oral", "independent"])
    assert facts["from"] == cast.on.isoformat() and line.user_id == cast.deputy.user_id
    done(choose(deputy, cast, "theory_works", "oral", cast.on + timedelta(days=7)))
    line = LogEntry.objects.filter(verb="setting_chosen").latest("seq")
    facts = json.loads(line.data)
    assert (facts["before"], facts["after"]) == (["oral", "independent"], ["oral"])


@under(DUBROVO)
@pytest.mark.clause("DB-3.2.7")
def test_a_parameter_shows_old_new_who_and_when(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    done(choose(deputy, cast, "absence_reason_within", "5 дней", cast.on))
    assert SettingValue.objects.get().value == "5d", "days in words are stored as the file writes them"
    done(choose(deputy, cast, "absence_reason_within", "2 учебных дня", cast.on + timedelta(days=1)))
    assert SettingValue.objects.latest("id").value == "2 school_days"
    words = page(deputy, "/regulation/")
    assert "5 дней с 14 октября 2026 г.: Лаптева, 14 октября 2026 г." in words
    assert "2 учебных дня с 15 октября 2026 г.: Лаптева" in words


@under(GYMNASIUM)
def test_only_whom_the_act_names_changes_a_setting(cast: Any, client_of: Any) -> None:
    for person in (cast.deputy, cast.head_of_department):
        answer = choose(client_of(person), cast, "mark_symbols", "2, 3, 4, 5, 6", cast.on)
        assert answer.status_code == 422 and "Эту настройку меняет директор" in text(answer)
    assert choose(client_of(cast.teacher), cast, "mark_symbols", "2", cast.on).status_code == 403
    assert not SettingValue.objects.exists()
    done(choose(client_of(cast.director), cast, "mark_symbols", "2, 3, 4, 5, 6", cast.on))
    done(choose(client_of(cast.director), cast, "reopen_term", "3 дня", cast.on))
    saved(send(client_of(cast.teacher), cast.russian, mark(cast.lesson, cast.named("Авдеев"), "6")))
    assert "name=mark_symbols" not in client_of(cast.deputy).get("/regulation/").content.decode()


@under(GYMNASIUM)
@pytest.mark.parametrize(
    ("name", "value", "day", "said"),
    [
        ("reopen_term", "неделя", 0, "не похоже на срок"),
        ("reopen_term", "", 0, "не указано"),
        ("reopen_term", "5 дней", -1, "прежние дни судит прежнее значение"),
        ("lock_after_final", "может быть", 0, "нужно «да» или «нет»"),
        ("reopen_term", "5 дней", 366 * 100, "проверьте год"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_stays_in_the_form(
    cast: Any, client_of: Any, name: str, value: str, day: int, said: str
) -> None:
    answer = choose(client_of(cast.director), cast, name, value, cast.on + timedelta(days=day))
    assert answer.status_code == 422 and said in text(answer).replace("Нужно", "нужно"), text(answer)
    if value and name == "reopen_term":
        assert f'value="{value}"' in answer.content.decode()
    assert not SettingValue.objects.exists()


def upload(client: Any, source: str | bytes, name: str = "новое.toml") -> Any:
    content = source.encode() if isinstance(source, str) else source
    return client.post("/regulation/drafts/", {"act": "propose", "file": SimpleUploadedFile(name, content)})


def changed(cast: Any) -> str:
    source = preset_file(GYMNASIUM).read_text(encoding="utf-8")
    new = source.replace('grades = "1"\n', 'grades = "1-6"\n')
    assert new != source
    return new


@under(GYMNASIUM)
def test_a_file_with_mistakes_is_shown_by_line_and_nothing_is_stored(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    answer = upload(deputy, changed(cast).replace('kind = "unmarked"', 'kind = "unmarkd"'))
    words = text(answer)
    assert answer.status_code == 422 and "1 ошибка" in words and "«новое.toml»" in words
    assert "возможно, вы имели в виду «unmarked»" in words
    for source, said in (
        ("[act]\n".encode("utf-16"), "UTF-8"),
        ("x = ", "1 ошибка"),
        (b"a\x00b", "не текстовый"),
        (b"# " + b"x" * 1_000_001, "больше мегабайта"),
    ):
        answer = upload(deputy, source)
        assert answer.status_code == 422 and said in text(answer)
    assert deputy.post("/regulation/drafts/", {"act": "propose"}).status_code == 422
    assert not EditionDraft.objects.exists()


@under(GYMNASIUM)
def test_a_new_edition_is_put_forward_seen_and_approved_by_the_director(cast: Any, client_of: Any) -> None:
    deputy, director, teacher = (client_of(person) for person in (cast.deputy, cast.director, cast.teacher))
    where = done(upload(deputy, changed(cast))).headers["Location"]
    words = page(director, where)
    assert "Проверка пройдена" in words and "1 класс → 1–6 классы" in words
    own = mark(cast.lesson, cast.named("Авдеев"), "5")
    saved(send(teacher, cast.russian, own))
    assert Edition.objects.filter(school=cast.school).count() == 1, "nothing acts before approval"
    friday = cast.on + timedelta(days=1)
    sent = {"act": "approve", "since": friday.isoformat(), "protocol": "№ 3 от 12.10.2026"}
    answer = deputy.post(where, sent)
    assert answer.status_code == 422 and "утверждает директор" in text(answer)
    late = director.post(where, sent | {"since": (cast.on - timedelta(days=1)).isoformat()})
    assert late.status_code == 422 and "прежние дни судит прежняя редакция" in text(late)
    done(director.post(where, sent))
    old, new = Edition.objects.filter(school=cast.school).order_by("in_force_from")
    assert (old.in_force_until, new.in_force_from, new.in_force_until) == (friday, friday, None)
    again = director.post(where, sent)
    assert again.status_code == 422 and "уже не ждёт решения" in text(again)
    saved(send(teacher, cast.russian, mark(cast.lesson, cast.named("Сафина"), "5")))
    assert "вступит в силу" in page(teacher, "/regulation/")
    draft = EditionDraft.objects.get()
    assert (draft.state, draft.protocol, draft.edition_id) == ("adopted", "№ 3 от 12.10.2026", new.pk)
    verbs = list(LogEntry.objects.filter(object_kind__startswith="edition").values_list("verb", flat=True))
    assert verbs[-2:] == ["edition_proposed", "edition_adopted"]
    with clock.rehearse(cast.local(friday, 12)):
        lesson = cast.lesson_on("russian", friday)
        refused = send(client_of(cast.teacher), cast.russian, mark(lesson, cast.named("Авдеев"), "5"))
        assert "GT-P-2.4a" in refused_by(refused), "the new text judges its own days"


@under(GYMNASIUM)
def test_an_edition_is_taken_back_and_a_file_is_fetched_for_changing(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    where = done(upload(deputy, changed(cast))).headers["Location"]
    done(deputy.post(where, {"act": "withdraw"}))
    assert "отозвана" in page(deputy, "/regulation/drafts/")
    answer = client_of(cast.director).post(where, {"act": "approve", "since": cast.on.isoformat()})
    assert answer.status_code == 422
    edition = Edition.objects.get(school=cast.school)
    answer = deputy.get(f"/regulation/file/?act=GT&since={edition.in_force_from.isoformat()}")
    assert answer.content.decode() == edition.source and "attachment" in answer["Content-Disposition"]
    other = client_of(cast.outside.deputy)
    assert other.get(where).status_code == 404, "another school's edition is absent"


@under(GYMNASIUM)
def test_an_order_that_contradicts_the_act_cannot_be_approved(cast: Any, client_of: Any) -> None:
    order = (
        '[act]\ncode = "ПР"\ntitle = "Приказ"\nrank = "order"\nrests_on = ["GT"]\nin_force_from = 2026-10-15\n'
        '[[rule]]\nclause = ["ПР-1"]\nkind = "mark_deadline"\nwithin = "30d"\noverrides = ["GT-P-2.4b"]\n'
    )
    director = client_of(cast.director)
    where = done(upload(director, order)).headers["Location"]
    words = page(director, where)
    assert "Утвердить нельзя" in words and "отменяет пункт «GT-P-2.4b»" in words
    answer = director.post(where, {"act": "approve", "since": cast.on.isoformat()})
    assert answer.status_code == 422 and Edition.objects.filter(school=cast.school).count() == 1
