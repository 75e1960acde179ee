"""The journal page in a real browser: keys, saving, refusal, conflict, no network, paste, history, a phone."""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from playwright.sync_api import Browser, Locator, Page, expect

from parta.foundation import sql
from parta.journal.actions.write import write
from parta.journal.models import Absence, Homework, LessonRecord, Mark, TermMark
from tests.cast import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = 8
"""Number of today's column in the cast's Russian journal."""
Open = Callable[..., Page]


@pytest.fixture
def open_as(cast: World, browser_here: Browser, live_server: Any, client_of: Any) -> Iterator[Open]:
    """`open_as(cast.teacher, journal)`: the page of a journal, drawn and ready; errors of scripts fail the test."""
    faults: list[str] = []

    def open_page(
        person: Any, journal: Any, query: str = "", *, width: int = 1440, height: int = 900, touch: bool = False,
        script: bool = True,
    ) -> Page:  # fmt: skip
        context = browser_here.new_context(
            viewport={"width": width, "height": height},
            locale="ru-RU",
            has_touch=touch,
            java_script_enabled=script,
        )
        key = client_of(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(f"{fault}: {fault.stack}"))
        page.goto(f"{live_server.url}/journals/{journal.id}/{query}")
        if script:
            expect(page.locator("td.cur")).to_have_count(1)
        return page

    yield open_page
    assert not faults, faults


def cell(page: Page, student: Any, column: int = TODAY) -> Locator:
    return page.locator(f'tr[data-s="{student.id}"] td.m').nth(column)


def saved(page: Page) -> None:
    expect(page.locator("#save")).to_have_attribute("data-s", "saved")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def current(page: Page) -> tuple[str, int]:
    """Surname and number of the column one stands in; -1: the mark of the period."""
    where = page.evaluate(
        "(() => { const td = document.activeElement, row = td.closest('tr');"
        " return [row.cells[1].textContent, td.classList.contains('e3') ? -1 : td.cellIndex - 2]; })()"
    )
    return where[0].split()[0], where[1]


def value_of(student: Any, lesson: Any) -> str:
    rows = Mark.objects.filter(student=student, assessment__lesson=lesson).order_by("part")
    return "/".join(row.value for row in rows if row.value)


def elsewhere(client_of: Any, cast: World, **change: Any) -> None:
    """The same teacher writes from another tab."""
    answer = client_of(cast.teacher).post(
        f"/journals/{cast.russian.id}/write",
        {
            "operation": str(uuid.uuid4()),
            "changes": [
                change if "fact" in change else {"fact": "mark", "assessment": None, "work": "oral", **change}
            ],
        },
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content.decode()


def test_moving_by_keys(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    assert current(page) == ("Абдурахманова", TODAY)
    moves = [
        ("ArrowDown", ("Авдеев", TODAY)),
        ("ArrowRight", ("Авдеев", TODAY + 1)),
        ("ArrowLeft", ("Авдеев", TODAY)),
        ("Enter", ("Асанов", TODAY)),
        ("Shift+Enter", ("Авдеев", TODAY)),
        ("ArrowUp", ("Абдурахманова", TODAY)),
        ("PageDown", ("Сафина", TODAY)),
        ("PageUp", ("Абдурахманова", TODAY)),
        ("Home", ("Абдурахманова", 0)),
        ("End", ("Абдурахманова", 17)),
        ("ArrowRight", ("Абдурахманова", -1)),
        ("ArrowRight", ("Абдурахманова", -1)),
        ("Control+Home", ("Абдурахманова", TODAY)),
    ]
    for key, expected in moves:
        page.keyboard.press(key)
        assert current(page) == expected, key
    assert page.locator("[role=grid] [tabindex='0']").count() == 1
    assert page.locator("[role=grid][aria-readonly]").count() == 0
    expect(cell(page, cast.students[0], 0)).to_have_attribute("aria-readonly", "true")
    assert cell(page, cast.students[0]).get_attribute("aria-readonly") is None
    expect(page.locator("#who")).to_have_text("Абдурахманова Гульзада · 14\u00a0октября, устный ответ")
    page.keyboard.press("F6")
    expect(page.locator("#topic")).to_be_focused()
    page.keyboard.press("F6")
    assert current(page) == ("Абдурахманова", TODAY)
    page.keyboard.press("?")
    expect(page.locator(".pop--help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pop--help")).to_be_hidden()
    page.keyboard.press("Tab")
    assert not page.evaluate("!!document.activeElement.closest('[role=grid]')")


def test_marks_absences_and_totals_as_they_are_typed(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    avdeev, asanov, grigoryan, student = cast.students[1:5]
    press(page, "ArrowDown", "4", "Enter", "5", "/", "4", "Enter", "y", "Enter", "2", "Enter")
    saved(page)
    expect(cell(page, avdeev)).to_have_text("4")
    expect(cell(page, asanov)).to_have_class(re.compile(r"\bdbl\b"))
    expect(cell(page, grigoryan)).to_have_class(re.compile(r"\babs\b"))
    expect(cell(page, student)).to_have_class(re.compile(r"\blow\b"))
    assert value_of(avdeev, cast.lesson) == "4" and value_of(asanov, cast.lesson) == "5/4"
    assert Absence.objects.get(lesson=cast.lesson, student=grigoryan).symbol.lower() == "н"
    expect(page.locator(f'tr[data-s="{avdeev.id}"] .e2')).to_have_text("3,67")
    expect(page.locator(f'tr[data-s="{avdeev.id}"] .e3.pen')).to_have_text("4")
    expect(page.locator(f'tr[data-s="{grigoryan.id}"] .e1')).to_have_text("1")
    expect(page.locator("#now .facts b")).to_have_text(["11", "1", "0", "3"])
    # Russian letters by the key they lie on, whatever the layout writes
    cell(page, cast.named("Зайцев")).click()
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Н', code: 'KeyY', bubbles: true, cancelable: true}))"
    )
    expect(cell(page, cast.named("Зайцев"))).to_have_class(re.compile(r"\babs\b"))
    saved(page)
    page.reload()
    expect(cell(page, asanov)).to_have_text("5/4")
    expect(cell(page, grigoryan)).to_have_text(re.compile("[нН]"))


def test_delete_annuls_and_control_z_takes_back_as_entries_of_the_log(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    first = cast.students[0]
    press(page, "5", "ArrowDown")
    saved(page)
    press(page, "ArrowUp", "Delete")
    expect(cell(page, first)).to_have_text("")
    saved(page)
    press(page, "Control+z")
    expect(cell(page, first)).to_have_text("5")
    saved(page)
    press(page, "Control+z")
    expect(cell(page, first)).to_have_text("")
    saved(page)
    log = sql.read(
        "SELECT verb, data FROM foundation_logentry WHERE student_id = %s AND lesson_id = %s ORDER BY seq",
        (first.id, cast.lesson.id),
    )
    assert [verb for verb, _ in log][:3] == ["mark_recorded", "mark_annulled", "mark_recorded"]
    assert [bool(json.loads(data).get("undo")) for _, data in log][:3] == [False, False, True]
    assert value_of(first, cast.lesson) == ""


def test_a_refused_cell_says_the_clause_and_how_to_ask(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    first = cast.students[0]
    press(page, "Home", "5", "Enter", "ArrowUp")
    place = cell(page, first, 0)
    expect(place).to_have_class(re.compile(r"\bno\b"))
    pop = page.get_by_role("alertdialog")
    expect(pop).to_contain_text("п.")
    expect(pop.get_by_role("heading")).to_contain_text("не сохранена")
    assert current(page) == ("Абдурахманова", 0)  # the focus stays
    assert not Mark.objects.filter(student=first).exists()
    page.keyboard.press("Tab")
    expect(pop.get_by_role("button", name="Попросить согласие")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Зачем нужно исправление").fill("Работа принята 5 октября, не внесена по болезни")
    page.get_by_role("button", name="Отправить").click()
    expect(page.locator("#save")).to_contain_text("Просьба отправлена")
    expect(place).to_have_text("")
    assert cast.russian.permits.get().wanted == "5"
    press(page, "4", "Enter")
    expect(place).to_have_class(re.compile(r"\bno\b"))
    expect(page.locator("#save")).to_have_text("1\u00a0запись не сохранена")
    press(page, "ArrowUp", "Escape", "Escape")
    expect(place).to_have_text("")


def test_a_conflict_shows_both_values_and_a_person_chooses(
    cast: World, open_as: Open, client_of: Any
) -> None:
    page = open_as(cast.teacher, cast.russian)
    first, second = cast.students[:2]
    for student in (first, second):
        elsewhere(client_of, cast, lesson=cast.lesson.id, student=student.id, value="3", seen=0)
    press(page, "5", "Enter", "ArrowUp")
    pop = page.get_by_role("alertdialog")
    expect(pop.locator(".versus .mk")).to_have_text(["5", "3"])
    expect(pop).to_contain_text("Соколова")
    assert value_of(first, cast.lesson) == "3"
    pop.get_by_role("button", name="Записать моё").click()
    saved(page)
    assert value_of(first, cast.lesson) == "5"
    press(page, "ArrowDown", "4", "Enter", "ArrowUp")
    pop.get_by_role("button", name="Оставить как в журнале").click()
    expect(cell(page, second)).to_have_text("3")
    assert value_of(second, cast.lesson) == "3"


def test_without_network_cells_wait_and_go_in_order_with_the_same_operation(
    cast: World, open_as: Open
) -> None:
    page = open_as(cast.teacher, cast.russian)
    first, second, third = cast.students[:3]
    sent: list[str] = []
    page.on(
        "request",
        lambda request: (
            sent.append(json.loads(request.post_data or "{}")["operation"])
            if request.url.endswith("/write")
            else None
        ),
    )
    page.context.set_offline(True)
    press(page, "5", "Enter", "4", "Enter", "3", "Enter")
    expect(page.locator("#save")).to_have_text("Нет связи: 3\u00a0изменения ждут отправки")
    for student in (first, second, third):
        expect(cell(page, student)).to_have_class(re.compile(r"\boff\b"))
    assert not Mark.objects.filter(assessment__lesson=cast.lesson).exists()
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert [value_of(s, cast.lesson) for s in (first, second, third)] == ["5", "4", "3"]
    assert len(set(sent)) == 3 and sent[0] in sent[1:2]
    order = sql.read(
        "SELECT student_id FROM foundation_logentry WHERE lesson_id = %s ORDER BY seq", (cast.lesson.id,)
    )
    assert [row[0] for row in order] == [first.id, second.id, third.id]


def test_one_who_was_signed_out_signs_in_beside_and_nothing_typed_is_lost(
    cast: World, open_as: Open, client_of: Any
) -> None:
    """Signed in anew the browser has another session and another token; the page that waits has the old one."""
    page = open_as(cast.teacher, cast.russian)
    first, second, third = cast.students[:3]
    press(page, "5")
    saved(page)
    expect(cell(page, first)).to_have_attribute("aria-label", "5")  # one still stands there
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    press(page, "ArrowDown", "4", "ArrowDown", "3", "ArrowUp", "ArrowDown")
    expect(page.locator("#save")).to_contain_text("Вы вышли: 2")
    expect(cell(page, third)).to_have_attribute("aria-label", "3, ждёт отправки")
    press(page, "Control+z")  # what was typed last, not what was saved last
    expect(cell(page, third)).to_have_text("")
    url = page.evaluate("location.origin")
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": url}
            for name, value in (
                (
                    settings.SESSION_COOKIE_NAME,
                    client_of(cast.teacher).cookies[settings.SESSION_COOKIE_NAME].value,
                ),
                (settings.CSRF_COOKIE_NAME, "a" * 32),
            )
        ]
    )
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert [value_of(student, cast.lesson) for student in (first, second, third)] == ["5", "4", ""]


def test_an_answer_lost_on_the_way_counts_once(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    first = cast.students[0]
    lost: list[int] = []

    def lose(route: Any) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)  # the server has written; the page never hears of it
        return route.abort()

    page.route("**/write", lose)
    press(page, "5", "Enter")
    expect(page.locator("#save")).to_have_attribute("data-s", "offline")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert lost == [200]
    entries = sql.read("SELECT verb FROM foundation_logentry WHERE lesson_id = %s", (cast.lesson.id,))
    assert entries == [("mark_recorded",)]
    press(page, "ArrowUp", "Delete")
    saved(page)
    assert value_of(first, cast.lesson) == ""


def paste(page: Page, text: str) -> None:
    page.evaluate(
        "text => { const data = new DataTransfer(); data.setData('text/plain', text);"
        " document.activeElement.dispatchEvent("
        "new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }",
        text,
    )


def test_a_column_is_pasted_after_a_preview(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    paste(page, "5,00\n4.0\n\n7\n3\r\nн\n")  # numbers as a spreadsheet may write them
    dialog = page.locator("#paste")
    expect(dialog).to_contain_text("Встанет: 4\u00a0значения")
    expect(dialog).to_contain_text("Не подойдут: 1")
    expect(dialog.locator("tbody tr").nth(2)).to_contain_text("такого знака нет")
    assert not Mark.objects.filter(assessment__lesson=cast.lesson).exists()
    dialog.get_by_role("button", name="Вставить: 4").click()
    saved(page)
    assert [value_of(s, cast.lesson) for s in cast.students[:5]] == ["5", "4", "", "", "3"]
    assert Absence.objects.filter(lesson=cast.lesson, student=cast.students[5]).exists()
    operations = sql.read(
        "SELECT DISTINCT operation_id FROM foundation_logentry WHERE lesson_id = %s", (cast.lesson.id,)
    )
    assert len(operations) == 1


def test_a_pasted_table_with_names_finds_its_students(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    paste(page, "Сафина Диляра\t5\nЗайцев\t4\nИванов\t3\nКузнецов\t2\n")
    dialog = page.locator("#paste")
    expect(dialog).to_contain_text("Ученики найдены по фамилиям")
    expect(dialog).to_contain_text("Иванов: однофамильцы")
    expect(dialog).to_contain_text("Кузнецов: нет в списке")
    dialog.get_by_role("button", name="Вставить: 2").click()
    saved(page)
    assert value_of(cast.student, cast.lesson) == "5" and value_of(cast.named("Зайцев"), cast.lesson) == "4"


def test_history_and_note_of_a_cell(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    first = cast.students[0]
    press(page, "5", "Enter", "ArrowUp")
    saved(page)
    page.keyboard.press("Shift+F2")
    pop = page.locator("#pop")
    expect(pop.locator(".hist li")).to_have_count(1)
    expect(pop).to_contain_text("Соколова")
    pop.get_by_label("Заметка к отметке").fill("Пересказ близко к тексту")
    page.keyboard.press("Enter")
    expect(cell(page, first)).to_have_class(re.compile(r"\bcmt\b"))
    saved(page)
    assert Mark.objects.get(student=first).comment == "Пересказ близко к тексту"


def test_the_mark_of_the_period_is_set_in_its_column(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    press(page, "End", "ArrowRight")
    final = page.locator(f'tr[data-s="{cast.student.id}"] .e3')
    expect(final).to_have_class(re.compile(r"\bpen\b"))
    press(page, "4", "Enter")
    expect(page.locator("#save")).to_have_attribute("data-s", re.compile("saved|refused"))
    stored = TermMark.objects.filter(student=cast.student, value="4").exists()
    assert stored == (page.locator("#save").get_attribute("data-s") == "saved")
    expect(final).to_have_text("4")


def test_topic_and_homework_are_saved_where_the_lesson_is_opened(
    cast: World, open_as: Open, client_of: Any
) -> None:
    page = open_as(cast.teacher, cast.russian)
    page.get_by_role("button", name="По плану").click()
    saved(page)
    record = LessonRecord.objects.get(lesson=cast.lesson)
    assert record.topic == "Источники фразеологизмов" and record.planned_topic == cast.topics[8]
    assert record.conducted_at is not None
    expect(page.locator("#homework")).to_have_value(cast.topics[8].homework)
    page.locator("#homework").fill("§ 29, упр. 184; подобрать пять фразеологизмов")
    page.locator("#minutes").fill("25")
    page.locator("#minutes").blur()
    saved(page)
    given = Homework.objects.get(lesson=cast.lesson, student=None)
    assert given.text.startswith("§ 29") and given.minutes == 25
    assert given.due_lesson == cast.lesson_on("russian", date(2026, 10, 15))
    # somebody else was faster: both texts stay in sight, a person chooses
    elsewhere(
        client_of,
        cast,
        fact="topic",
        lesson=cast.lesson.id,
        topic="Наречие",
        planned=None,
        seen=record.version,
    )
    page.locator("#topic").fill("Причастие")
    page.locator("#topic").blur()
    expect(page.locator("#topic-e")).to_contain_text("В журнале уже другое: «Наречие» (")
    expect(page.locator("#topic")).to_have_value("Причастие")
    page.get_by_role("button", name="Записать моё").click()
    saved(page)
    assert LessonRecord.objects.get(lesson=cast.lesson).topic == "Причастие"
    page.locator("a.les", has_text="Анализ контрольной").click()
    expect(page.locator("#now h2")).to_have_text("Вторник, 13\u00a0октября")
    expect(page.locator("#topic")).to_have_value("Анализ контрольной работы. Фразеологизмы")


def test_words_still_in_a_field_outlive_the_page(
    cast: World, open_as: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What leaves with the page is lost on the way: the next page sends it again, in order, before it is used."""
    given: list[str] = []

    def lose_first(*args: Any, operation_id: str, **more: Any) -> Any:
        given.append(operation_id)
        if len(given) == 1:
            raise OperationalError("the network is gone as the page goes")
        return write(*args, operation_id=operation_id, **more)

    page = open_as(cast.teacher, cast.russian)
    monkeypatch.setattr("parta.journal.pages.write.write", lose_first)
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#homework").fill("§ 29")
    page.locator("#topic").fill(cast.topics[8].text)
    page.locator("#topic").press("End")
    page.reload()  # the topic was never left
    expect(page.locator("#topic")).to_have_value(cast.topics[8].text)
    expect(page.locator("#homework")).to_have_value("§ 29")
    expect(page.locator(".strip--foot")).to_have_count(0)
    assert page.evaluate("sessionStorage.length") == 0
    assert LessonRecord.objects.get(lesson=cast.lesson).topic == cast.topics[8].text
    assert given[0] in given[1:] and len(set(given)) == 2


def test_a_closed_column_says_so_in_words(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian)
    page.locator("td.m.lk").first.click()
    expect(page.locator("#save")).to_contain_text("закрыт")
    expect(page.locator("#save")).to_contain_text("п.")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Control+Home")
    expect(page.locator("#keys")).to_be_visible()


def test_a_reader_types_nothing(cast: World, open_as: Open) -> None:
    page = open_as(cast.deputy, cast.russian)
    press(page, "5", "Enter")
    expect(page.locator("#save")).to_have_text("")
    page.wait_for_timeout(800)
    assert not Mark.objects.filter(assessment__lesson=cast.lesson).exists()
    page.keyboard.press("Shift+F2")
    expect(page.locator("#pop")).to_be_visible()


def test_the_class_teacher_gives_the_reason_of_an_absence(cast: World, open_as: Open) -> None:
    page = open_as(cast.class_teacher, cast.russian)
    away = cast.named("Магомедов")
    cell(page, away, 6).click()
    letters = page.evaluate("JSON.parse(document.getElementById('grid-data').textContent).absences")
    mine = next(letter for letter in letters if letter[3] and letter[1] == "excused")
    page.keyboard.press(next(key for key in mine[4] if key.isascii()))
    saved(page)
    assert Absence.objects.get(student=away, lesson__date=date(2026, 10, 12)).meaning == "excused"


def test_a_finger_opens_the_keypad(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian, width=390, height=844, touch=True)
    first = cast.students[0]
    place = cell(page, first)
    place.tap()
    place.tap()
    page.locator("#pop .keypop").get_by_role("button", name="5", exact=True).click()
    saved(page)
    assert value_of(first, cast.lesson) == "5"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (720, 450), (1440, 900)])
def test_names_and_head_stay_in_view(cast: World, open_as: Open, width: int, height: int) -> None:
    page = open_as(cast.teacher, cast.russian, width=width, height=height)
    name = page.locator("tbody th.s").first
    before = name.bounding_box()
    page.locator(".gridwrap").evaluate("wrap => { wrap.scrollLeft = 400; }")
    after = name.bounding_box()
    assert before is not None and after is not None and before["x"] == after["x"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_reads_without_a_script(cast: World, open_as: Open) -> None:
    page = open_as(cast.teacher, cast.russian, script=False)
    expect(cell(page, cast.student, 4)).to_have_text("5/4")
    assert page.locator("a.les").first.get_attribute("href", timeout=1000) == f"/lessons/{page_first(cast)}/"
    assert "нужен JavaScript" in page.content()


def page_first(cast: World) -> int:
    return int(cast.lessons["russian"][0].id)
