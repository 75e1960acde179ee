"""Three languages: the catalogs hold exactly what the tree says, and the pages of families speak nothing else."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from django.apps import apps
from django.db import models
from django.template import engines
from django.test import Client
from django.urls import reverse

from parta.foundation import language
from parta.foundation.access import TABLE
from parta.foundation.wording import messages, turned
from parta.people.models import User
from tests.cast import World, client_of, statements
from tests.contracts.matrix import LINES
from tests.contracts.test_layout import ROOT
from tests.contracts.test_matrix import _value, answers
from tests.contracts.test_views import views
from tools import catalogs

OTHERS = [code for code in language.LANGUAGES if code != language.RUSSIAN]
RUSSIAN = re.compile("[А-Яа-яЁё]")
PLACE = re.compile(r"\{[^{}]*\}")
TEMPLATES = sorted((ROOT / "parta").glob("*/templates/**/*.*"))


@pytest.fixture(scope="module")
def tree() -> dict[str, catalogs.Entry]:
    return catalogs.everything()


def words_of(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


# --- catalogs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalog_holds_exactly_the_messages_of_the_tree(
    code: str, tree: dict[str, catalogs.Entry]
) -> None:
    kept = polib.pofile(str(catalogs.path_of(code)))
    known = {one.msgid: one.msgid_plural for one in kept if not one.obsolete}
    found = {text: entry.many for text, entry in tree.items()}
    assert not found.keys() - known.keys(), "no translation: run `make words` and fill the empty ones"
    assert not known.keys() - found.keys(), "nobody says this any more: run `make words`"
    assert known == found, "a counted word has other forms now"
    assert not [one.msgid for one in kept if one.fuzzy or not all(words_of(one))], "fuzzy or empty"


@pytest.mark.parametrize("code", OTHERS)
def test_translations_keep_their_places_and_bring_no_markup(code: str) -> None:
    wrong = []
    for one in polib.pofile(str(catalogs.path_of(code))):
        for said in words_of(one):
            if sorted(set(PLACE.findall(said))) != sorted(set(PLACE.findall(one.msgid))):
                wrong.append(f"places: {one.msgid} → {said}")
            if re.search(r"[<>]|\{\{|\{%|\\", said):
                wrong.append(f"markup: {one.msgid} → {said}")
            if (one.msgid[:1] in ".,;: ") != (said[:1] in ".,;: ") or said != said.strip(" \t\n"):
                wrong.append(f"edges: {one.msgid} → {said}")
            if code == "en" and RUSSIAN.search(said):
                wrong.append(f"Russian letters: {said}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("code", OTHERS)
def test_the_compiled_catalog_is_the_one_that_is_read(code: str) -> None:
    path = catalogs.path_of(code)
    written, compiled = polib.pofile(str(path)), polib.mofile(str(path.with_suffix(".mo")))

    def told(entries: Any) -> dict[str, Any]:
        return {one.msgid: (one.msgstr, one.msgid_plural, one.msgstr_plural) for one in entries}

    assert told(compiled) == told(written), "run `make words`"
    assert compiled.metadata["Plural-Forms"] == catalogs.PLURALS[code]


def test_every_module_that_speaks_is_read_for_the_catalogs() -> None:
    """A module that says or notes words and is not in `pages.txt` would stay Russian in silence."""
    listed, speakers = set(language.files()), set()
    for path in (ROOT / "parta").rglob("*.py"):
        name = str(path.relative_to(ROOT / "parta"))
        if "/tests/" in name or name == "foundation/language.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            is_ours = isinstance(node, ast.ImportFrom) and node.module == "parta.foundation.language"
            taken = {one.name for one in node.names} if is_ours else set()  # type: ignore[attr-defined]
            if taken & {"say", "say_in", "noted", "forms", "titles"}:
                speakers.add(name)
    assert not speakers - listed
    assert all((ROOT / "parta" / name).exists() for name in listed)


# --- templates in another language ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_turned_into_itself_is_the_same(path: Path) -> None:
    source = path.read_text()
    same = turned(source, lambda text: text, is_plain=path.suffix == ".txt")
    assert same.replace("\n", " ").split() == source.replace("\n", " ").split()


def test_a_translation_stands_safely_wherever_its_text_stood() -> None:
    said = {"Имя": 'Child\'s "name" <b>', "Нет": "Child's", "Урок {on}": "On {on}, lesson"}
    source = (
        """<p title="Имя">{{ f('Имя') }}{% if x == 'Имя' %}Имя{% endif %} {{ a or "Нет" }}</p>"""
        "<i>Урок {{ on|d }}</i>"
    )
    assert turned(source, lambda text: said.get(text, text)) == (
        """<p title="Child's &quot;name&quot; <b>">{{ f('Child\\'s "name" <b>') }}{% if x == 'Имя' %}"""
        """Child's "name" &lt;b>{% endif %} {{ a or "Child's" }}</p><i>On {{ on|d }}, lesson</i>"""
    )
    assert [
        one.text for one in messages("{{ 2|plural('час', 'часа', 'часов') }}{{ w|replace(' работа', '') }}")
    ] == ["час"]


# --- pages ------------------------------------------------------------------------------------------------------------


class Marking:
    """A catalog that shows what it was asked for and knows: what stands on a page unmarked has no translation."""

    def __init__(self, known: set[str]) -> None:
        self.known = known

    def gettext(self, text: str) -> str:
        return f"⟦{text}⟧" if text in self.known else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one) if one in self.known else (one if count == 1 else many)


class Texts(HTMLParser):
    """Texts and spoken attributes of a page, but for what is marked as Russian (`lang="ru"`)."""

    spoken = frozenset({"aria-label", "title", "placeholder", "alt"})
    void = frozenset("area base br col embed hr img input link meta source track wbr".split())

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []

    @property
    def is_shut(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shut = (
            self.is_shut or tag in ("script", "style") or ("lang", "ru") in attrs or ("lang", "ky") in attrs
        )
        if not shut:
            self.found += [value for name, value in attrs if name in self.spoken and value]
        if tag not in self.void:
            self.open.append((tag, shut))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing is spoken in an SVG."""

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.is_shut:
            self.found.append(data)


DATA = "organisation people plans timetable journal communication diary".split()
UNSAID = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile("[А-Яа-яЁё-]+")


def unsaid(html: str) -> set[str]:
    """Words in Russian letters on a page that came through no catalog."""
    page = Texts()
    page.feed(html)
    words: set[str] = set()
    for text in page.found:
        while UNSAID.search(text):
            text = UNSAID.sub("", text)
        words.update(word.lower() for word in WORD.findall(text) if RUSSIAN.search(word))
    return words


def typed() -> set[str]:
    """Words that people of the school wrote: names, subjects, topics, kinds of work."""
    words: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label not in DATA or model.__name__ in ("AccountNotice", "Notice", "Mail"):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField) and not field.choices:
                for text in model._default_manager.values_list(field.name, flat=True).distinct():
                    words.update(word.lower() for word in WORD.findall(text or ""))
    return words


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch, tree: dict[str, catalogs.Entry]) -> Iterator[Any]:
    """English is what the tree says, in brackets; templates are compiled anew."""
    catalog = Marking(set(tree))
    monkeypatch.setattr(language, "catalog", lambda code: catalog)
    env = engines["jinja2"].others["en"].env  # type: ignore[attr-defined]
    env.cache.clear()
    yield env
    env.cache.clear()


FAMILY = ("guardian", "student", "anonymous")
NO_PAGES = frozenset({"feed", "health", "file", "message_file", "updates", "work_file", "absence_file"})


@pytest.mark.django_db
@pytest.mark.parametrize("persona", FAMILY)
def test_pages_of_families_say_nothing_that_has_no_translation(
    persona: str, cast: World, marked: Any
) -> None:
    person = getattr(cast, persona, None)
    if person is not None:
        User.objects.filter(pk=person.user_id).update(language="en")
    known = typed() | {"парта"}
    permissions = {str(pattern.name): pattern.callback.permission for _, pattern in views()}  # type: ignore[union-attr,attr-defined]
    wrong, asked = [], 0
    for name in sorted(set(LINES) - NO_PAGES):
        for line in LINES[name].values():
            query = re.sub(r"\{([^}]+)\}", lambda found: str(_value(cast, found[1])), line.query)
            url = reverse(name, kwargs=line.args(cast)) + (f"?{query}" if query else "")
            for method, spec in (("get", line.get), ("post", line.post)):
                if (
                    answers(spec, json=line.json and method == "post")[persona] not in (200, 404, 422)
                    or line.json
                ):
                    continue
                client = client_of(person)
                client.cookies["parta_language"] = "en"
                body = line.body(cast) if method == "post" and line.body else {}
                answer = getattr(client, method)(url, body if method == "post" else None)
                if "html" not in answer.get("Content-Type", ""):
                    continue
                html = answer.content.decode()
                asked += 1
                if TABLE[permissions[name]].in_russian:
                    assert '<html lang="ru">' in html, url
                    continue
                assert '<html lang="en">' in html, url
                left = {word for word in unsaid(html) - known if len(word) > 1}
                if left:  # a line of the matrix may have made its object just now
                    left -= typed()
                if left:
                    wrong.append(f"{method} {url}: {', '.join(sorted(left))}")
    assert not wrong, "\n" + "\n".join(wrong)
    assert asked > (5 if person is None else 30)
    listed = {name.partition("/templates/")[2] for name in language.files()}
    assert not {key[1] for key in marked.cache} - listed, "families see these: put them into pages.txt"


@pytest.mark.django_db
def test_an_account_chooses_its_language_and_keeps_it(cast: World) -> None:
    client = client_of(cast.guardian)
    page = client.get("/diary/").content.decode()
    assert '<html lang="ru">' in page and "Средние отметки" in page
    came = client.post(
        "/language/", {"language": "ky"}, headers={"referer": "http://testserver/diary/?week=2026-10-12"}
    )
    assert came.status_code == 302 and came["Location"] == "/diary/?week=2026-10-12"
    page = client.get("/diary/").content.decode()
    assert '<html lang="ky">' in page and "Орточо баалар" in page and "Средние отметки" not in page
    assert User.objects.get(pk=cast.guardian.user_id).language == "ky"
    assert "Орточо баалар" in client_of(cast.guardian).get("/diary/").content.decode(), (
        "in another browser too"
    )
    assert "Средние отметки" in client_of(cast.student).get("/diary/").content.decode(), "and nobody else's"


@pytest.mark.django_db
def test_who_has_not_signed_in_chooses_for_the_browser(cast: World) -> None:
    client = Client()
    client.post("/language/", {"language": "en"})
    assert "Remember on this device" in client.get("/login/").content.decode()
    assert "Запомнить на этом устройстве" in Client().get("/login/").content.decode()
    client.cookies["parta_language"] = "../../etc"
    assert '<html lang="ru">' in client.get("/login/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("referer", ["https://evil.example/diary/", "//evil.example/", ""])
def test_the_choice_leads_nowhere_else(referer: str, cast: World) -> None:
    answer = client_of(cast.guardian).post("/language/", {"language": "en"}, headers={"referer": referer})
    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_pages_of_staff_alone_are_russian_and_say_so(cast: World) -> None:
    User.objects.filter(pk=cast.class_teacher.user_id).update(language="en")
    client = client_of(cast.class_teacher)
    assert '<html lang="ru">' in client.get("/today/").content.decode()
    messages_page = client.get("/messages/").content.decode()
    assert '<html lang="en">' in messages_page and "No conversations yet" in messages_page
    for _, pattern in views():
        rule = TABLE[pattern.callback.permission]  # type: ignore[union-attr,attr-defined]
        assert (
            rule.is_of_families
            == (rule.public or rule.signed_in or bool(rule.roles & {"guardian", "student"}))
            or rule.in_russian
        )


@pytest.mark.django_db
def test_another_language_asks_the_database_nothing_more(cast: World) -> None:
    counts = {}
    for code in ("ru", "ky", "en"):
        User.objects.filter(pk=cast.guardian.user_id).update(language=code)
        client = client_of(cast.guardian)
        client.get("/diary/")
        with statements() as seen:
            client.get("/diary/")
        counts[code] = len(seen)
    assert len(set(counts.values())) == 1, counts


@pytest.mark.django_db
def test_a_thread_does_not_keep_the_language_of_the_last_answer(cast: World) -> None:
    User.objects.filter(pk=cast.guardian.user_id).update(language="en")
    client_of(cast.guardian).get("/diary/")
    assert language.now() == "ru"
    assert "Такой страницы нет" in client_of(cast.student).get("/nowhere/").content.decode()
    assert "There is no such page" in client_of(cast.guardian).get("/diary/987654/").content.decode()


@pytest.mark.django_db
def test_refusals_and_django_speak_the_language_of_the_account(cast: World) -> None:
    User.objects.filter(pk=cast.guardian.user_id).update(language="en")
    client = client_of(cast.guardian)
    past = {"act": "tell", "starts": "2026-09-01", "until": "2026-09-01", "text": "ill", "meaning": "ill"}
    refused = client.post(f"/diary/{cast.student.pk}/absences/", past)
    assert refused.status_code == 422 and "Days gone by are explained" in refused.content.decode()
    short = client.post("/password/", {"current": "x", "new": "abc", "repeat": "abc"}).content.decode()
    assert not unsaid(short) & {"пароль", "нынешний", "не"}


def catalog(code: str) -> list[str]:
    """What stands on pages in a language."""
    return [
        said
        for one in polib.pofile(str(catalogs.path_of(code)))
        for said in (one.msgstr, *one.msgstr_plural.values())
    ]


@pytest.mark.parametrize(("code", "marks"), [("en", "“”"), ("ky", "«»")])
def test_the_guide_of_families_stands_in_each_language_in_the_words_of_its_buttons(
    code: str, marks: str
) -> None:
    """As many parts, points and lines as the Russian one; what it calls a button is written on one."""
    folder = ROOT / "docs" / "user"
    name = "roditel-i-uchenik.md"
    russian, other = ((part / name).read_text(encoding="utf-8") for part in (folder, folder / code))
    for sign in ("\n## ", "\n- ", "\n| "):
        assert other.count(sign) == russian.count(sign), sign
    words = {" ".join(line.split()) for line in catalog(code)}
    named = re.findall(rf"\*\*{marks[0]}([^{marks[1]}]+){marks[1]}\*\*", other)
    assert len(named) >= 7
    assert [one for one in named if one not in words] == []
    sections = re.search(r"\*\*((?:[^*,.]+, ){4}[^*,.]+)\*\*", other)
    assert sections is not None and set(" ".join(sections[1].split()).split(", ")) <= words


@pytest.mark.django_db
def test_a_family_opens_its_guide_in_its_language_and_others_in_russian(cast: World) -> None:
    """The untranslated one has no foreign words around it; the tabs of a language lead to guides that are in it."""
    User.objects.filter(pk=cast.guardian.user_id).update(language="en")
    family = client_of(cast.guardian)
    own, other = family.get("/help/").content.decode(), family.get("/help/uchitel/").content.decode()
    assert '<html lang="en">' in own and "For parents and students" in own and "/help/uchitel/" not in own
    assert '<html lang="ru">' in other and "Учителю" in other and "Guides" not in other
