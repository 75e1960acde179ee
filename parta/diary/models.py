"""What families say back: who looked and when, what is done, what was read, what will be missed, what is wrong."""

from django.db import models

from parta.foundation.language import noted
from parta.journal.models import Homework
from parta.organisation.models import Homeroom, School
from parta.people.models import Person


class Look(models.Model):
    """A day on which somebody of the family opened the student's diary.

    `before_at` is the end of the look before this one: what was written since then is new to the person.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(help_text="By the school's calendar.")
    last_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "person", "day"], name="look_day")]


class HomeworkState(models.Model):
    """What became of homework at home: seen by the student, seen by the family, done. Marks nobody: no assessment."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    homework = models.ForeignKey(Homework, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True, help_text="When the student first saw it.")
    family_seen_at = models.DateTimeField(null=True, help_text="When a guardian first saw it.")
    done_at = models.DateTimeField(
        null=True, help_text="When the student called it done; null: not, or no more."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["homework", "student"], name="homework_state")]


class HomeworkCheck(models.Model):
    """A day on which a teacher opened the panel of homework."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(help_text="By the school's calendar.")
    first_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="homework_check_day")]


class Acknowledgement(models.Model):
    """Отметка об ознакомлении: a guardian has seen the student's week, on the page or on paper."""

    MEANS = noted([("web", "в дневнике"), ("paper", "на бумаге")])

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    week = models.DateField(help_text="Its Monday.")
    guardian = models.ForeignKey(
        Person,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Null: a signature on paper, of whom the class teacher did not say.",
    )
    means = models.CharField(max_length=5, choices=MEANS)
    at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "week", "guardian", "means"], name="acknowledged_once"
            ),
            models.UniqueConstraint(
                fields=["student", "week"], condition=models.Q(guardian=None), name="acknowledged_on_paper"
            ),
        ]


class AbsenceNotice(models.Model):
    """A planned absence told by a guardian. Accepted by the class teacher, it is the reason of those lessons."""

    STATES = noted(
        [
            ("told", "ждёт решения"),
            ("accepted", "принято"),
            ("declined", "отклонено"),
            ("withdrawn", "отозвано семьёй"),
        ]
    )
    MEANINGS = noted(
        [("ill", "болезнь"), ("excused", "семейные обстоятельства или другая уважительная причина")]
    )

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    starts = models.DateField()
    until = models.DateField(help_text="The day after the last.")
    first_lesson = models.IntegerField(null=True, blank=True, help_text="Null with the next: whole days.")
    last_lesson = models.IntegerField(null=True, blank=True)
    meaning = models.CharField(max_length=10, choices=MEANINGS)
    text = models.CharField(max_length=500)
    file_name = models.CharField(max_length=200, blank=True, default="")
    file_type = models.CharField(max_length=100, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    told_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=STATES, default="told")
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["school", "state", "until"], name="absence_notice_open")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("starts")), name="absence_notice_span"
            )
        ]


class DataChange(models.Model):
    """A change of personal data told by a guardian; accepted, it is the history of the field."""

    FIELDS = noted(
        [
            ("surname", "фамилия"),
            ("given_name", "имя"),
            ("patronymic", "отчество"),
            ("birth_date", "дата рождения"),
            ("phone", "телефон"),
            ("email", "электронная почта"),
        ]
    )
    STATES = noted([("told", "ждёт решения"), ("accepted", "принято"), ("declined", "отклонено")])

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose data: the student or the guardian.",
    )
    field = models.CharField(max_length=12, choices=FIELDS)
    before = models.CharField(max_length=200, blank=True, default="")
    after = models.CharField(max_length=200)
    ground = models.CharField(max_length=300, blank=True, default="", help_text="Paper that shows it.")
    told_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=STATES, default="told")
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["school", "state"], name="data_change_open")]


class FamilyReport(models.Model):
    """Отчёт or выписка: what a class teacher gave a family about a span of days, frozen as it was given.

    Electronic: given the moment it is made. On paper: given on the day the sheet was handed over (`given_on` null until
    then). A sheet of a week and a report of two weeks differ by their span alone.
    """

    MEDIA = [("electronic", "в дневнике и почтой"), ("paper", "на бумаге")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    homeroom = models.ForeignKey(Homeroom, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    medium = models.CharField(max_length=10, choices=MEDIA)
    starts = models.DateField()
    until = models.DateField(help_text="The day after the last.")
    contents = models.JSONField(help_text="Marks, averages, absences, notes…: see `queries.extracts`.")
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    given_on = models.DateField(null=True, help_text="The school's day on which the family got it.")
    handed_to = models.CharField(max_length=120, blank=True, default="", help_text="Who took the sheet.")
    handed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "medium", "starts", "until"], name="family_report_once"
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("starts")), name="family_report_span"
            ),
        ]
        indexes = [
            models.Index(fields=["homeroom", "starts"], name="family_report_homeroom"),
            models.Index(fields=["school", "given_on"], name="family_report_given"),
        ]


class ReportReceipt(models.Model):
    """Ознакомлен: a guardian read a report in the diary or signed a paper sheet (`guardian` null: nobody said who)."""

    report = models.ForeignKey(
        FamilyReport, on_delete=models.PROTECT, related_name="receipts", db_index=False
    )
    guardian = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    means = models.CharField(max_length=5, choices=Acknowledgement.MEANS)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "guardian", "means"], name="report_receipt_once"),
            models.UniqueConstraint(
                fields=["report"], condition=models.Q(guardian=None), name="report_receipt_paper"
            ),
        ]


class CalendarFeed(models.Model):
    """A secret address under which a calendar program reads somebody's lessons. Only its digest is kept.

    Of a student's days for the student and each guardian, of a teacher's own lessons for a teacher; whoever has the
    address reads it, so it is shown once and can be taken back.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(
        Person,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Null: the teacher's own lessons.",
    )
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text="Last read, noted once an hour.")
    revoked_at = models.DateTimeField(null=True)


class HandedWork(models.Model):
    """Сданная работа: a file that a student (or the family) handed in for homework, and the teacher's comment."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    homework = models.ForeignKey(Homework, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    words = models.CharField(max_length=500, blank=True, default="")
    handed_at = models.DateTimeField()
    handed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=1000, blank=True, default="")
    commented_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    commented_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["homework", "student"], name="handed_work_homework")]


class SchoolForecast(models.Model):
    """To whom a school shows the forecast of marks. No row: to class teachers and families."""

    SHOWN_TO = [
        ("all", "классным руководителям, администрации и семьям"),
        ("staff", "только классным руководителям и администрации"),
        ("nobody", "никому"),
    ]

    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="+")
    shown_to = models.CharField(max_length=6, choices=SHOWN_TO)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()


class HealthNote(models.Model):
    """Листок здоровья, the line of one student: a special category of personal data, open to few.

    A change ends a line and opens the next one; none is deleted.
    """

    GROUPS = [(1, "I"), (2, "II"), (3, "III"), (4, "IV"), (5, "V")]
    SPORT = noted(
        [
            ("basic", "основная"),
            ("preparatory", "подготовительная"),
            ("special_a", "специальная А"),
            ("special_b", "специальная Б"),
            ("exempt", "освобождён"),
        ]
    )

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    group = models.IntegerField(null=True, choices=GROUPS, help_text="Группа здоровья.")
    sport = models.CharField(max_length=12, blank=True, default="", choices=SPORT)
    advice = models.CharField(max_length=300, blank=True, default="", help_text="What teachers must know.")
    words = models.CharField(
        max_length=500, blank=True, default="", help_text="For those who keep the sheet only."
    )
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student"], condition=models.Q(ended_at=None), name="health_note_one"
            )
        ]


class HealthSheet(models.Model):
    """The paper health sheet of a class was handed over to its class teacher (ET-4.12)."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    homeroom = models.ForeignKey(Homeroom, on_delete=models.PROTECT, related_name="+")
    handed_on = models.DateField()
    handed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["homeroom"], condition=models.Q(withdrawn_at=None), name="health_sheet_one"
            )
        ]
