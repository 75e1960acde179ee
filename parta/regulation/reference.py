"""The reference «Виды правил», made from the registry: what each kind asks and which parameters it takes."""

import types
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from parta.regulation.durations import Duration, Interval, parse_length
from parta.regulation.explain import value_words
from parta.regulation.moments import Moment, moment_words_of
from parta.regulation.registry import KINDS, KNOWN_WORDS, LENGTHS, SHAPES, RuleKind
from parta.regulation.words import ROLES

__all__ = ["kind_lines", "kinds_in_order", "page"]

WORDS = {
    "devices": "на каких устройствах",
    "hours": "в какое время открыто",
    "different_media": "копии на разных носителях",
    "different_rooms": "копии в разных помещениях",
    "holders": "у кого сколько копий",
    "max_age": "самая новая копия не старше",
    "signals": "по каким признакам",
    "mailed": "посылают ли пароль",
    "shown": "показывают ли пароль",
    "password": "как хранят пароль",
    "lockout": "после стольких ошибок вход откладывается",
    "first_login_change": "выданный пароль меняют при первом входе",
    "reauth_for": "для каких записей пароль спрашивают снова",
    "idle": "сколько можно бездействовать",
    "default": "если не сказано иначе",
    "grace": "сколько ещё ждут",
    "directions": "направления контроля",
    "before": "до какого действия нужно",
    "term": "на какой срок",
    "means": "каким способом",
    "accounts": "у скольких",
    "kind": "какого рода",
    "lists": "какие списки",
    "for": "для кого",
    "content": "что содержит",
    "media": "на чём",
    "events": "о каких событиях",
    "act": "с каким делом связано",
    "base": "от какого числа считают долю",
    "checks": "что сличают",
    "compare": "что сравнивают: hours — часы, topics — темы",
    "count": "сколько отметок",
    "does": "что делает: entry — пишет, review — смотрит, any — любое",
    "document": "какой документ",
    "event": "после какого события",
    "every": "как часто",
    "item": "что должно быть готово",
    "max_lag": "наибольшее отставание, уроков",
    "max_late": "не больше стольких просроченных",
    "no_initials": "true — имя и отчество полностью, без инициалов",
    "data": "какие сведения",
    "special": "особые сведения: health — о здоровье",
    "group": "для каких семей: all — для всех, paper — для тех, кто получает сведения на бумаге",
    "given": "спрашивается, только если: open_reasons — в классе есть пропуски без причины",
    "measures": "какие показатели",
    "metric": "что считают участием",
    "min": "не меньше",
    "name": "название",
    "of": "чьё",
    "on_day": "к какому дню промежутка",
    "period": "за какой период",
    "plan": "с каким планом сравнивают",
    "roles": "какие роли",
    "state": "в каком состоянии",
    "threshold": "доля в процентах",
    "to": "кому сдают",
    "tolerance": "насколько можно отступить, уроков",
    "window": "за какое время",
    "accept": "что считается записью: given — задано, declared_not_set — «не задано»",
    "after": "от чего считают",
    "allow": "что разрешено",
    "by": "кто указывает",
    "but": "что этим ролям всё же можно",
    "calendar": "school — каникулы в срок не входят",
    "cell": "какая клетка журнала",
    "code": "код вида работы",
    "codes": "знаки: symbol — буква, meaning — смысл, title — слова, setters — кто ставит, keys — клавиши",
    "confirm_all_present": "«все присутствуют» — тоже отметка явки",
    "days": "по расписанию или любые дни",
    "deviation": "как отступить от плана: approved_plan_change — сначала изменить план",
    "double_lessons": "сдвоенные уроки: у каждого своя тема",
    "each": "где отмечают",
    "except_work": "кроме этих видов работ",
    "exempt": "что не проверяют",
    "fields": "какие поля",
    "forbid": "какие слова не пишут",
    "form": "как записывают",
    "individual_text": "слова об индивидуальном задании",
    "instead": "что вместо отметок: levels — уровни, text — слова, nothing — ничего",
    "keep_absence": "пропуск остаётся рядом с отметкой",
    "keep_original": "прежняя отметка остаётся видна",
    "keys": "клавиши",
    "kinds": "какие записи или виды работ",
    "lang": "язык",
    "marks": "какие отметки",
    "match": "как сличают",
    "meaning": "смысл знака",
    "meanings": "какие пропуски",
    "min_words": "не меньше слов",
    "mode": "read — только смотрят, write — пишут",
    "more": "ещё такие слова",
    "need": "что обязательно указать",
    "need_any": "хотя бы одно из этого",
    "no_abbreviations": "без сокращений",
    "no_bare": "слова, которые одни — не тема",
    "none": "как записывают «не задано»",
    "object": "предмет права",
    "objects": "какие записи",
    "on": "при каком событии",
    "order": "planned — темы идут по порядку плана",
    "part_of": "частью каких видов работ является",
    "permit": "чьё согласие нужно",
    "place": "где ставят",
    "reason_needs_absence": "причину пишут только к отмеченному пропуску",
    "register_line": "исправление попадает в журнал исправлений",
    "report": "что входит в отчёт",
    "required": "обязательно",
    "requires": "что должно быть",
    "scope": "на что распространяется",
    "setters": "кто ставит знак",
    "short": "сокращение в шапке столбца",
    "source": "откуда берётся",
    "steps": "шаги по порядку",
    "subjects": "по каким предметам (название, код, область или свойство)",
    "symbol": "знак",
    "symbols": "из каких знаков",
    "title": "название",
    "until": "до какого времени",
    "values": "какие значения",
    "weight": "вес в средней",
    "what": "какие записи",
    "where": "в каких журналах",
    "who": "кто: assigned — по нагрузке, substitute — замещает, subgroup_teacher — учитель подгруппы",
    "within": "срок",
    "work": "виды работ; all — любые",
}
"""Russian words for parameters whose declaration has none of its own."""


def kinds_in_order() -> Iterator[tuple[str, list[RuleKind]]]:
    """The kinds by shape, «1. Срок» first, in alphabetical order."""
    for number, title in SHAPES.items():
        kinds = sorted((kind for kind in KINDS.values() if kind.shape == number), key=lambda kind: kind.name)
        if kinds:
            yield f"{number}. {title[:1].upper()}{title[1:]}", kinds


def kind_lines(kind: RuleKind) -> Iterator[str]:
    """One kind as lines of plain text."""
    yield f"{kind.name} — {kind.title}"
    yield f"  Когда действует: {_acts(kind)}"
    for name, required, what, default, words in parameters(kind.params):
        tail = " (обязательно)" if required else (f" (если не указано: {default})" if default else "")
        yield f"  {name}: {words}. {what}{tail}"


def _acts(kind: RuleKind) -> str:
    parts = []
    if kind.permits is not None:
        parts.append("разрешает то, что запрещают другие правила")
    if kind.build is not None:
        breach = {"refuse": "не сохраняется", "permit": "нужно разрешение", "remark": "сохраняется с пометкой",
                  "finding": "запись проходит, нарушение видно проверяющим"}[kind.on_breach]  # fmt: skip
        parts.append(f"при записи; нарушение, если не сказано иначе: {breach}")
    if kind.watch is not None:
        parts.append("ищет невыполненное по всей школе")
    return "; ".join(parts) or kind.acts or "журнал так устроен"


def parameters(model: type[BaseModel]) -> Iterator[tuple[str, bool, str, str, str]]:
    """Name, whether it must be given, what may stand there, the default and the meaning of each parameter."""
    for name, info in model.model_fields.items():
        default = "" if info.is_required() else _default(info)
        words = info.description or WORDS.get(name, "")
        yield (
            info.alias or name,
            info.is_required(),
            type_words(info.annotation, info.metadata),
            default,
            words,
        )


def _default(info: FieldInfo) -> str:
    value = info.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None or value in ("", (), frozenset()):
        return ""
    return value_words(value)


def type_words(annotation: Any, metadata: Iterable[Any] = ()) -> str:
    """What may stand in a place of this type, in Russian."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_words(args[0], args[1:])
    if origin in (Union, types.UnionType):
        kinds = [arg for arg in args if arg is not type(None)]
        return " или ".join(dict.fromkeys(type_words(kind, metadata) for kind in kinds))
    if origin is Literal:
        return f"одно из: {', '.join(map(str, args))}"
    if annotation is Duration:
        only = next((LENGTHS[one.func] for one in metadata if getattr(one, "func", None) in LENGTHS), "")
        if only:
            return f"срок: {only}"
        length = "срок: 10min, 24h, 5d, 3 weeks, 3 school_days, 2 work_days, same_day"
        plain = not metadata or any(getattr(one, "func", None) is parse_length for one in metadata)
        return (
            length
            if plain
            else f"{length}; с часом: same_day 18:00; день недели: friday, friday 15:00; уроки: next_lesson, 2 lessons"
        )
    if annotation is Interval:
        return "промежуток: 1 week, 1 month, 1 quarter, 14d"
    if annotation is Moment:
        words = [moment_words_of(getattr(one, "func", None)) for one in metadata]
        return f"дата: {next(filter(None, words), '09-05, period_end+2d')}; со сдвигом: year_start+5d"
    if annotation is bool:
        return "true или false"
    if annotation in (int, float):
        return "число"
    if annotation is str:
        return "слово в кавычках"
    if origin in (frozenset, set, tuple, list):
        inner = args[0] if args else str
        known = next(
            (KNOWN_WORDS[one.func] for one in metadata if getattr(one, "func", None) in KNOWN_WORDS), ()
        )
        if known:
            return f"слова: {', '.join(known)}"
        if inner is str:
            return "слово или список слов"
        return f"список: {type_words(inner)}"
    if origin is dict or (isinstance(annotation, type) and issubclass(annotation, dict)):
        return "таблица"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        names = [f"{name}{'' if required else '?'}" for name, required, *_ in parameters(annotation)]
        return f"таблица {{ {', '.join(names)} }}"
    return "значение"


def page() -> str:
    """The whole reference as a page of the user's guide."""
    lines = [
        "# Виды правил",
        "",
        "Эту справку пишет сама программа (`parta regulation kinds`), руками её не правят. Как составить файл —",
        "в руководстве [«Своё положение»](polozhenie.md).",
        "",
        'Любой параметр может быть числом или словом, ссылкой на настройку школы `{ setting = "имя" }` или таблицей по',
        'классам и часам: `{ by = "grade", "5-8" = 2, "9-11" = 3 }`, `{ by = "weekly_hours", "1" = 3, "3+" = 7 }`.',
        "У всех видов есть общие поля: clause, printed, in_force_from, in_force_until, by, told, grades, subjects,",
        "classes, roles, students, except, on_breach, permit, overrides, may_relax, when, note.",
        "",
        "Роли: " + ", ".join(f"`{code}` — {words[0]}" for code, words in ROLES.items()) + ".",
    ]
    for shape, kinds in kinds_in_order():
        lines += ["", f"## {shape}"]
        for kind in kinds:
            lines += [
                "",
                f"### {kind.name}: {kind.title.lower()}",
                "",
                f"{_acts(kind)[:1].upper()}{_acts(kind)[1:]}.",
            ]
            rows = list(parameters(kind.params))
            if rows:
                lines += [
                    "",
                    "| параметр | что значит | что можно написать | если не указано |",
                    "|---|---|---|---|",
                ]
            for name, required, what, default, words in rows:
                said = "обязателен" if required else default or "нет"
                lines.append(
                    "| "
                    + " | ".join(cell.replace("|", "/") for cell in (f"`{name}`", words, what, said))
                    + " |"
                )
    return "\n".join(lines) + "\n"
