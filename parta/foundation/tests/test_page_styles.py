"""The page kit as a contract: old browsers, contrast, strict policy, and templates that render."""

import re
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from parta.foundation import pagekit
from parta.foundation.language import LANGUAGES

PARTA = Path(__file__).resolve().parents[2]
CSS = PARTA / "foundation" / "static" / "foundation" / "css"
SHEETS = sorted(PARTA.glob("*/static/**/*.css"))
SCRIPTS = sorted(PARTA.glob("*/static/**/*.js"))
TEMPLATES = sorted(PARTA.glob("*/templates/**/*.html"))

BELOW_THE_FLOOR = {
    "light-dark(": r"light-dark\(",
    "color-mix(": r"color-mix\(",
    ":has()": r":has\(",
    "@container": r"@container|container-type|container\s*:",
    "media ranges": r"\(\s*(?:width|height)\s*[<>]",
    "nesting": r"(?m)^\s*&",
    "popover": r":popover-open|\[popover",
    "@scope": r"@scope\b",
    "@starting-style": r"@starting-style",
    "text-wrap": r"text-wrap\s*:",
    "subgrid": r"\bsubgrid\b",
}
"""Absent from Chromium 109, Firefox 115 or Safari 15.6."""
NEW_SCRIPT = (
    r"\.(?:toSorted|toReversed|toSpliced|showPopover|togglePopover|isWellFormed)\("
    r"|(?:Object|Map)\.groupBy\(|Promise\.withResolvers|AbortSignal\.any\("
)


def names(path: Path) -> str:
    return str(path.relative_to(PARTA))


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("sheet", SHEETS, ids=names)
def test_styles_stay_above_the_browser_floor(sheet: Path) -> None:
    text = without_comments(sheet.read_text(encoding="utf-8"))
    assert [name for name, pattern in BELOW_THE_FLOOR.items() if re.search(pattern, text)] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=names)
def test_styles_use_known_tokens_and_own_files(sheet: Path) -> None:
    text = without_comments(sheet.read_text(encoding="utf-8"))
    known = set(re.findall(r"(--[\w-]+)\s*:", text)) | set(
        re.findall(r"(--[\w-]+)\s*:", (CSS / "tokens.css").read_text())
    )
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= known
    assert "@import" not in text
    for target in re.findall(r"url\(\s*[\"']?([^)\"']+)", text):
        assert (sheet.parent / target).is_file(), target
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("script", SCRIPTS, ids=names)
def test_scripts_stay_above_the_browser_floor(script: Path) -> None:
    assert not re.search(NEW_SCRIPT, script.read_text(encoding="utf-8"))


@pytest.mark.parametrize("template", TEMPLATES, ids=names)
def test_templates_obey_the_content_policy(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text), "inline style"
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*(?:\bsrc=|application/json))", text), "inline script"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline handler"
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text), "foreign address"


# ── tokens ──

TOKENS = without_comments((CSS / "tokens.css").read_text(encoding="utf-8"))


def block(opening: str) -> dict[str, str]:
    """The custom properties of the first rule that starts with `opening`."""
    start = TOKENS.index(opening) + len(opening)
    return {
        name: " ".join(value.split())
        for name, value in re.findall(r"(--[\w-]+):\s*([^;]+);", TOKENS[start : TOKENS.index("}", start)])
    }


LIGHT = block(":root {")
DARK = block(':root[data-theme="dark"] {')
DARK_OF_SYSTEM = block(':root:not([data-theme="light"]) {')


def test_dark_is_the_same_by_choice_and_by_system() -> None:
    assert DARK == DARK_OF_SYSTEM
    assert DARK.keys() < LIGHT.keys()


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Ratio of WCAG 2.2, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


PAPER = ("--page", "--page-2", "--page-3", "--desk")
TEXT_PAIRS = [
    *(
        ("--text", surface)
        for surface in (*PAPER, "--marker", "--marker-soft", "--red-bg", "--ok-bg", "--ink-bg")
    ),
    *(("--text-2", surface) for surface in (*PAPER, "--marker", "--red-bg", "--ok-bg", "--ink-bg")),
    *(("--text-3", surface) for surface in PAPER),
    *(("--ink", surface) for surface in (*PAPER, "--marker", "--ink-bg")),
    *(("--pencil", surface) for surface in ("--page", "--page-2", "--marker")),
    *(("--red", surface) for surface in (*PAPER, "--marker", "--red-bg")),
    *(("--amber", surface) for surface in (*PAPER, "--marker")),
    *(("--ok", surface) for surface in ("--page", "--page-2", "--ok-bg")),
    *((text, cover) for text in ("--on-cover", "--on-cover-2") for cover in ("--cover", "--cover-2")),
    ("--on-marker", "--marker-2"),
    ("--on-q2", "--q2"),
]
CONTROL_PAIRS = [
    *(("--rule-3", surface) for surface in ("--page", "--page-2")),
    *(("--focus", surface) for surface in (*PAPER, "--marker", "--ink-bg")),
    ("--on-cover-ok", "--cover"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_controls_have_contrast(theme: str) -> None:
    colours = LIGHT | (DARK if theme == "dark" else {})
    weak = [
        (front, back, round(ratio, 2))
        for front, back, least in chain(
            ((*pair, 4.5) for pair in TEXT_PAIRS), ((*pair, 3.0) for pair in CONTROL_PAIRS)
        )
        if (ratio := contrast(colours[front], colours[back])) < least
    ]
    assert weak == []
    assert contrast("#ffffff", colours["--ink-fill"]) >= 4.5
    assert contrast("#ffffff", colours["--ink-fill-2"]) >= 4.5


# ── templates ──

VIEWER = SimpleNamespace(
    user_id=1,
    short_name="Соколова М. В.",
    role_title="учитель",
    school=SimpleNamespace(id=1, short_name="Школа № 14"),
    schools=((1, "Школа № 14"), (2, "Центр «Радуга»")),
    notices=1,
    announcement="18 октября с 22:00 до 23:00 Парта не работает: замена сервера",
    lock_seconds=600,
    roles=frozenset({"teacher"}),
    enrol_by=None,
    must_enrol=False,
    factors=(),
    language="ru",
    trial_until=None,
)
TODAY = SimpleNamespace(url="/a", title="Сегодня", current=True, badge=0)
JOURNAL = SimpleNamespace(url="/b", title="Журнал", current=False, badge=0)
NAV = [SimpleNamespace(title="", items=(TODAY, JOURNAL), current=True, badge=0)]


def page(template: str, **context: object) -> str:
    """The page as the product renders it, with addresses in place of routes."""
    env = Environment(
        loader=FileSystemLoader([PARTA / app / "templates" for app in ("foundation", "people")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        static=lambda path: f"/static/{path}",
        url=lambda name: f"/{name}/",
        lang="ru",
        languages=tuple(LANGUAGES.items()),
        script_words="",
        **pagekit.JINJA_GLOBALS,
    )
    env.filters.update(pagekit.JINJA_FILTERS)
    return env.get_template(template).render(csrf_input="", csrf_token="secret", **context)


def statics_exist(html: str) -> bool:
    paths = re.findall(r"/static/([\w./-]+)", html)
    return all(
        any(
            (PARTA / app / "static" / path).is_file()
            for app in ("foundation", "people", "communication", "journal")
        )
        for path in paths
    )


def test_the_frame_names_the_place_and_offers_the_way_out() -> None:
    html = page("foundation/components.html", viewer=VIEWER, nav=NAV)
    assert html.count("<h1") == 1
    assert html.count('aria-current="page">Сегодня') == 2  # in the bar, and in the menu of a phone
    assert 'class="skip" href="#main"' in html
    assert '<form method="post" action="/logout/">' in html
    assert html.count('name="school"') == 2
    assert '<meta name="csrf-token" content="secret">' in html
    assert statics_exist(html)


def test_one_school_is_no_choice() -> None:
    one = SimpleNamespace(**{**vars(VIEWER), "schools": ((1, "Школа № 14"),)})
    assert 'name="school"' not in page("foundation/base.html", viewer=one, nav=NAV)


@pytest.mark.parametrize("name", ["400", "403", "404", "429", "500", "csrf"])
def test_error_pages_need_nothing_and_say_what_to_do(name: str) -> None:
    html = page(f"foundation/{name}.html")
    assert html.count("<h1") == 1
    assert 'href="/"' in html
    assert statics_exist(html)


def test_a_forbidden_page_names_the_right() -> None:
    assert "право «Смотреть журналы»" in page("foundation/403.html", wanted="Смотреть журналы")


def test_sign_in_repeats_what_was_typed_and_escapes_it() -> None:
    html = page("people/login.html", login='<b>"', error="Не подошли", next="/journals/")
    assert "&lt;b&gt;&#34;" in html
    assert 'aria-describedby="error"' in html
    assert 'name="next" value="/journals/"' in html
    assert "remember" not in html
    assert "Следующая" not in html


def test_sign_in_says_how_long_to_wait() -> None:
    html = page("people/login.html", delay="30 секунд", remember=True)
    assert "через 30 секунд" in html
    assert 'name="remember"' in html


def test_forced_password_has_no_way_around_but_out() -> None:
    forced = page("people/password.html", forced=True, errors={"new": "Слишком короткий"}, viewer=VIEWER)
    assert "Задайте свой пароль" in forced
    assert "Слишком короткий" in forced
    assert "Оставить прежний" not in forced
    assert 'action="/logout/"' in forced
    assert "Оставить прежний" in page("people/password.html", forced=False, viewer=VIEWER)
