"""Clauses on paper, printing and keeping: declared data that other parts read, and that the page of the act shows.

They refuse nothing at a write. A kind here says in `acts` who keeps it; a print, an archive or a person does.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from parta.journal.rules.wording import listed
from parta.regulation.durations import parse_duration
from parta.regulation.judge import Law
from parta.regulation.registry import (
    Codes,
    Days,
    Dur,
    OnPeriod,
    Params,
    Roles,
    RuleKind,
    Years,
    known_kind,
    one_of,
)
from parta.regulation.words import role_words

__all__ = ["PAPER_CHAIN", "PAPER_STEPS", "PrintContents", "Retention", "declared", "printing_forbidden"]


_BOOKS = {
    "backup_use": "обращение к резервной копии",
    "paper_copies": "реестр бумажных копий",
    "archive": "опись архива",
    "strict_accountability": "журнал сдачи документов строгой отчётности",
    "safe_access": "открытие сейфа с копиями",
    "safe_key": "передача ключа от отсека директору",
    "storage_order": "приказ директора о хранении копий",
}
"""Books that the file names by a code, as people call them."""
_PARTS = {
    "roster": "список учеников",
    "marks": "отметки",
    "attendance": "пропуски",
    "topics": "темы уроков",
    "homework": "домашние задания",
    "half_year_marks": "отметки за полугодие",
}
_KEPT = {"journal": "журнал", "summary_sheet": "сводная ведомость"}
_MEDIA = {"electronic": "электронный", "paper": "бумага"}
"""Codes of what a print holds, of what is kept and on what, in words."""


class PrintContents(Params):
    """What a print of a journal holds; or that there is no paper at all."""

    parts: Codes = Field(frozenset(), description="какие части входят в печать")
    layout: Literal["", "duplex"] = Field("", description="duplex — с двух сторон листа")
    title_sheet: Codes = Field(frozenset(), description="что стоит на титульном листе")
    forbidden: bool = Field(False, description="бумажного журнала нет: печатать его нельзя")


_AT_END = {"extract_summary_sheet": "изымают сводные ведомости"}


class Retention(Params):
    """How long something is kept, where, and what happens then."""

    object: str = Field(description="что хранят")
    term: Years = Field(description="сколько")
    media: Codes = Field(frozenset(), description="на чём: electronic, paper")
    at_least: bool = Field(True, description="не меньше этого срока")
    at_end: str = Field("", description="что потом")


class Register(Params):
    """A register with lines."""

    book: str = Field(alias="register", description="какой журнал или книга учёта")
    on: Codes = Field(frozenset(), description="при каком действии: take, return, restore, verify, archived…")
    fields: Codes = Field(frozenset(), description="что в строке")
    media: Codes = Field(frozenset(), description="на чём ведут")
    object: str = Field("", description="что вносят: journal, summary_sheet")
    within: Days | None = Field(None, description="за сколько вносят")
    until: OnPeriod | None = Field(None, description="к какому дню года: 06-30")


PAPER_STEPS = {
    "export": "выгрузка",
    "print": "печать",
    "handed_out": "раздача на подпись",
    "sheets_signed": "подписи учителей на листах",
    "class_signed": "подпись классного руководителя",
    "handed_in": "сдача завучу",
    "deputy_signed": "подпись завуча",
    "to_secretary": "передача секретарю под роспись",
    "title_sheet": "титульный лист",
    "stitched": "прошивка",
    "signed": "подпись директора",
    "sealed": "печать учреждения",
    "certified": "заверение",
    "archived": "сдача в архив",
}
"""What is done with a paper set. The order is the act's; where it names none, that of this list."""
PAPER_CHAIN = {
    "teacher": "sheets_signed",
    "class_teacher": "class_signed",
    "master": "class_signed",
    "deputy": "deputy_signed",
    "director": "signed",
    "seal": "sealed",
}
"""Who signs, and the step by which it is written down."""
PAPERS = {
    "journal": "журнал класса",
    "summary_sheet": "сводная ведомость",
    "class_report": "отчёт о классе",
}
"""What goes to paper."""
PAPER_DOCUMENTS = {
    "class_period_copy": "бумажная копия журнала за период",
    "class_bundle": "бумажный журнал класса за год",
    "printed_journal": "напечатанный журнал",
    "summary_sheet": "сводная ведомость",
    "class_report": "отчёт о классе",
}
"""What is signed: of a term, of a year, of either."""


def _chain(value: object) -> object:
    items = (value,) if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or any(
        not isinstance(item, str) or item not in PAPER_CHAIN for item in items
    ):
        raise ValueError(f"допустимы: {', '.join(PAPER_CHAIN)}")
    return tuple(items)


class Signature(Params):
    """A paper goes through signatures in an order."""

    document: Literal[
        "class_period_copy", "class_bundle", "printed_journal", "summary_sheet", "class_report"
    ] = Field(description="какой документ")
    chain: Annotated[tuple[str, ...], BeforeValidator(_chain)] = Field(
        (), description=f"кто подписывает, по порядку: {', '.join(PAPER_CHAIN)} (seal — печать)"
    )
    fields: Codes = Field(frozenset(), description="что указывают у подписи: full_name, date")


class Label(Params):
    """What is glued over the thread."""

    document: Literal["class_bundle", "summary_sheet", "all"] = Field("all", description="на каком документе")
    text: str = Field(
        "Прошито, пронумеровано и скреплено печатью {N}", description="надпись; {N} — сколько листов"
    )


class ClosingEntry(Params):
    """An entry that ends a unit or the whole journal of a year."""

    place: Literal["subject", "journal"] = Field(
        "subject", description="на странице предмета или в конце журнала"
    )
    state: Literal["", "fulfilled", "left"] = Field(
        "", description="fulfilled — программа пройдена, left — остались темы, пусто — всегда"
    )
    text: str = Field(description="слова; {план}, {факт} — уроков по плану и дано, {темы} — что не пройдено")


class Integrity(Params):
    """The archive is checked against its digests."""

    verify_every: Dur = Field(
        parse_duration("31d"), description="как часто архив сверяют с контрольными суммами"
    )


class Cipher(Params):
    """The archive on a disk opens with a code that one role knows."""

    code_known_to: Roles = Field(frozenset({"director"}), description="кому код показан, один раз")


def _steps(value: object) -> object:
    items = (value,) if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or any(
        not isinstance(item, str) or item not in PAPER_STEPS for item in items
    ):
        raise ValueError(f"допустимы: {', '.join(PAPER_STEPS)}")
    return tuple(items)


class PrintGate(Params):
    """What stands before the last print of a year."""

    requires: Annotated[frozenset[str], one_of("check_passed")] = Field(
        frozenset({"check_passed"}), description="что сделано до печати: check_passed"
    )


class PrintMatches(Params):
    """What of a print is held against the journal."""

    checks: Annotated[
        frozenset[str], one_of("mark_count", "absence_count", "lesson_count", "final_marks")
    ] = Field(
        frozenset({"mark_count", "absence_count", "lesson_count", "final_marks"}),
        description="что сверяют: mark_count, absence_count, lesson_count, final_marks",
    )
    hash: bool = Field(True, description="у печати есть контрольная сумма")


class PaperCopy(Params):
    """A paper set for each term."""

    period: Literal[
        "quarter", "half_year", "trimester", "semester", "module", "year", "school_year", "reporting_period"
    ] = Field("year", description="за какой период; reporting_period — за тот, по которому учится класс")
    document: Literal["journal", "summary_sheet", "class_report"] = Field(
        "journal", description="что: журнал класса, сводная ведомость года, отчёт о классе"
    )
    each: Literal["class"] = "class"
    steps: Annotated[tuple[str, ...], BeforeValidator(_steps)] = Field(
        ("print",),
        description=f"что делают по порядку: {', '.join(PAPER_STEPS)}",
    )
    grace: Days | None = Field(None, description="за сколько после конца периода")
    until: OnPeriod | None = Field(None, description="к какому дню года: 06-30")


class Personal(Params):
    """Whose data are whose."""

    of: Roles = Field(frozenset(), description="кто видит только своё")


class JournalScope(Params):
    """What one journal covers."""

    each: str = Field("class", description="одна книга на что: class — класс или группу")
    span: Literal["school_year"] = Field("school_year", description="на какой срок")
    name_has: Literal["", "letter"] = Field("", description="letter — в названии есть литера")


class Named(Params):
    """Names are taken from a list and typed nowhere."""

    kinds: Codes = Field(frozenset({"subject"}), description="названия чего")
    match: Literal["exact"] = Field("exact", description="как сличают")


class OwnAccount(Params):
    """Whose account is whose."""

    one_account: bool = Field(True, description="у человека одна учётная запись")


class Everywhere(Params):
    """A rule on the whole: on all departments, all families, all writes."""

    scope: Codes = Field(frozenset(), description="на что распространяется")


def declared(law: Law, kind: str, on: Any) -> tuple[Any, ...]:
    """Parameters of the entries of a declared kind in force on a date."""
    return tuple(
        rule.params for _, _, rule in law.on(on).entries if rule is not None and rule.kind.name == kind
    )


def printing_forbidden(law: Law, on: Any) -> bool:
    """Whether an act in force forbids a paper journal."""
    return any(params.forbidden for params in declared(law, "print_contents", on))


def _words(codes: Any, words: dict[str, str]) -> str:
    return listed(words.get(code, code) for code in sorted(codes))


def _says_print(params: PrintContents) -> str:
    if params.forbidden:
        return "бумажного журнала нет: журнал не печатают"
    parts = f"печать журнала содержит: {_words(params.parts, _PARTS)}" if params.parts else "журнал печатают"
    return parts + ("; с двух сторон листа" if params.layout == "duplex" else "")


def _says_paper(params: PaperCopy) -> str:
    words = {"year": "за год", "school_year": "за год", "reporting_period": "за каждый учебный период"}
    said = f"{PAPERS[params.document]}: на бумагу {words.get(params.period, 'за каждый период')}"
    if params.until is not None:
        said += f", к {params.until.day:02}.{params.until.month:02}" if params.until.month else ", в срок"
    if params.grace is not None:
        said += f", не позже {params.grace} после его конца"
    return said + f": {', '.join(PAPER_STEPS[step] for step in params.steps)}"


_PAPERS = "на страницах «Бумага» и «Обязанности»"
_BUILT = "журнал так устроен"
_PRINT = "правило читает печать журнала"

for _kind in (
    RuleKind("print_contents", 4, PrintContents, "Что в печати", _says_print, acts=_PRINT),
    RuleKind(
        "retention", 6, Retention, "Сколько хранят",
        lambda p: f"{_KEPT.get(p.object, p.object)}: хранят {'не меньше ' if p.at_least else ''}{p.term}"
        + (f", на носителях: {_words(p.media, _MEDIA)}" if p.media else "")
        + (f", затем {_AT_END.get(p.at_end, p.at_end)}" if p.at_end else ""),
        acts="на странице «Книги архива»: день, раньше которого уничтожить нельзя; сам журнал ничего не удаляет",
    ),
    RuleKind(
        "register_entry_required", 7, Register, "Запись в книге учёта",
        lambda p: f"вносят запись: {_BOOKS.get(p.book, p.book)}" + (f", в срок {p.within}" if p.within else ""),
        acts="на страницах «Бумага», «Книги архива» и «Обязанности»",
    ),
    RuleKind(
        "signature_required", 7, Signature, "Порядок подписей",
        lambda p: f"{PAPER_DOCUMENTS[p.document]}: подписывают по порядку: "
        + ", ".join("печать" if who == "seal" else role_words([who]) for who in p.chain),
        acts=_PAPERS,
    ),
    RuleKind(
        "stitch_label", 7, Label, "Наклейка на прошивке",
        lambda p: f"на прошивке пишут: {p.text.replace('{N}', '… листов')}",
        acts=_PRINT,
    ),
    RuleKind(
        "closing_entry", 5, ClosingEntry, "Запись в конце журнала", lambda p: f"в конце пишут: {p.text}", acts=_PRINT,
    ),
    RuleKind(
        "archive_integrity", 6, Integrity, "Целость архива",
        lambda p: f"архив сверяют с контрольными суммами не реже чем раз в {p.verify_every}",
        acts="на странице «Архив года» и командой parta archive verify",
    ),
    RuleKind(
        "cipher_archive", 6, Cipher, "Архив под кодом",
        lambda p: "архив на носителе открывает только код; его знает " + role_words(sorted(p.code_known_to)),
        acts="на странице «Архив года»: без кода архив не выгружается",
    ),
    RuleKind(
        "paper_copy_each", 1, PaperCopy, "Бумажная копия", _says_paper, acts=_PAPERS,
    ),
    RuleKind(
        "print_gate", 7, PrintGate, "Печать после проверки",
        lambda p: "журнал года печатают только после проверки", acts="на странице «Бумага»: без проверки не печатает",
    ),
    RuleKind(
        "print_matches_data", 5, PrintMatches, "Печать равна журналу",
        lambda p: "напечатанное совпадает с журналом"
        + (", у печати есть контрольная сумма" if p.hash else ""),
        acts=_PAPERS,
    ),
    RuleKind(
        "journal_scope", 5, JournalScope, "Одна книга на класс и год",
        lambda p: "журнал ведут на учебный год, отдельно для каждого класса или группы"
        + (", в названии есть литера" if p.name_has else ""),
        acts="при открытии журнала: класс без литеры не принимает",
    ),
    RuleKind(
        "names_from_curriculum", 5, Named, "Названия из учебного плана",
        lambda p: "журнал открывают только на строку учебного плана, под её названием",
        acts="при открытии журнала: предмет не из плана не принимает",
    ),
    RuleKind(
        "credentials_personal", 8, OwnAccount, "Своя учётная запись",
        lambda p: "у каждого человека одна своя учётная запись", acts=_BUILT,
    ),
    RuleKind("no_charge", 8, Everywhere, "Бесплатно для семьи", lambda p: "журнал и дневник бесплатны", acts=_BUILT),
    RuleKind(
        "uniform_rules", 10, Everywhere, "Единые требования",
        lambda p: "правила одни для всех: подразделение не может их ослабить", acts=_BUILT,
    ),
    RuleKind(
        "audit_trail", 10, Everywhere, "История изменений",
        lambda p: "каждая запись и просмотр личной карточки остаются в истории, убрать их нельзя", acts=_BUILT,
    ),
    RuleKind(
        "own_data_only", 8, Personal, "Только своё",
        lambda p: f"{role_words(sorted(p.of)) or 'семьи'}: видят только свои данные",
        acts="журнал так устроен: семье открыт только её ребёнок",
    ),
):  # fmt: skip
    known_kind(_kind)
