"""Acts of control: checks with their certificates, remarks with their lives, reports handed in."""

from django.db import models

from parta.organisation.models import Department, Homeroom, School
from parta.people.models import Person
from parta.plans.models import Journal
from parta.timetable.models import Lesson


class Check(models.Model):
    """Проверка and its certificate (справка): who looked at which journals, when, with what result.

    `contents` is what the check found, frozen at its end with `sha256`; nothing of a finished check changes.
    Without department and class it covers everything its maker reads.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="checks")
    number = models.IntegerField(help_text="Within the school, from 1.")
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="checks_made")
    role = models.CharField(max_length=24, help_text="In which role it was made.")
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
