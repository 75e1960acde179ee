"""Rights to write: who, in whose lesson, and what must be stated or set up before (shapes 7 and 8)."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator

from parta.journal.rules.acts import FACT_CODES, FACT_WORDS, FACTS, LESSON_FACTS, Act
from parta.journal.rules.wording import listed
from parta.regulation.durations import Calendar, parse_duration
from parta.regulation.judge import Bench, Rule
from parta.regulation.moments import year_of
from parta.regulation.registry import Ask, Breach, Codes, Days, Params, Roles, one_of, roles_or, rule_kind
from parta.regulation.verdict import WayOut
from parta.regulation.words import POST, RELATIONS, ROLES, allowed, expand_roles, role_words

__all__ = ["WriteScope"]


class WriteScope(Params):
    """Who may write what: relations to the lesson or roles, and where."""

    who: Annotated[frozenset[str], roles_or(*RELATIONS)]
    what: FACT_WORDS
    where: Codes = frozenset()
    """``practice``: journals with this property only; ``own_subgroup``: journals of subgroups, own students only."""

    def facts(self) -> frozenset[str]:
        """Facts of acts behind ``what``."""
        return frozenset().union(*(FACT_CODES.get(name, frozenset()) for name in self.what))


_WHERE = {
    "own_subgroup": "своя подгруппа", "own_journals": "свои журналы", "substituted_lessons": "замещённые уроки",
    "practice": "практика", "trade": "производственное обучение",
}  # fmt: skip


def _who(codes: frozenset[str]) -> str:
    return listed((RELATIONS.get(code) or role_words([code]) for code in sorted(codes)), "или")


@rule_kind(
    "write_scope",
    8,
    WriteScope,
    title="Кто пишет в журнал",
    says=lambda p: (
        f"записи вносит {_who(p.who)}"
        + (f" и только здесь: {listed(sorted(_WHERE.get(one, one) for one in p.where))}" if p.where else "")
    ),
    facts=FACTS,
)
def write_scope(rule: Rule[WriteScope], bench: Bench) -> Ask:
    """A writer without one of the named ties is refused; the reason of an absence stays with ``absence_codes``."""
    params = rule.params
    who = params.who | expand_roles(params.who & ROLES.keys())
    posts = frozenset(code for code in who if code.startswith(POST))
    tags = params.where - {"own_subgroup", "own_journals", "substituted_lessons"}
    own_subgroup = "own_subgroup" in params.where
    here = not tags or bench.place.has_subject(tags)
    if own_subgroup and "subgroup" not in bench.place.tags:
        return lambda act, calendar: None
    named = _who(params.who)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        by = act.by
        if act.fact == "absence" and "class_teacher" in by.relations:
            return None
        tied = (
            not who.isdisjoint(by.relations)
            or (not who.isdisjoint(by.roles) and act.fact == "substitution")
            or (by.teaches and not posts.isdisjoint(by.roles))
        )
        if tied and here:
            if own_subgroup and not act.student_here:
                return Breach(
                    "Этот ученик занимается в другой подгруппе.",
                    "Записи в подгруппе ведёт её учитель.",
                    (WayOut.ASK_PERSON,),
                    help="учитель подгруппы",
                )
            return None
        if act.states_substitution and "substitute" in who:
            return None  # who states it is the substitute: the entry and the replacement are one form
        return Breach(
            "Этот урок ведёте не вы." if act.fact != "substitution" else "Замену записываете не вы.",
            f"Запись вносит {named}.",
            (WayOut.STATE_SUBSTITUTION, WayOut.ASK_PERSON) if "substitute" in who else (WayOut.ASK_PERSON,),
            help=named,
        )

    return ask


class RoleRights(Params):
    """What roles may do with an object. At a journal write only reading roles bear; the rest is the access table's."""

    object: Literal["journal", "cards", "personal_data", "everything"] = "journal"
    mode: Literal["read"] = "read"
    scope: str = ""
    data: Literal["", "minimum"] = ""
    """``minimum``: no more of a person than the duty needs."""
    special: Codes = frozenset()
    """Data that need a right of their own: ``health``."""
    default: Literal["", "deny"] = ""
    """``deny``: what no line of the access table allows is refused to everybody."""
    but: Codes = frozenset()
    """Facts the reading role may still write: ``absence_reason``."""


_SCOPES = {"own_class": "своей группы", "own_classes": "своих классов", "staff_of_class": "своих учеников"}


def _says_rights(params: RoleRights) -> str:
    if params.object == "journal":
        return "журнал только смотрят, записей не вносят"
    if params.object == "everything":
        return "что никому не разрешено, то запрещено всем; входят по своему имени и паролю"
    whom = _SCOPES.get(params.scope, "тем, кому нужно")
    words = f"{'карточки' if params.object == 'cards' else 'личные сведения'}: только {whom}"
    if params.data == "minimum":
        words += ", не больше, чем нужно для работы"
    if "health" in params.special:
        words += "; сведения о здоровье — по отдельному праву"
    return words


@rule_kind(
    "role_rights",
    8,
    RoleRights,
    title="Права по ролям",
    says=_says_rights,
    facts=FACTS,
)
def role_rights(rule: Rule[RoleRights], bench: Bench) -> Ask:
    """A reading role writes nothing; who also teaches the lesson writes as its teacher.

    Over cards and personal data the kind judges no write of a journal: the access table and the scope of each page do.
    """
    if rule.params.object != "journal":
        return lambda act, calendar: None
    roles = rule.entry.roles or frozenset()
    words = role_words(sorted(roles))
    free = frozenset().union(*(FACT_CODES.get(name, frozenset()) for name in rule.params.but))
    family = frozenset({"student", "guardian"})
    families = roles <= family

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.fact in free:
            return None
        if act.by.teaches or (act.fact == "substitution" and not families):
            return None
        if families and not act.by.roles <= family:
            return None  # a teacher who is also a parent acts as a teacher
        return Breach(
            "Журнал открыт вам только для просмотра."
            if not families
            else "Записи в журнал вносят только учителя.",
            f"Без права записи: {words}." if words else "",
            (WayOut.ASK_PERSON,),
            help="учитель урока",
        )

    return ask


HOURS = frozenset({"replaced", "missed", "made_up"})


class SubstitutionRecorded(Params):
    """Another teacher than the assigned one states the substitution in the same write."""

    on: Literal["entry"] | None = None
    steps: Codes = frozenset()
    fields: Codes = frozenset()
    source: str = ""
    by: Roles | None = None
    report: Codes = Field(
        frozenset(),
        description="что сводят в отчёте: replaced — заменено, missed — пропущено, made_up — восполнено",
    )

    @field_validator("report")
    @classmethod
    def _known(cls, codes: frozenset[str]) -> frozenset[str]:
        for code in sorted(codes - HOURS):
            raise ValueError(f"«{code}» — неизвестное слово в report; {allowed(code, HOURS)}")
        return codes


@rule_kind(
    "substitution_recorded",
    7,
    SubstitutionRecorded,
    title="Замена записана",
    says=lambda p: (
        "по учителям и месяцам видно, сколько часов заменено, пропущено и восполнено"
        if p.report
        else "кто ведёт урок вместо учителя, указывает замену в той же записи"
        if p.on
        else "замену записывают: сначала тема, затем отметка о замене"
    ),
    facts=LESSON_FACTS | {"substitution"},
    verbs={"record", "correct"},
    own={"by"},
)
def substitution_recorded(rule: Rule[SubstitutionRecorded], bench: Bench) -> Ask:
    """Whoever is not the lesson's teacher cannot write without the substitution; the topic comes before its flag."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        lesson = act.lesson
        if lesson is None:
            return None
        if act.fact == "substitution":
            if "topic" in params.steps and not lesson.topic.strip():
                return Breach(
                    "Сначала запишите тему урока.",
                    "Отметку о замене ставят после темы.",
                    (WayOut.SET_TOPIC, WayOut.TAKE_PLANNED_TOPIC),
                )
            return None
        if params.on != "entry":
            return None
        person = act.by.person_id
        if person in lesson.assigned_ids or person == lesson.substitute_id or act.states_substitution:
            return None
        if act.fact == "absence" and "class_teacher" in act.by.relations and act.old:
            return None
        return Breach(
            "Урок закреплён за другим учителем.",
            "Укажите в этой же записи, что проводите урок на замене.",
            (WayOut.STATE_SUBSTITUTION,),
        )

    return ask


SETUP_ITEMS = {
    "periods": "учебные периоды",
    "bells": "расписание звонков",
    "timetable": "расписание занятий",
    "rosters": "списки групп",
    "teaching_load": "нагрузка",
    "curricula": "учебные планы",
    "thematic_plans": "тематический план",
    "staff": "сотрудники",
}


class SetupGate(Params):
    """What must be set up before the journal opens."""

    requires: Annotated[frozenset[str], one_of(*SETUP_ITEMS)]
    each: Annotated[frozenset[str], one_of("class", "subject")] = frozenset({"class", "subject"})


@rule_kind(
    "setup_gate",
    7,
    SetupGate,
    title="Журнал открыт после настройки",
    says=lambda p: f"журнал ведут, когда готовы: {listed(SETUP_ITEMS.get(i, i) for i in sorted(p.requires))}",
    facts=LESSON_FACTS,
    verbs={"record", "correct"},
)
def setup_gate(rule: Rule[SetupGate], bench: Bench) -> Ask:
    """A write into a journal whose base data are not complete is refused, naming what is missing."""
    requires = rule.params.requires

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        missing = act.place.missing_setup & requires
        if not missing:
            return None
        return Breach(
            f"Для этого журнала ещё не готово: {listed(SETUP_ITEMS.get(item, item) for item in sorted(missing))}.",
            "Журнал открывается, когда базовые данные заполнены.",
            (WayOut.ASK_PERSON,),
            help="ответственный за журнал",
        )

    return ask


APPROVALS = {
    "curriculum": "учебный план",
    "teaching_load": "педагогическую нагрузку",
    "timetable": "расписание",
    "tarification_order": "приказ по тарификации",
}


class ApprovedBeforeUse(Params):
    """What takes effect only when it has been approved, and by whom."""

    kinds: Codes = Field(
        description="что утверждают: curriculum, teaching_load, timetable, tarification_order"
    )
    by: Roles = Field(frozenset({"director"}), description="кто утверждает")
    transition: Days = Field(
        parse_duration("14d"),
        description="сколько дней ещё пишут по неутверждённому, если пункт вступил в силу посреди учебного года",
    )

    @field_validator("kinds")
    @classmethod
    def _known(cls, value: frozenset[str]) -> frozenset[str]:
        for code in sorted(value - APPROVALS.keys()):
            raise ValueError(f"«{code}» — неизвестное слово в kinds; {allowed(code, APPROVALS)}")
        return value

    def covers(self, kind: str) -> bool:
        """Whether this kind is a draft until it is approved; the order of tarification is that of the load."""
        return kind in self.kinds or self.has_order(kind)

    def acts_until(self, since: date) -> date | None:
        """The day from which drafts stop who writes, of an entry in force since a day in the middle of a year."""
        if since <= year_of(since)["year_start"] or not self.transition.count:
            return None
        return since + timedelta(days=int(self.transition.count))

    def has_order(self, kind: str) -> bool:
        """Whether the kind is approved by an order with its number and date."""
        return kind == "teaching_load" and "tarification_order" in self.kinds


@rule_kind(
    "approved_before_use",
    7,
    ApprovedBeforeUse,
    title="Сначала утвердить",
    says=lambda p: (
        f"{role_words(sorted(p.by)) or 'директор'} утверждает:"
        f" {listed(words for code, words in APPROVALS.items() if code in p.kinds)}; до того это проект"
        + (f" (вступив посреди года, пункт даёт на подпись {p.transition})" if p.transition.count else "")
    ),
    facts=FACTS,
    verbs={"record", "correct"},
    own={"by"},
)
def approved_before_use(rule: Rule[ApprovedBeforeUse], bench: Bench) -> Ask:
    """A write by a load, or into a subject of a curriculum, that is still a draft. A substitute has no load to approve.

    Journals, lessons and orders themselves are held back by the actions that make them.
    """
    asks_curriculum = "curriculum" in rule.params.kinds
    asks_load = rule.params.covers("teaching_load")
    acts_until = rule.params.acts_until(rule.since)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        relations = act.by.relations
        if acts_until is not None and act.at.astimezone(calendar.zone).date() < acts_until:
            return None  # it came into force in the middle of a year: there is time to sign
        if asks_curriculum and "approved_curriculum" in act.place.missing_setup:
            found = "Предмета нет в утверждённом учебном плане этого класса."
        elif (
            asks_load
            and "draft_load" in relations
            and "substitute" not in relations
            and not (act.fact == "absence" and "class_teacher" in relations)
        ):
            found = "Ваша нагрузка по этому журналу ещё не утверждена."
        else:
            return None
        return Breach(
            found,
            "Записи откроются в день утверждения.",
            (WayOut.ASK_PERSON,),
            help=role_words(sorted(rule.params.by)),
        )

    return ask
