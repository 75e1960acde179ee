"""A guardian's way on a phone, from the paper slip to the acknowledged week; the pupil's evening; two schools.

Walked in a real browser at 390 px, as people do it: by what is written on links and buttons. On each page nothing
scrolls sideways, no script fails and axe finds nothing; what was done is then seen by those it was done for.
"""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from parta.diary.models import AbsenceNotice, Acknowledgement
from parta.people.models import Person
from tests.cast import TODAY, World
from tests.journeys.steps import GYMNASIUM, IPATOVO, mark, presets, saved, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECRET = "мел доска парта звонок"
RULES = {"resultTypes": ["violations"], "elementRef": False}


class Phone:
    """A telephone: what it shows is looked at each time."""

    def __init__(self, browser: Browser, home: str, width: int = 390) -> None:
        screen = {"width": width, "height": 844}
        self.context = browser.new_context(viewport=screen, locale="ru-RU", has_touch=True)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.home = home
        self.faults: list[str] = []
        self.page.on("pageerror", lambda fault: self.faults.append(f"{self.page.url}: script: {fault}"))

    def signed_in(self, client: Any) -> "Phone":
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.home}])
        return self

    def open(self, path: str) -> None:
        answer = self.page.goto(self.home + path)
        assert answer is not None and answer.status == 200, f"{path}: {answer and answer.status}"
        self.look()

    def tap(self, role: Any, name: str | re.Pattern[str], *, first: bool = False) -> None:
        found = self.page.get_by_role(role, name=name, exact=isinstance(name, str))
        (found.first if first else found).click()
        self.page.wait_for_load_state("networkidle")
        self.look()

    def look(self) -> None:
        page, here = self.page, self.page.url.removeprefix(self.home)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{here}: scrolls sideways")
        page.evaluate(Axe().axe_script)
        for one in page.evaluate(f"axe.run({json.dumps(RULES)}).then((found) => found.violations)"):
            self.faults.append(f"{here}: {one['id']}: {one['nodes'][0]['html'][:160]}")

    def sees(self, *words: str) -> None:
        for one in words:
            expect(self.page.get_by_text(one).first).to_be_visible()


def slip(client: Any, homeroom: int, person: Person) -> tuple[str, str]:
    """The class teacher prints a code for a guardian: code and login as they stand on the paper."""
    answer = client.post(
        f"/rosters/{homeroom}/access/", {"act": "issue", "person": str(person.pk), "again": "1"}, follow=True
    )
    words = answer.content.decode()
    code = re.search(r"[A-Z0-9]{4}(?:-[A-Z0-9]{4}){2}", words)
    assert "setup__tabs" not in words, "the class teacher has no set-up to go to"
    assert code is not None and ".." not in re.sub(r"<[^>]*>", "", words[words.index("slips") :]), words
    return code.group(), str(person.user.login)  # type: ignore[union-attr]


def test_from_the_paper_slip_to_the_acknowledged_week(
    cast: World, client_of: Any, chromium: Browser, live_server: Any
) -> None:
    class_teacher = client_of(cast.class_teacher)
    code, login = slip(class_teacher, cast.homeroom.pk, cast.guardian)
    phone = Phone(chromium, live_server.url)
    page = phone.page

    # The slip: a code typed as people type it, wrong at first; then a password, too short at first.
    phone.open("/activate/")
    page.get_by_label("Код активации").fill("AAAA-BBBB-2222")
    phone.tap("button", "Дальше")
    phone.sees("Этот код не подходит")
    page.get_by_label("Код активации").fill(code.lower().replace("-", " "))
    phone.tap("button", "Дальше")
    phone.sees("Задайте пароль", login)
    for secret in ("коротко", SECRET):
        page.get_by_label("Пароль", exact=True).fill(secret)
        page.get_by_label("Пароль ещё раз", exact=True).fill(secret)
        phone.tap("button", "Сохранить и войти")
        if secret != SECRET:
            phone.sees("слишком короткий")

    # The week: both children by name, the day strip, what is new.
    expect(page).to_have_url(re.compile(r"/diary/"))
    phone.sees("Диляра", "Тимур", "Русский язык", "Сегодня, среда")
    page.get_by_role("link", name=re.compile("Диляра")).click()
    page.wait_for_load_state("networkidle")
    diary = page.url
    assert str(cast.student.pk) in diary

    # A mark, and why its average is what it is.
    phone.tap("link", "Отметки", first=True)
    phone.tap("link", "Русский язык")
    page.get_by_text("Как она посчитана").click()
    phone.sees("Округление")
    phone.look()

    # A planned absence begins on the next day of school.
    phone.tap("link", "Пропуски", first=True)
    assert page.get_by_label("С какого дня").input_value() == (TODAY + timedelta(days=1)).isoformat()
    page.get_by_label("Несколько слов").fill("Приём у врача, справка будет")
    phone.tap("button", "Сообщить")
    phone.sees("Сообщение отправлено", "ждёт решения")
    notice = AbsenceNotice.objects.get(student=cast.student)
    assert notice.starts == TODAY + timedelta(days=1) and notice.told_by_id == cast.guardian.pk

    # A message to the class teacher, from the list of teachers.
    phone.tap("link", "Класс", first=True)
    phone.tap("link", re.compile("Написать: Исаков"))
    page.locator("#n-subject").fill("О поездке")
    page.locator("textarea").first.fill("Здравствуйте! Диляра вернётся в пятницу.")
    phone.tap("button", "Отправить")
    phone.sees("Диляра вернётся в пятницу")

    # Letters: about what and when.
    phone.open("/notices/")
    group = page.get_by_role("group", name=re.compile("Новая отметка"))
    group.get_by_label("Не присылать").check()
    phone.tap("button", re.compile("Сохранить"))
    assert cast.guardian.pk in _choosing("off")

    # The week is acknowledged, and the answer is on the screen at once.
    page.goto(diary)
    phone.tap("button", "Подтверждаю")
    expect(page.get_by_text("Ознакомлены: Сафина Г. Р.")).to_be_in_viewport()
    assert Acknowledgement.objects.get(student=cast.student).guardian_id == cast.guardian.pk
    assert not phone.faults, "\n".join(phone.faults)

    # What the class teacher has of it, on a phone of his own.
    desk = Phone(chromium, live_server.url).signed_in(class_teacher)
    desk.open("/families/absences/")
    desk.sees("Сафина Диляра", "Приём у врача, справка будет")
    desk.tap("button", re.compile("^Принять"), first=True)
    desk.open("/families/")
    desk.sees("Сафина Г. Р., в дневнике")
    desk.open("/messages/")
    desk.sees("О поездке")
    assert not desk.faults, "\n".join(desk.faults)


@presets((IPATOVO, "IP-1.4.7"), (GYMNASIUM, "GT-I-3.6i"))
def test_a_parent_writes_to_a_deputy_and_is_answered_on_a_screen_of_360(
    cast: World, client_of: Any, chromium: Browser, live_server: Any
) -> None:
    """One thread, both sides on a narrow phone; each page of messages fits it and axe finds nothing."""
    asks, answers = "Можно ли прийти в субботу?", "Да, в десять."
    family = Phone(chromium, live_server.url, 360).signed_in(client_of(cast.guardian))
    family.open(f"/messages/new/?student={cast.student.pk}")
    family.page.get_by_label(re.compile(f"{cast.deputy.surname} {cast.deputy.given_name}")).check()
    family.page.locator("#n-subject").fill("О субботе")
    family.page.locator("textarea").first.fill(asks)
    family.tap("button", "Отправить")
    family.sees(asks)
    thread = family.page.url.split("#")[0].removeprefix(live_server.url)
    office = Phone(chromium, live_server.url, 360).signed_in(client_of(cast.deputy))
    office.open("/messages/")
    office.tap("link", re.compile("О субботе"))
    office.sees(asks)
    assert office.page.url.split("#")[0].endswith(thread)
    office.page.locator("textarea").first.fill(answers)
    office.tap("button", re.compile("Ответить|Отправить"), first=True)
    office.sees(answers)
    family.open("/messages/")
    family.tap("link", re.compile("О субботе"))
    family.sees(asks, answers)
    assert family.page.url.split("#")[0].endswith(thread), "one thread"
    family.open("/messages/rules/")
    assert not family.faults + office.faults, "\n".join(family.faults + office.faults)


def _choosing(way: str) -> set[int]:
    from parta.communication.models import NoticeChoice

    return set(NoticeChoice.objects.filter(way=way).values_list("person_id", flat=True))


def test_the_pupil_and_a_guardian_of_two_schools(
    cast: World, client_of: Any, chromium: Browser, live_server: Any
) -> None:
    saved(send(client_of(cast.teacher), cast.russian, mark(cast.lesson, cast.student, "5")))
    pupil = Phone(chromium, live_server.url).signed_in(client_of(cast.student))
    pupil.open("/")
    pupil.sees("Отметка: 5 (русский язык)")
    expect(pupil.page.get_by_role("button", name="Подтверждаю")).to_have_count(0)
    pupil.tap("link", "Задания", first=True)
    pupil.tap("button", re.compile("^Сделано: "), first=True)
    pupil.sees("из")
    pupil.tap("link", "Отметки", first=True)
    pupil.tap("link", "Русский язык")
    pupil.tap("link", "Пропуски", first=True)
    pupil.sees("О планируемом отсутствии сообщает родитель")
    pupil.tap("link", "Класс", first=True)
    assert not pupil.faults, "\n".join(pupil.faults)

    # One account, two schools: a child in each of two classes here, and two in the other school.
    there = cast.outside
    assert there is not None
    Person.objects.filter(pk=there.guardian.pk).update(user=cast.guardian.user)
    family = Phone(chromium, live_server.url).signed_in(client_of(cast.guardian))
    page = family.page
    family.open("/diary/")
    for name, child in (("Диляра", cast.student), ("Тимур", cast.brother)):
        page.get_by_role("link", name=re.compile(name)).click()
        page.wait_for_load_state("networkidle")
        family.look()
        assert str(child.pk) in page.url
    family.open(f"/diary/{cast.brother.pk}/?view=marks")
    page.locator("header summary").last.click()
    page.locator("[aria-label='Школа'] button:not([aria-current])").click()
    page.wait_for_load_state("networkidle")
    family.open("/diary/")
    hrefs = page.eval_on_selector_all(".kid", "all => all.map((one) => one.getAttribute('href')).join()")
    assert str(there.student.pk) in hrefs and f"/{cast.student.pk}/" not in hrefs, hrefs
    assert page.request.get(f"{live_server.url}/diary/{cast.student.pk}/").status == 404, "not in this school"
    assert not family.faults, "\n".join(family.faults)
