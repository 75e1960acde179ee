"""Regulation files: what is wrong is named with line, entry and allowed values; nothing breaks the reader."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parta.regulation.edition import (
    MISSING,
    PRESETS,
    RegulationError,
    load_preset,
    parse_edition,
    parse_grades,
    read_edition,
)

HEAD = """[act]
code = "X"
title = "Положение"
in_force_from = 2026-09-01
"""

GOOD = (
    HEAD
    + """
[settings]
limit = { default = "5d", title = "Срок" }

[[rule]]
clause = ["X-1"]
kind = "mark_deadline"
within = { setting = "limit" }
"""
)


def problems(text: str) -> list[str]:
    with pytest.raises(RegulationError) as caught:
        parse_edition(text)
    return [str(problem) for problem in caught.value.problems]


def rule(body: str, settings_part: str = "") -> str:
    return f'{HEAD}{settings_part}\n[[rule]]\nclause = ["X-1"]\n{body}\n'


def test_good_file() -> None:
    edition = parse_edition(GOOD)
    assert (edition.code, edition.short, edition.rank) == ("X", "Положение", "school")
    assert edition.entries[0].clauses[0].printed == "п.\N{NO-BREAK SPACE}X-1"
    assert edition.settings[0].is_default
    assert pickle.loads(pickle.dumps(edition)) == edition


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[act", "строка 1"),
        ("", "нет раздела [act]"),
        (HEAD.replace('"X"', '""'), "строка 2, раздел [act]: поле «code»"),
        (
            HEAD.replace("2026-09-01", '"2026-09-01"'),
            "строка 4, раздел [act]: поле «in_force_from» — дата без кавычек",
        ),
        (HEAD + 'rank = "school board"', "допустимы: council, founder, law, order, school"),
        (HEAD + "in_force_until = 2025-01-01", "строка 5, раздел [act]: срок действия кончается раньше"),
        (HEAD + 'ranc = "school"', "лишнее поле «ranc»"),
        (
            HEAD + "[rules]\nx = 1",
            "5: раздел «rules» не нужен; возможно, вы имели в виду «rule»; допустимы: act, posts, settings, rule",
        ),
        (HEAD + "[rule]\nkind = 'x'", "в двойных скобках"),
        (
            rule('kind = "mark_dedline"'),
            "строка 8, запись 1 (X-1, mark_dedline): «mark_dedline» — неизвестный вид правила; возможно, "
            "вы имели в виду «mark_deadline»; все виды — в справке",
        ),
        (rule('kind = "mark_deadline"'), "запись 1 (X-1, mark_deadline): не задан параметр «within»"),
        (
            rule('kind = "mark_deadline"\nwithin = "5 дней"'),
            "строка 9, запись 1 (X-1, mark_deadline): параметр «within»: «5 дней» не похоже на срок",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = "5d"\nwitin = 3'),
            "строка 10, запись 1 (X-1, mark_deadline): лишний параметр «witin»; возможно, "
            "вы имели в виду «within»; допустимы: ",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = "5d"\nwork = ["orall"]'),
            "вид работы «orall» не описан; допустимы: all, ",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = "5d"\nby = "techer"'),
            "строка 10, запись 1 (X-1, mark_deadline): поле «by»: «techer» — неизвестная роль; возможно, "
            "вы имели в виду «teacher»; допустимы: director, ",
        ),
        (rule('kind = "mark_deadline"\nwithin = "5d"\ngrades = "9-2"'), "первый класс больше последнего"),
        (
            rule('kind = "mark_deadline"\nwithin = "5d"\non_breach = "forbid"'),
            "допустимы: finding, permit, refuse, remark",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = { setting = "no" }'),
            "строка 9, запись 1 (X-1, mark_deadline): нет настройки «no»; объявлены: ни одной",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = "5d"\nexcept = { rols = ["teacher"] }'),
            "«except» — таблица; допустимы: classes, ",
        ),
        (rule('kind = "mark_deadline"\nwithin = "5d"\npermit = "deputy"'), "«permit» — таблица"),
        (
            rule('kind = "mark_deadline"\nwithin = "5d"\npermit = { term = "неделя" }'),
            "срок разрешения «term»: «неделя»",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = { by = "grade", "5-x" = "5d" }'),
            "параметр «within»: «5-x» не похоже",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = { by = "weekly_hours", "много" = "5d" }'),
            "«много» не похоже на часы",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = { by = "grades", "5" = "5d" }'),
            "имели в виду «grade»; допустимы",
        ),
        (rule('kind = "mark_deadline"\nwithin = "5d"\nwhen = "yes"'), "поле «when» — true, false"),
        (
            rule('kind = "lock_after_final_marks"\nscope = "year"'),
            "строка 9, запись 1 (X-1, lock_after_final_marks): параметр «scope»: «year»; допустимы: period",
        ),
        (rule('kind = "work_kinds"\nrequired = "да"\nkinds = ["oral"]'), "нужно true или false без кавычек"),
        (
            rule('kind = "absence_codes"\ncodes = [{ symbol = "н", meaning = "sick" }]'),
            "«sick» — неизвестное значение; допустимы: unknown, ill",
        ),
        (
            rule(
                'kind = "absence_codes"\ncodes = [{ symbol="н", meaning="ill" }, { symbol="н", meaning="late" }]'
            ),
            "знак «н» стоит дважды",
        ),
        (HEAD + '[[rule]]\nkind = "mark_deadline"\nwithin = "5d"', "нет пункта"),
        (
            rule('printed = ["п. 1", "п. 2"]\nkind = "mark_deadline"\nwithin = "5d"'),
            "столько же, сколько в «clause»",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = "5d"', "[settings]\nx = 5"),
            "строка 6, настройка «x»: настройку записывают так",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = "5d"', "[settings]\nx = { value = 1, choices = [2, 3] }"),
            "значение «1» не из списка; допустимы: 2, 3",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = { setting = "x" }', '[settings]\nx = { value = "пять" }'),
            "«пять» не похоже на срок",
        ),
        (
            rule('kind = "mark_deadline"\nwithin = { by = "grade", "2-9" = "5d", "10-11" = "неделя" }'),
            "«неделя» не похоже на срок",
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    found = problems(text)
    assert any(said in problem for problem in found), found


def test_all_problems_at_once() -> None:
    text = rule('kind = "mark_deadline"\nwithin = "x"') + '\n[[rule]]\nclause = ["X-2"]\nkind = "nothing"\n'
    assert len(problems(text)) == 2


def test_setting_without_value_puts_its_entry_to_sleep() -> None:
    from parta.regulation.judge import law_of

    edition = parse_edition(GOOD.replace('default = "5d", ', ""))
    assert edition.settings[0].value is MISSING
    code = law_of([edition]).on(edition.in_force_from)
    assert [entry.kind for entry in code.asleep] == ["mark_deadline"]
    assert pickle.loads(pickle.dumps(edition)).settings[0].value is MISSING


def test_grades() -> None:
    assert parse_grades("2-4, 7") == {2, 3, 4, 7}
    assert parse_grades([5, "10–11"]) == {5, 10, 11}
    for wrong in ("", "а", "5-", True, 1.5):
        with pytest.raises(ValueError):
            parse_grades(wrong)


def test_presets_are_five_and_readable() -> None:
    names = sorted(path.stem for path in PRESETS.glob("*.toml"))
    assert names == ["dubrovo", "egorievsk-college", "goethe23", "ipatovo1", "kemerovo-ct"]
    for name in names:
        edition = load_preset(name)
        source = (PRESETS / f"{name}.toml").read_text(encoding="utf-8")
        assert edition.entries and source.count("#") > len(edition.entries), (
            "a preset is commented for people"
        )
        assert all(clause.printed for entry in edition.entries for clause in entry.clauses)


def test_other_encodings_are_named(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "x.toml"
    path.write_bytes('title = "Положение"'.encode("cp1251"))
    with pytest.raises(RegulationError, match="UTF-8"):
        read_edition(path)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for source in (text, HEAD + text, rule(text), GOOD.replace("5d", text)):
        try:
            parse_edition(source)
        except RegulationError as error:
            assert error.problems


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_spoilt_preset_is_read_or_refused(data: st.DataObject) -> None:
    """Cutting, doubling or swapping a piece of a real file never breaks the reader."""
    source = (PRESETS / f"{data.draw(st.sampled_from(['goethe23', 'dubrovo']))}.toml").read_text(
        encoding="utf-8"
    )
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 60)))
    piece = data.draw(
        st.sampled_from(["", "[]", "{}", "1", '"', "true", "[[rule]]\n", source[start:end] * 2])
    )
    try:
        parse_edition(source[:start] + piece + source[end:])
    except RegulationError as error:
        assert error.problems
