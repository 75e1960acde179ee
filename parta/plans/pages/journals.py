"""Set-up: journals with their teachers, thematic plans with their topics."""

import re
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation import sql
from parta.foundation.access import requires
from parta.foundation.pagekit import plural
from parta.organisation.acts import Refusal
from parta.organisation.models import AcademicYear, MarkScale, Subgroup, Subject, Term, WorkKind
from parta.people import queries as people
from parta.people.forms import Posted, carry_out
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import FORM, looking
from parta.people.setup import Progress, section, setup_page
from parta.people.viewer import Viewer
from parta.plans import actions, queries
from parta.plans.actions import TopicRow
from parta.plans.models import Journal, PlannedTopic, TeachingLoad, ThematicPlan


def _year(viewer: Viewer) -> AcademicYear:
    year = people.current_year(viewer)
    if year is None:
        raise Refusal("Сначала откройте учебный год.", "")
    return year


def _subjects(viewer: Viewer) -> list[tuple[int, str]]:
    rows = Subject.objects.filter(school_id=viewer.school.id).order_by("position", "title")
    return list(rows.values_list("id", "title"))


def _scales(viewer: Viewer) -> list[tuple[int, str]]:
    return list(
        MarkScale.objects.filter(school_id=viewer.school.id).order_by("id").values_list("id", "title")
    )


def _plans(viewer: Viewer, year: AcademicYear | None) -> list[tuple[int, str]]:
    rows = ThematicPlan.objects.filter(school_id=viewer.school.id, year=year).order_by("title")
    return list(rows.values_list("id", "title"))


@require_http_methods(FORM)
@requires("setup")
def journals(request: HttpRequest) -> HttpResponse:
    """Journals of the year; open one."""
    viewer = looking(request)
    year = people.current_year(viewer)
    homeroom_id = number_or_none(request.GET.get("homeroom", ""))

    def add(posted: Posted) -> str:
        group_id = posted.id_or_none("subgroup")
        homeroom = posted.id_or_none("homeroom")
        if group_id is not None:
            of_group = Subgroup.objects.filter(pk=group_id, year=_year(viewer)).values_list(
                "homerooms__id", flat=True
            )
            if homeroom is None and len(of_group) == 1:
                homeroom = of_group[0]
            elif homeroom is not None and homeroom not in of_group:
                raise Refusal("Эта подгруппа не из этого класса.", "subgroup")
        journal = actions.open_journal(
            year=_year(viewer),
            subject_id=posted.id("subject", "предмет"),
            homeroom_id=homeroom,
            subgroup_id=group_id,
            scale_id=posted.id_or_none("scale"),
            plan_id=posted.id_or_none("plan"),
            weekly_hours=posted.number("weekly_hours", "часов в неделю"),
            term_kind=posted.text("term_kind"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return reverse("setup_journal", args=(journal.pk,)) + "?done=added"

    forms = carry_out(request, {"add": add})
    if isinstance(forms, HttpResponse):
        return forms
    return setup_page(
        request,
        "plans/setup_journals.html",
        {
            "year": year,
            "journals": queries.journals(viewer, year, homeroom_id=homeroom_id),
            "homeroom_id": homeroom_id,
            "homerooms": people.homeroom_options(viewer, year),
            "subjects": _subjects(viewer),
            "subgroups": [(one.id, one.title) for one in people.subgroups(viewer, year)],
            "scales": _scales(viewer),
            "plans": _plans(viewer, year),
            "term_kinds": Term.KINDS[1:],
        },
        forms,
    )


@require_http_methods(FORM)
@requires("setup")
def journal(request: HttpRequest, journal_id: int) -> HttpResponse:
    """What a journal is kept by, and who keeps it."""
    viewer = looking(request)
    book = (
        Journal.objects.filter(school_id=viewer.school.id, pk=journal_id)
        .select_related("subject", "homeroom", "subgroup", "year")
        .first()
    )
    if book is None:
        raise Http404
    by, at = viewer.acting_as(), viewer.at

    def save(posted: Posted) -> str:
        actions.change_journal(
            journal=Journal.objects.get(pk=journal_id),
            scale_id=posted.id_or_none("scale"),
            plan_id=posted.id_or_none("plan"),
            weekly_hours=posted.number("weekly_hours", "часов в неделю"),
            term_kind=posted.text("term_kind"),
            by=by,
            at=at,
        )
        return "saved"

    def add_load(posted: Posted) -> str:
        actions.set_load(
            journal=book,
            teacher_id=posted.id("teacher", "учитель"),
            starts=posted.date("starts", "дата начала"),
            weekly_hours=posted.number("hours", "часов в неделю"),
            until=posted.until_or_none("until"),
            by=by,
            at=at,
        )
        return "added"

    def end_load(posted: Posted) -> str:
        load = TeachingLoad.objects.filter(journal=book, pk=posted.id_or_none("row") or 0).first()
        if load is None:
            raise Http404
        actions.end_load(load=load, until=posted.until("until", "последний день"), by=by, at=at)
        return "ended"

    forms = carry_out(request, {"save": save, "add_load": add_load, "end_load": end_load})
    if isinstance(forms, HttpResponse):
        return forms
    return setup_page(
        request,
        "plans/setup_journal.html",
        {
            "book": book,
            "load": queries.load_of(viewer, book),
            "staff": people.staff_options(viewer, viewer.on),
            "scales": _scales(viewer),
            "plans": _plans(viewer, book.year),
            "term_kinds": Term.KINDS[1:],
            "today": viewer.on,
            "starts": max(viewer.on, book.year.starts) if viewer.on < book.year.until else book.year.starts,
        },
        forms,
    )


@require_http_methods(FORM)
@requires("setup")
def plans(request: HttpRequest) -> HttpResponse:
    """Thematic plans of the year; start one."""
    viewer = looking(request)
    year = people.current_year(viewer)

    def add(posted: Posted) -> str:
        title = posted.text("title")
        if ThematicPlan.objects.filter(year=_year(viewer), title=" ".join(title.split())).exists():
            raise Refusal("План с таким названием уже есть.", "title")
        plan = actions.save_plan(
            year=_year(viewer),
            subject_id=posted.id("subject", "предмет"),
            title=title,
            topics=read_topics(viewer, posted.text("topics")),
            grade=posted.whole_or_none("grade", 1, 13, "параллель"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return reverse("setup_plan", args=(plan.pk,)) + "?done=added"

    forms = carry_out(request, {"add": add})
    if isinstance(forms, HttpResponse):
        return forms
    return setup_page(
        request,
        "plans/setup_plans.html",
        {"year": year, "plans": queries.plans(viewer, year), "subjects": _subjects(viewer)},
        forms,
    )


def read_topics(viewer: Viewer, text: str) -> list[TopicRow]:
    """Topics, a line each: topic, and after tabs or « | » the unit, the kind of work, the homework.

    So a column, or four, can be pasted from a spreadsheet. Kinds of work are named by code, title or short form.
    A last column «6 ч.» makes it the topic of a lesson of six hours.
    """
    kinds: dict[str, str] = {}
    for code, title, brief in WorkKind.objects.filter(school_id=viewer.school.id).values_list(
        "code", "title", "short"
    ):
        kinds |= {code.lower(): code, title.lower(): code, brief.lower(): code}
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in (line.split("\t") if "\t" in line else line.split(" | "))]
        hours = 1
        if len(parts) > 1 and (said := re.fullmatch(r"(\d{1,3})\s*ч\.?", parts[-1], re.IGNORECASE)):
            hours = int(said[1])
            parts.pop()
        topic, unit, kind, homework = (*parts, "", "", "")[:4]
        if len(parts) > 4:
            raise Refusal(f"Строка {number}: больше четырёх столбцов и часов.", "topics")
        if kind and kind.lower() not in kinds:
            raise Refusal(f"Строка {number}: вида работы «{kind[:40]}» в школе нет.", "topics")
        rows.append(TopicRow(topic, unit, kinds[kind.lower()] if kind else "", homework, hours=hours))
    return rows


def written_topics(topics: list[PlannedTopic]) -> str:
    """The lines that :func:`read_topics` reads."""
    lines = []
    for topic in topics:
        parts = [topic.text, topic.unit, topic.work_kind, topic.homework]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        if topic.hours > 1:
            parts.append(f"{topic.hours} ч.")
        lines.append(" | ".join(parts))
    return "\n".join(lines)


@require_http_methods(FORM)
@requires("setup")
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A thematic plan: its topics as a list and as lines to edit."""
    viewer = looking(request)
    found = (
        ThematicPlan.objects.filter(school_id=viewer.school.id, pk=plan_id)
        .select_related("subject", "year", "author")
        .first()
    )
    if found is None:
        raise Http404

    def save(posted: Posted) -> str:
        minutes = dict(PlannedTopic.objects.filter(plan=found).values_list("text", "minutes"))
        actions.save_plan(
            year=found.year,
            subject_id=found.subject_id,
            title=found.title,
            topics=[
                replace(row, minutes=minutes.get(row.text))
                for row in read_topics(viewer, posted.text("topics"))
            ],
            grade=posted.whole_or_none("grade", 1, 13, "параллель"),
            author_id=found.author_id,
            approved_on=posted.date_or_none("approved_on", "дата утверждения"),
            order_number=posted.text("order_number"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"save": save})
    if isinstance(forms, HttpResponse):
        return forms
    topics = list(PlannedTopic.objects.filter(plan=found).order_by("position"))
    return setup_page(
        request,
        "plans/setup_plan.html",
        {
            "plan": found,
            "topics": topics,
            "lines": written_topics(topics),
            "kinds": dict(WorkKind.objects.filter(school_id=viewer.school.id).values_list("code", "title")),
        },
        forms,
    )


def _journal_progress(viewer: Viewer) -> Progress:
    year = people.current_year(viewer)
    lines = queries.journals(viewer, year, homeroom_id=None)
    bare = [f"{line.homeroom} {line.subject}".strip() for line in lines if not line.teachers]
    says = f"{plural(len(lines) - len(bare), 'журнал', 'журнала', 'журналов')} с учителем."
    if bare:
        says += f" Без учителя: {', '.join(bare[:3])}{' и ещё' if len(bare) > 3 else ''}."
    return Progress(
        says,
        plural(len(lines), "журнал", "журнала", "журналов"),
        not lines or bool(bare),
        len(lines) - len(bare),
        len(lines),
    )


def _plan_progress(viewer: Viewer) -> Progress:
    year = people.current_year(viewer)
    ((with_plan, everything, titles),) = sql.read(
        "SELECT (SELECT COUNT(*) FROM plans_journal WHERE year_id = %s AND plan_id IS NOT NULL),"
        " (SELECT COUNT(*) FROM plans_journal WHERE year_id = %s),"
        " (SELECT COUNT(*) FROM plans_thematicplan WHERE year_id = %s)",
        [year.pk if year else 0] * 3,
    )
    return Progress(
        f"План есть у {plural(with_plan, 'журнала', 'журналов', 'журналов')} из {everything}.",
        plural(titles, "план", "плана", "планов"),
        False,
        with_plan,
        everything,
    )


section(
    "journals",
    "Журналы и нагрузка",
    "setup_journals",
    position=70,
    about="Какой предмет у какого класса кто ведёт.",
    progress=_journal_progress,
)
section(
    "plans",
    "Тематические планы",
    "setup_plans",
    position=75,
    about="Темы уроков по часам.",
    progress=_plan_progress,
)

urlpatterns = [
    path("setup/journals/", journals, name="setup_journals"),
    path("setup/journals/<int:journal_id>/", journal, name="setup_journal"),
    path("setup/plans/", plans, name="setup_plans"),
    path("setup/plans/<int:plan_id>/", plan, name="setup_plan"),
]
