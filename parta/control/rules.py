"""The rule kinds over acts of control and the set-up of a year: all of them watches, none refuses a write.

What a person owes by them is worked out in :mod:`parta.control.queries.duties`.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from parta.journal.rules.wording import listed
from parta.regulation.registry import (
    Days,
    Every,
    OnDate,
    Params,
    Roles,
    RuleKind,
    known_kind,
    one_of,
    parse_duration,
    word_of,
)

__all__ = [
    "DIRECTIONS",
    "REPORTS",
    "AccountsActive",
    "Acknowledged",
    "Appointment",
    "CheckEvery",
    "RegulationEdition",
    "RemarkFixed",
    "ReportDue",
    "SetupBy",
]


DIRECTIONS = {
    "plans": "Тематические планы внесены",
    "lessons": "Уроки записаны в срок",
    "marks": "Отметки выставлены в срок",
    "density": "Накопляемость отметок",
    "roll": "Явка отмечена",
    "attendance": "Явка достоверна",
    "curriculum": "Программа выполняется",
    "homework": "Домашние задания записаны",
    "replaced": "Замены и пропущенные уроки",
    "storage": "Хранение журналов",
}
"""What a check may look at, by code."""
REPORTS = {
    "user_activity": "Активность пользователей",
    "journal_filling": "Заполнение журнала",
    "mark_density": "Накопляемость отметок",
    "performance": "Успеваемость",
    "attendance": "Посещаемость",
    "timely_filling": "Своевременность заполнения",
    "teachers_work": "Работа учителей с журналом",
    "class_monitoring": "Мониторинг класса",
    "class_analysis": "Анализ класса за период",
    "check_certificate": "Справка о проверке",
    "control_results": "Контрольные работы",
    "analysis": "Анализ успеваемости",
    "summary_sheet": "Сводная ведомость",
    "day_attendance": "Явка по дням",
    "homework_register": "Журнал домашних заданий",
    "internal_control": "Контрольные работы ВТК",
    "work_schedule": "График контрольных работ",
    "mastering_students": "Освоение программ: студенты",
    "mastering_groups": "Освоение программ: группы",
    "missed_topics": "Пропущенные темы",
    "low_marks": "Неудовлетворительные отметки",
    "curriculum": "Выполнение учебного плана",
    "subject_period": "Отчёт учителя за период",
    "replaced_hours": "Замены и пропущенные часы",
}
"""Reports an act may ask for, and their titles."""


class CheckEvery(Params):
    """In each interval there is a check by the role, over all journals or over each part of them; or by the plan."""

    every: Every | None = None
    scope: Literal[
        "journal", "each_department", "own_department", "each_homeroom", "homework_diary", "plan"
    ] = Field(
        "journal",
        description="что проверяют: journal — журнал; each_department, own_department, each_homeroom — каждую часть;"
        " homework_diary — раздел заданий; plan — строки плана контроля к их дням, every тогда не нужно",
    )
    directions: Annotated[frozenset[str], one_of(*DIRECTIONS)] = frozenset()
    """What the check must have looked at; empty: anything."""

    @model_validator(mode="after")
    def _has_interval(self) -> "CheckEvery":
        if self.every is None and self.scope != "plan":
            raise ValueError("every: укажите, как часто проверяют, например «1 month»")
        return self


class ReportDue(Params):
    """A report exists for each interval, or at the end of each period, by a day."""

    report: Annotated[str, word_of(REPORTS)]
    every: Every | None = None
    on: Literal["", "period_end", "year_end"] = ""
    on_day: int = 1
    """Day of the next month by whose end it is there; of an interval of a week the weekday."""
    grace: Days = parse_duration("0d")
    """After the end of a period."""
    each: Literal["school", "homeroom", "department"] = "school"
    to: Roles = frozenset()
    """Who receives it."""


class RemarkFixed(Params):
    """A remark is answered by its day; `default` proposes one."""

    default: Days


class Acknowledged(Params):
    """Whom it concerns has read the certificate within a limit."""

    document: str = "check_certificate"
    within: Days = parse_duration("7d")


class SetupBy(Params):
    """An item of the yearly set-up is complete by a day of the year; ``all``: every item."""

    until: OnDate
    item: str = "all"


class AccountsActive(Params):
    """Each student has at least so many live accounts of these roles by a day of the year."""

    of: Roles
    min: int = Field(1, ge=1, le=10)
    until: OnDate


class RegulationEdition(Params):
    """When the regulation itself is looked through anew, and what a new edition needs before it is in force."""

    review_on: Literal["", "regional_norms_changed"] = Field(
        "",
        description="что открывает пересмотр: regional_norms_changed — внесён новый внешний акт («Новые нормы»)",
    )
    agreed_by: Literal["", "pedagogical_council"] = Field(
        "",
        description=(
            "с кем согласуют новую редакцию: pedagogical_council — педагогический совет, протокол с номером и датой"
        ),
    )
    approved_by: Literal["", "director_order"] = Field(
        "", description="чем вводят новую редакцию: director_order — приказ директора с номером и датой"
    )


class Appointment(Params):
    """Somebody holds each of these roles by an order."""

    roles: Roles
    each: Literal["school", "homeroom"] = "school"
    min: int = 1
    every: Every | None = None
    """``1 school_year``: by an order of this school year, or of the summer before it."""


CLOSEOUT = {
    "confirm_finals": "учитель проверяет и подтверждает отметки за период в каждом своём журнале",
    "backup": "резервная копия сделана после подтверждения отметок и лежит на носителях",
    "print": "журнал каждого класса напечатан",
    "handed_out": "листы розданы учителям и классным руководителям",
    "sheets_signed": "учитель сверяет и подписывает каждый свой лист",
    "class_signed": "классный руководитель заверяет титульный лист",
    "handed_in": "экземпляр класса сдан завучу",
    "deputy_signed": "завуч заверяет экземпляры",
    "to_secretary": "экземпляры переданы секретарю под роспись",
    "signed": "экземпляры подписаны директором",
    "sealed": "экземпляры скреплены печатью",
    "archived": "экземпляры сложены в общую папку архива",
}
"""Steps of the close of a term."""


class CloseoutStep(Params):
    """A step of the close of a term, by the end of a day of the vacation that follows it."""

    day: int = Field(1, ge=1, le=30, description="в какой день каникул, первый день — 1")
    action: Literal[
        "confirm_finals", "backup", "print", "handed_out", "sheets_signed", "class_signed", "handed_in",
        "deputy_signed", "to_secretary", "signed", "sealed", "archived",
    ] = Field("confirm_finals", description=f"что делают: {', '.join(CLOSEOUT)}")  # fmt: skip


class FindingOwner(Params):
    """Each finding has one who answers for it, by its place; unresolved after a limit it goes one step higher."""

    roles: Roles = Field(
        description="кто отвечает: заведующий по месту, завуч, директор; оператор за подготовку года"
    )
    escalate_after: Days = Field(
        parse_duration("7d"), description="через сколько нерешённое переходит на ступень выше"
    )


_ACTS = "на странице «Обязанности» контроля"


def _register(name: str, shape: int, params: type[Params], title: str, says: Any, *own: str) -> None:
    known_kind(RuleKind(name, shape, params, title, says, own=frozenset(own), acts=_ACTS))


_register(
    "check_every",
    1,
    CheckEvery,
    "Проверки журнала",
    lambda p: (
        "каждая строка плана контроля к её дню выполнена, результат записан"
        if p.scope == "plan"
        else f"журнал проверяют {p.every}, проверка записана"
        + (
            f"; направления: {listed(sorted(DIRECTIONS[one] for one in p.directions))}"
            if p.directions
            else ""
        )
    ),
)
_register(
    "report_due",
    1,
    ReportDue,
    "Отчёты в срок",
    lambda p: (
        f"отчёт «{REPORTS[p.report]}» есть {p.every or 'после каждого периода'}"
        + (f", по {p.on_day}-й день после" if p.every and p.on_day > 1 else "")
    ),
)
_register(
    "remark_fixed_by",
    1,
    RemarkFixed,
    "Замечания устраняют",
    lambda p: f"замечание устраняют к названному в нём дню (обычно: {p.default})",
)
_register(
    "certificate_read",
    1,
    Acknowledged,
    "Справку доводят",
    lambda p: f"со справкой ознакомлены все, кого она касается: {p.within}",
)
_register(
    "closeout_step",
    7,
    CloseoutStep,
    "Закрытие периода по дням",
    lambda p: f"в {p.day}-й день каникул {CLOSEOUT[p.action]}",
)
_register(
    "finding_owner",
    10,
    FindingOwner,
    "Кто отвечает за нарушение",
    lambda p: (
        f"у каждого нарушения один ответственный по его месту; нерешённое {p.escalate_after} переходит выше"
    ),
    "roles",
)
_register("setup_by", 1, SetupBy, "Год подготовлен", lambda p: "подготовка года закончена к названному дню")
_register(
    "accounts_active",
    1,
    AccountsActive,
    "Учётные записи семей",
    lambda p: "у каждого ученика есть родитель с учётной записью",
)
_register(
    "appointment_required",
    7,
    Appointment,
    "Назначены приказом",
    lambda p: "ответственные назначены приказом",
    "roles",
)
_register(
    "regulation_edition",
    10,
    RegulationEdition,
    "Пересмотр положения",
    lambda p: (
        "новую редакцию согласует педагогический совет: нужен протокол с номером и датой"
        if p.agreed_by
        else "новая редакция вступает в силу по приказу директора с номером и датой"
        if p.approved_by
        else "положение пересматривают, когда меняются внешние нормы"
    ),
)
