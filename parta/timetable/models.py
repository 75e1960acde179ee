"""When it is taught: the weekly template, the lessons made from it, who really taught."""

from django.db import models

from parta.organisation.models import AcademicYear, Room, School
from parta.people.models import Person
from parta.plans.models import Journal, approved_by


class TimetableSlot(models.Model):
    """A weekly or two-weekly place of a journal in the timetable."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="slots")
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="slots")
    weekday = models.IntegerField(help_text="1 Monday … 7 Sunday.")
    number = models.IntegerField(help_text="Lesson number of the bell schedule.")
    hours = models.IntegerField(
        default=1,
        db_default=1,
        help_text="Lesson numbers in a row that it takes: a pair 2, a day of practice 6.",
    )
    week = models.IntegerField(default=0, help_text="0 each week, 1 odd, 2 even weeks of the year.")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    teacher = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who of the journal's teachers; null: not known from the import.",
    )
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)
    approval = approved_by()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journal", "weekday", "number", "week", "starts"], name="slot_place"
            ),
        ]


class Lesson(models.Model):
    """One dated occurrence in one journal. Times are the timetabled ones; `moved` lessons carry their new date.

    A lesson of several `hours` (пара, a day of practice) is one column, one topic and one roll, and takes the lesson
    numbers from `number` on, from the bell of the first to that of the last; what is counted in hours counts them all.
    """

    STATES = [("planned", "по расписанию"), ("cancelled", "отменён"), ("moved", "перенесён")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="lessons", db_index=False)
    date = models.DateField()
    number = models.IntegerField()
    hours = models.IntegerField(default=1, db_default=1, help_text="Academic hours, lesson numbers in a row.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    teacher = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="lessons", db_index=False
    )
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=9, choices=STATES, default="planned")
    moved_from = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journal", "date", "number"], name="lesson_place")]
        indexes = [
            models.Index(fields=["school", "date"], name="lesson_date"),
            models.Index(fields=["teacher", "date"], name="lesson_teacher"),
        ]


class Substitution(models.Model):
    """Замена: who really taught a lesson instead of whom. The right to write passes for that lesson."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    lesson = models.OneToOneField(Lesson, on_delete=models.PROTECT, related_name="substitution")
    substitute = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="substitutions")
    replaced = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")
    order_number = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True, help_text="Account that recorded it; null: an import.")


class LessonChange(models.Model):
    """The register of moves: a lesson moved, cancelled or restored, from where to where, why and by whom."""

    KINDS = [("moved", "перенос"), ("cancelled", "отмена"), ("restored", "возвращён")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=9, choices=KINDS)
    from_date = models.DateField()
    from_number = models.IntegerField()
    to_date = models.DateField()
    to_number = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["school", "to_date"], name="lesson_change_to")]
