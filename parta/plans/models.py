"""What is to be taught, how much and by whom."""

from django.db import models

from parta.organisation.models import AcademicYear, Homeroom, MarkScale, School, Subgroup, Subject
from parta.people.models import Person


class Approval(models.Model):
    """Утверждение: the director's act over all drafts of a kind in a year. A row without one is a draft."""

    KINDS = [
        ("curriculum", "учебный план"),
        ("teaching_load", "педагогическая нагрузка"),
        ("timetable", "расписание"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="approvals")
    kind = models.CharField(max_length=16, choices=KINDS)
    order_number = models.CharField(max_length=40, blank=True, default="")
    order_date = models.DateField(null=True, blank=True)
    approved_at = models.DateTimeField()
    approved_by = models.BigIntegerField(null=True, help_text="Account; null: the program itself.")
    rows = models.IntegerField(default=0)
    lines = models.JSONField(default=list, help_text="What was approved, line by line, as it is printed.")

    class Meta:
        indexes = [models.Index(fields=["school", "year", "kind"], name="approval_kind")]


def approved_by() -> "models.ForeignKey[Approval | None, Approval | None]":
    """The column of a row that takes effect by the director's approval; null: a draft."""
    return models.ForeignKey(Approval, null=True, blank=True, on_delete=models.PROTECT, related_name="+")


class CurriculumHours(models.Model):
    """A line of the curriculum (учебный план): hours of a subject in a grade (or one homeroom) per week and year."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="curriculum")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    grade = models.IntegerField(null=True, blank=True)
    homeroom = models.ForeignKey(Homeroom, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    weekly_hours = models.DecimalField(max_digits=5, decimal_places=2)
    yearly_hours = models.IntegerField()
    CONTROLS = [
        ("mark", "отметка"),
        ("credit", "зачёт"),
        ("graded_credit", "дифференцированный зачёт"),
        ("exam", "экзамен"),
        ("test", "контрольная работа"),
        ("none", "без отметки"),
    ]
    LEVELS = [("basic", "базовый"), ("advanced", "углублённый"), ("profile", "профильный")]
    control = models.CharField(
        max_length=14, choices=CONTROLS, blank=True, default="", help_text="Form of interim attestation."
    )
    level = models.CharField(max_length=10, choices=LEVELS, blank=True, default="")
    approval = approved_by()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "subject", "grade", "homeroom"], name="curriculum_line"),
        ]


class ThematicPlan(models.Model):
    """КТП: ordered topics, shared by the journals of a parallel."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="plans")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="plans")
    title = models.CharField(max_length=200)
    grade = models.IntegerField(null=True, blank=True)
    author = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_on = models.DateField(null=True, blank=True)
    order_number = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "year", "title"], name="plan_title")]


class PlannedTopic(models.Model):
    """What one lesson teaches: the topic, with which work, what is suggested for home. Mostly one hour."""

    plan = models.ForeignKey(ThematicPlan, on_delete=models.CASCADE, related_name="topics")
    position = models.IntegerField(help_text="From 1; one lesson each.")
    hours = models.IntegerField(
        default=1, db_default=1, help_text="Hours of its lesson: 6 for a day of practice."
    )
    unit = models.CharField(max_length=200, blank=True, default="")
    text = models.CharField(max_length=500)
    work_kind = models.CharField(
        max_length=24, blank=True, default="", help_text="Code of a WorkKind, or empty."
    )
    homework = models.CharField(max_length=500, blank=True, default="")
    minutes = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "position"], name="topic_position")]


class Journal(models.Model):
    """Журнал предмета: one subject taught to one homeroom or subgroup in one year."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="journals")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="journals")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="journals")
    homeroom = models.ForeignKey(
        Homeroom,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="journals",
        help_text="The class taught, also when only its subgroup is; null: a subgroup of several classes.",
    )
    subgroup = models.ForeignKey(
        Subgroup, null=True, blank=True, on_delete=models.PROTECT, related_name="journals"
    )
    grade = models.IntegerField(null=True, blank=True, help_text="Grade the rules read; null in centres.")
    scale = models.ForeignKey(
        MarkScale,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Null: no marks.",
    )
    plan = models.ForeignKey(
        ThematicPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="journals"
    )
    weekly_hours = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    term_kind = models.CharField(max_length=10, default="quarter")
    external_id = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "subject", "homeroom"],
                condition=models.Q(subgroup=None),
                name="journal_of_class",
            ),
            models.UniqueConstraint(
                fields=["year", "subject", "subgroup"],
                condition=models.Q(subgroup__isnull=False),
                name="journal_of_subgroup",
            ),
        ]
        indexes = [models.Index(fields=["school", "year"], name="journal_year")]


class TeachingLoad(models.Model):
    """Нагрузка: a teacher has the journal from a day until a day."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="loads")
    teacher = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="loads")
    weekly_hours = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)
    approval = approved_by()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journal", "teacher", "starts"], name="load_from")]


class IndividualPlan(models.Model):
    """Индивидуальный учебный план (ИУП): by an order a student studies by lines of their own, from a day until a day.

    Its subgroup holds this student alone: journals, timetable and lessons of what is taught apart are that subgroup's.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="individual_plans")
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="individual_plans")
    homeroom = models.ForeignKey(Homeroom, on_delete=models.PROTECT, related_name="+")
    subgroup = models.OneToOneField(Subgroup, on_delete=models.PROTECT, related_name="individual_plan")
    ground = models.CharField(max_length=200, blank=True, default="")
    order_number = models.CharField(max_length=40, help_text="Приказ №")
    order_date = models.DateField()
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["student", "year"], name="individual_plan_student")]


class IndividualLine(models.Model):
    """A line of an individual plan. Taught apart it has a journal of its own; else the student sits with the class."""

    plan = models.ForeignKey(IndividualPlan, on_delete=models.CASCADE, related_name="lines")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    weekly_hours = models.DecimalField(max_digits=5, decimal_places=2)
    yearly_hours = models.IntegerField()
    control = models.CharField(
        max_length=14,
        choices=CurriculumHours.CONTROLS,
        blank=True,
        default="",
        help_text="Form of attestation.",
    )
    is_apart = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "subject"], name="individual_line")]
