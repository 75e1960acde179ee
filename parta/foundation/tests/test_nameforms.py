"""Names in running text: whole ones become what stands for them, single words are blotted out in any case."""

import pytest

from parta.foundation.nameforms import Names


def school() -> Names:
    """A pupil, his namesake at work, and others."""
    names = Names()
    names.hide("Заглядин", "Еремей", "Прохорович", "КМ417", ("Eremey@example.org", "+7 913 555-12-34"))
    names.hide("Лев", "Павел", "", "АА111")
    names.hide("Орлова", "Виктория", "Денисовна", "ВВ222")
    names.hide("Толстой", "Ли", "", "ТТ333")
    names.keep("Орлова", "Наталья", "Дмитриевна")
    return names


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Сегодня Заглядин Еремей Прохорович дежурит", "Сегодня КМ417 дежурит"),
        ("Ученик Заглядин\u00a0Е.\u00a0П. пришёл", "Ученик КМ417 пришёл"),
        ("поговорили с Заглядиным и Ерёмою, ЗАГЛЯДИНА нет", "поговорили с ▒▒▒ и Ерёмою, ▒▒▒ нет"),
        ("Льва, Павла и Пашу", "▒▒▒, ▒▒▒ и ▒▒▒"),
        (
            "ведёт Орлова Наталья Дмитриевна; замена: Орлова Н. Д.",
            "ведёт Орлова Наталья Дмитриевна; замена: Орлова Н. Д.",
        ),
        ("похвалили: Орлова и Вика", "похвалили: ▒▒▒ и ▒▒▒"),
        ("рассказ Толстого, 89135551234, eremey@example.org", "рассказ ▒▒▒, ▒▒▒, ▒▒▒"),
        ("лев, толстой слой, глядит; § 12 (2026-10-14)", "лев, толстой слой, глядит; § 12 (2026-10-14)"),
    ],
)
def test_text_without_hidden_names(text: str, shown: str) -> None:
    assert school().blotted(text) == shown
