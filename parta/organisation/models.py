"""The school as a frame: calendar, bells, rooms, subjects, scales, kinds of work, classes. All dates half-open."""

from django.db import models


class School(models.Model):
    """The tenant (организация): everything below belongs to exactly one."""

    KINDS = [("general", "Школа"), ("college", "Колледж"), ("centre", "Центр дополнительного образования")]

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=300, help_text="Full official name.")
    short_name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=KINDS, default="general")
    timezone = models.CharField(max_length=40, default="Europe/Moscow")
    locale = models.CharField(max_length=5, default="ru")
    law_version = models.IntegerField(
        default=1, help_text="Grows with each change of editions or settings; the key of the cached law."
    )

    def __str__(self) -> str:
        return self.short_name


class AcademicYear(models.Model):
    """Учебный год, from `starts` up to but not including `until`."""

    STATES = [("setup", "Готовится"), ("open", "Идёт"), ("closing", "Закрывается"), ("closed", "Закрыт")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="years")
    title = models.CharField(max_length=20, help_text="2026/2027")
    starts = models.DateField()
    until = models.DateField()
    state = models.CharField(max_length=8, choices=STATES, default="open")
    week_days = models.IntegerField(default=5, help_text="Teaching days in a week: 5 or 6, from Monday.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "title"], name="year_title"),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("starts")), name="year_span"),
        ]

    def __str__(self) -> str:
        return self.title


class Term(models.Model):
    """Dated part of a year; terms may nest (quarter in half-year in year)."""

    KINDS = [
        ("year", "Год"),
        ("half_year", "Полугодие"),
        ("quarter", "Четверть"),
        ("trimester", "Триместр"),
        ("semester", "Семестр"),
        ("module", "Модуль"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="terms")
    kind = models.CharField(max_length=10, choices=KINDS)
    number = models.IntegerField(default=1)
    title = models.CharField(max_length=40, help_text="I четверть")
    starts = models.DateField()
    until = models.DateField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    finals_from = models.DateField(
        null=True, blank=True, help_text="By the order on closing the term: its marks are set from this day"
    )
    finals_until = models.DateField(null=True, blank=True, help_text="…until this day, not including it.")
    closing_order = models.CharField(max_length=40, blank=True, default="", help_text="Приказ №")
    closing_order_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "kind", "number"], name="term_number"),
            models.CheckConstraint(condition=models.Q(until__gt=models.F("starts")), name="term_span"),
            models.CheckConstraint(
                condition=models.Q(finals_from=None) | models.Q(finals_until__gt=models.F("finals_from")),
                name="term_finals_span",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Vacation(models.Model):
    """Каникулы or a single day off (holiday, quarantine) within a year; `homeroom` narrows it to one class."""

    KINDS = [("vacation", "Каникулы"), ("holiday", "Праздник"), ("quarantine", "Карантин")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="vacations")
    kind = models.CharField(max_length=10, choices=KINDS, default="vacation")
    title = models.CharField(max_length=80)
    starts = models.DateField()
    until = models.DateField()
    homeroom = models.ForeignKey(
        "Homeroom", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )


class BellSchedule(models.Model):
    """Расписание звонков; one school may have several (shifts, short days)."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="bell_schedules")
    title = models.CharField(max_length=60)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "title"], name="bells_title")]


class Bell(models.Model):
    """Start and end of a lesson number in a bell schedule, local time."""

    schedule = models.ForeignKey(BellSchedule, on_delete=models.CASCADE, related_name="bells")
    number = models.IntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "number"], name="bell_number")]


class Department(models.Model):
    """Кафедра, методическое объединение, отделение: what a head of department heads."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="departments")
    title = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "title"], name="department_title")]


class Room(models.Model):
    """Кабинет."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="rooms")
    title = models.CharField(max_length=40)
    purpose = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "title"], name="room_title")]


class Subject(models.Model):
    """Предмет, дисциплина, практика. `tags` are properties that rules read: language, literature, practice,
    double_marks, unmarked…"""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="subjects")
    KINDS = [
        ("subject", "предмет"),
        ("course", "курс"),
        ("discipline", "дисциплина"),
        ("module", "профессиональный модуль"),
        ("practice", "практика"),
    ]

    code = models.CharField(max_length=60, help_text="Stable within the school; rules name it.")
    kind = models.CharField(max_length=10, choices=KINDS, blank=True, default="")
    hours = models.IntegerField(
        null=True, blank=True, help_text="Whole volume by the list of units, in hours."
    )
    title = models.CharField(max_length=160)
    short = models.CharField(max_length=40, blank=True, default="")
    area = models.CharField(
        max_length=120, blank=True, default="", help_text="Subject area of the curriculum."
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tags = models.JSONField(default=list)
    position = models.IntegerField(default=100)
    external_id = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "code"], name="subject_code")]
        indexes = [models.Index(fields=["school", "title"], name="subject_title")]

    def __str__(self) -> str:
        return self.title


class MarkScale(models.Model):
    """Шкала: the symbols a school may write, what they are worth and whether they count.

    `symbols`: list of ``{"symbol": "5", "value": 5, "passes": true, "counts": true}`` in order of the keys.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="scales")
    code = models.SlugField(max_length=20)
    title = models.CharField(max_length=80)
    symbols = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "code"], name="scale_code")]


class WorkKind(models.Model):
    """Вид работы of a school: a label over one of the codes that rules know, with its weight in the average."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="work_kinds")
    code = models.SlugField(max_length=24, help_text="Rule code: oral, written, control, test, laboratory…")
    title = models.CharField(max_length=80)
    short = models.CharField(max_length=6, help_text="Head of the column: КР, СР, УО.")
    weight = models.DecimalField(max_digits=5, decimal_places=2, default=1)
    position = models.IntegerField(default=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "code"], name="work_kind_code")]


class Homeroom(models.Model):
    """Класс, группа, объединение of one year. Its class teacher is a dated role, not a field."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="homerooms")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="homerooms")
    title = models.CharField(max_length=60, help_text="6Б; shown as 6 «Б».")
    grade = models.IntegerField(null=True, blank=True, help_text="Grade 1–11 or course 1–5; null in centres.")
    letter = models.CharField(max_length=40, blank=True, default="")
    term_kind = models.CharField(max_length=10, choices=Term.KINDS, default="quarter")
    bells = models.ForeignKey(BellSchedule, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    profile = models.CharField(
        max_length=160, blank=True, default="", help_text="Trade or profile: 43.01.09 Повар, кондитер."
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    external_id = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "year", "title"], name="homeroom_title")]

    def __str__(self) -> str:
        return self.title


class Subgroup(models.Model):
    """Подгруппа: a named part of a homeroom, or of several."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(AcademicYear, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80, help_text="английский язык, 1-я группа")
    short = models.CharField(max_length=20, help_text="1-я гр.")
    split = models.CharField(
        max_length=60, help_text="What the split is for; one subgroup of a split per student."
    )
    homerooms = models.ManyToManyField(Homeroom, related_name="subgroups")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "year", "title"], name="subgroup_title")]
