"""Acts of control: checks with their certificates, remarks with their lives, reports handed in."""

from django.db import models

from parta.organisation.models import Department, Homeroom, School, Term
from parta.people.models import Person
from parta.plans.models import Journal
from parta.regulation.models import EditionDraft
from parta.timetable.models import Lesson


class Check(models.Model):
    """Проверка and its certificate (справка): who looked at which journals, when, with what result.

    `contents` is what the check found, frozen at its end with `sha256`; nothing of a finished check changes.
    Without department and class it covers everything its maker reads.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="checks")
    number = models.IntegerField(help_text="Within the school, from 1.")
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="checks_made")
    role = models.CharField(max_length=64, help_text="In which role or post it was made.")
    made_at = models.DateTimeField()
    since = models.DateField(help_text="First day of the lessons looked at.")
    until = models.DateField(help_text="The day after the last.")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    homeroom = models.ForeignKey(Homeroom, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    directions = models.JSONField(default=list, help_text="Codes of what was looked at.")
    conclusion = models.CharField(max_length=2000, blank=True, default="")
    fix_by = models.DateField(null=True, blank=True, help_text="Last day to mend what was found.")
    contents = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "number"], name="check_number"),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="check_span"),
        ]
        indexes = [models.Index(fields=["school", "made_at"], name="check_made")]


class Acknowledgement(models.Model):
    """Ознакомление с справкой: whom a certificate is brought to, and when that person read it."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    check_made = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="acknowledgements")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, help_text="As whom: director, teacher, class_teacher.")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_made", "person"], name="acknowledgement_of_person")
        ]
        indexes = [models.Index(fields=["school", "person"], name="acknowledgement_person")]


class Remark(models.Model):
    """Замечание по ведению журнала: raised on a place, answered by its teacher, accepted or returned.

    A remark is never removed and its words do not change. Its place is a lesson, a journal, a class or a person's
    work as a whole.
    """

    STATES = [("open", "у учителя"), ("answered", "исправлено, проверить"), ("accepted", "принято")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="remarks")
    check_made = models.ForeignKey(
        Check, null=True, blank=True, on_delete=models.PROTECT, related_name="remarks"
    )
    journal = models.ForeignKey(
        Journal, null=True, blank=True, on_delete=models.PROTECT, related_name="remarks"
    )
    lesson = models.ForeignKey(Lesson, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    homeroom = models.ForeignKey(Homeroom, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="remarks", help_text="To whom.")
    text = models.CharField(max_length=1000)
    clauses = models.JSONField(default=list, help_text="Ids of the clauses it rests on.")
    due = models.DateField(help_text="Last day to mend it.")
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=STATES, default="open")
    answer = models.CharField(max_length=1000, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    returned = models.CharField(max_length=1000, blank=True, default="", help_text="Why it was sent back.")
    returned_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["school", "state"], name="remark_state"),
            models.Index(fields=["person", "state"], name="remark_person"),
        ]


class Report(models.Model):
    """Отчёт for a span of days, with the figures it had when it was made; handed in and received, where that is asked.

    Made by the program (`made_by` null) or by the person whose duty it is.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="reports")
    code = models.CharField(max_length=24)
    since = models.DateField()
    until = models.DateField(help_text="The day after the last.")
    homeroom = models.ForeignKey(Homeroom, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    note = models.CharField(max_length=2000, blank=True, default="")
    contents = models.JSONField(default=dict)
    received_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "code", "since", "until"],
                condition=models.Q(made_by=None, homeroom=None, department=None),
                name="report_of_the_program",
            ),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="report_span"),
        ]
        indexes = [models.Index(fields=["school", "code", "since"], name="report_of_span")]


class Finding(models.Model):
    """Нарушение, пора заполнить: what a watch found, kept from the day it was found.

    It lies open from `since`, is overdue after `due` (at once where there is none), may be answered by whom it is
    about, and is closed by the fact alone or excused by a person with a reason; where a thing is to be done, the fact
    is that who did it says so. Who and what it says is worked out by the watches and brought up to date after each
    write; nobody edits it.
    """

    STATES = [
        ("open", "не исправлено"),
        ("answered", "есть ответ"),
        ("excused", "признано уважительным"),
        ("done", "сделано"),
        ("closed", "исправлено"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="findings")
    key = models.CharField(max_length=64, help_text="The same fact of the same object has the same key.")
    source = models.CharField(max_length=24, help_text="Which question found it.")
    kind = models.CharField(max_length=48, help_text="The rule kind.")
    fact = models.CharField(max_length=16, blank=True, default="")
    clauses = models.JSONField(
        default=list, help_text="Pairs of id and printed number, the deciding one first."
    )
    act = models.CharField(max_length=200, blank=True, default="", help_text="The act of the first clause.")
    journal_id = models.BigIntegerField(null=True)
    lesson_id = models.BigIntegerField(null=True)
    homeroom_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    who_id = models.BigIntegerField(null=True, help_text="Whose duty; null: the holders of `role`.")
    role = models.CharField(max_length=64, blank=True, default="")
    date = models.DateField(help_text="The day of the lesson, or from which it is so.")
    number = models.IntegerField(default=0, help_text="Number of the lesson; 0: no lesson.")
    due = models.DateTimeField(null=True)
    text = models.TextField()
    detail = models.TextField(blank=True, default="")
    students = models.JSONField(default=list, help_text="Pairs of id (0: not known) and name.")
    told = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=STATES, default="open")
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    done_on = models.DateField(null=True, help_text="The day on which it was done, as who did it says.")
    answer = models.CharField(max_length=1000, blank=True, default="")
    excuse = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "key"], name="finding_key")]
        indexes = [
            models.Index(fields=["school", "state", "date"], name="finding_state"),
            models.Index(fields=["school", "who_id", "state"], name="finding_who"),
            models.Index(fields=["school", "lesson_id"], name="finding_lesson"),
            models.Index(fields=["school", "source", "date"], name="finding_source"),
        ]


class FindingStep(models.Model):
    """A step in the life of a finding: answered, excused, the excuse taken back, closed by the fact, found again.

    Append-only in the database itself. A step of the program has no person.
    """

    STEPS = [
        ("answered", "дан ответ"),
        ("excused", "признано уважительным"),
        ("done", "сделано"),
        ("returned", "снова ждёт исправления"),
        ("lapsed", "появились новые ученики: причина их не касается"),
        ("closed", "исправлено: запись есть"),
        ("found", "найдено снова"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    step = models.CharField(max_length=8, choices=STEPS)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["finding", "at"], name="finding_step")]


class FindingsKept(models.Model):
    """How far the findings of a school are worked out: up to which moment, under which law."""

    school = models.OneToOneField(School, on_delete=models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField(null=True, help_text="Null: not worked out yet.")
    law_version = models.IntegerField(default=0)
    changed = models.IntegerField(default=0, help_text="Findings that the last time changed.")


class FindingCursor(models.Model):
    """Up to which line of a chain of the change log the findings know."""

    chain_id = models.BigIntegerField(primary_key=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()


class CloseoutStep(models.Model):
    """A step of the close of a term done by its person: the term's marks of a journal checked and confirmed."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=24)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journal", "term", "step"], name="closeout_step_once")]


class ErrorReport(models.Model):
    """Обращение: wrong data, no device, no network, or the program itself; told by anybody of the staff, closed by who
    answers for it; both times are kept. What the school cannot mend goes on to the support of the program.
    """

    KINDS = [
        ("data", "ошибка в данных"),
        ("device", "нет устройства"),
        ("network", "нет сети"),
        ("program", "работа программы"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=KINDS, default="data")
    room = models.ForeignKey(
        "organisation.Room",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Where.",
    )
    text = models.CharField(max_length=1000, help_text="What is wrong, and where.")
    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    fixed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    fixed_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=1000, blank=True, default="", help_text="What was mended.")
    forwarded_at = models.DateTimeField(null=True, blank=True, help_text="When it went to the support.")

    class Meta:
        indexes = [models.Index(fields=["school", "reported_at"], name="error_report_at")]


class PlannedCheck(models.Model):
    """Строка плана внутришкольного контроля: what is looked at, by whom, until which day; closed by its result.

    A line is not removed and its words do not change: what falls away is closed with the reason.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    what = models.CharField(max_length=300)
    due = models.DateField(help_text="Last day.")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", help_text="Who checks.")
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    entered_at = models.DateTimeField()
    check_made = models.ForeignKey(
        Check, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Its certificate."
    )
    outcome = models.CharField(max_length=1000, blank=True, default="")
    closed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["school", "due"], name="planned_check_due")]


class NormChange(models.Model):
    """Новая внешняя норма: an act of law or of the region, after which the school reviews its own regulation."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=300)
    number = models.CharField(max_length=60)
    signed_on = models.DateField()
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=1000, blank=True, default="", help_text="What was changed, or why nothing."
    )

    class Meta:
        indexes = [models.Index(fields=["school", "entered_at"], name="norm_change_at")]


class Trial(models.Model):
    """Проба редакции: a draft of the act tried on the lessons of some days, by the worker; the result is kept.

    It says what it was worked out from (`law_version`, `judged_at`), so that a reader sees when it has grown stale.
    """

    STATES = [
        ("waiting", "ждёт очереди"),
        ("running", "идёт"),
        ("done", "готова"),
        ("failed", "не получилась"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    draft = models.ForeignKey(EditionDraft, on_delete=models.PROTECT, related_name="trials")
    since = models.DateField()
    until = models.DateField(help_text="The day after the last.")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    done = models.IntegerField(default=0, help_text="Journals tried so far.")
    total = models.IntegerField(default=0, help_text="Of how many; 0: not known yet.")
    judged_at = models.DateTimeField(null=True, help_text="The journals as they stood at this moment.")
    law_version = models.IntegerField(default=0)
    fault = models.CharField(max_length=500, blank=True, default="")
    contents = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="trial_span")
        ]
        indexes = [models.Index(fields=["school", "draft", "asked_at"], name="trial_of_draft")]
