"""What is written in a journal.

Every row a person may overwrite carries `version`: the page sends back the version it saw, and a difference is a
conflict that is shown, not a victory of the later write.
"""

from django.db import models

from parta.organisation.models import School, Term
from parta.people.models import Person
from parta.plans.models import Journal, PlannedTopic
from parta.timetable.models import Lesson

MEANINGS = [
    ("unknown", "отсутствовал, причина не известна"),
    ("ill", "болел"),
    ("excused", "уважительная причина"),
    ("unexcused", "неуважительная причина"),
    ("late", "опоздал"),
    ("event", "школьное мероприятие"),
    ("exempt", "освобождён"),
]


class LessonRecord(models.Model):
    """The written side of a lesson: topic, whether it was held, whether the roll was taken."""

    lesson = models.OneToOneField(Lesson, primary_key=True, on_delete=models.PROTECT, related_name="record")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="records")
    topic = models.CharField(max_length=500, blank=True, default="")
    planned_topic = models.ForeignKey(
        PlannedTopic, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    topic_at = models.DateTimeField(null=True, help_text="When a topic was first saved.")
    conducted_at = models.DateTimeField(null=True, help_text="When the lesson was first recorded as held.")
    conducted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    roll_at = models.DateTimeField(
        null=True, help_text="When the roll was first taken; all present is a roll too."
    )
    version = models.IntegerField(default=1)


class Assessment(models.Model):
    """Работа на уроке: a column of marks – a lesson and a kind of work."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="assessments", db_index=False)
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="assessments", db_index=False)
    work_kind = models.CharField(max_length=24, help_text="Code of the school's WorkKind.")
    position = models.IntegerField(default=1)
    weight = models.DecimalField(max_digits=5, decimal_places=2, default=1)
    title = models.CharField(max_length=200, blank=True, default="")
    parts = models.IntegerField(default=1, help_text="2: content and literacy, written 5/4.")
    finished_at = models.DateTimeField(
        null=True, blank=True, help_text="When its teacher called it finished."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "work_kind", "position"], name="assessment_place")
        ]
        indexes = [models.Index(fields=["journal", "lesson"], name="assessment_journal")]


class Mark(models.Model):
    """Отметка: a value of the scale for a student in an assessment.

    A double mark is two rows with `part` 1 (content) and 2 (literacy); a plain one has part 0. Rows are never
    deleted: an annulled mark has an empty `value`. `first_value` is the value before the first correction that
    was not a slip of the finger; it is what the cell shows struck through.

    School, journal and author repeat what the assessment and the log say, for reading without joins: the database
    does not check them row by row (a class of marks would cost 75 look-ups more); `parta check` does.
    """

    school = models.ForeignKey(
        School, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="marks", db_index=False, db_constraint=False
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="marks", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="marks", db_index=False)
    part = models.SmallIntegerField(default=0)
    value = models.CharField(max_length=8, blank=True, default="")
    first_value = models.CharField(max_length=8, blank=True, default="")
    counted = models.CharField(
        max_length=8,
        null=True,
        help_text="What counts in an average in place of `value`, where the act of the lesson's day says so.",
    )
    set_at = models.DateTimeField(help_text="When a value first stood here.")
    changed_at = models.DateTimeField()
    set_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    is_late = models.BooleanField(
        default=False, help_text="Set after the limit of the regulation, or by a permit."
    )
    comment = models.CharField(max_length=300, blank=True, default="")
    version = models.IntegerField(default=1, help_text="The same for both parts of a double mark.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "student", "part"], name="mark_place")]
        indexes = [models.Index(fields=["student", "journal"], name="mark_student")]


class Absence(models.Model):
    """Пропуск or опоздание in a lesson. The meaning is the act's; the symbol is what was written under it."""

    school = models.ForeignKey(
        School, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="absences", db_index=False, db_constraint=False
    )
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="absences", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences", db_index=False)
    meaning = models.CharField(
        max_length=10, choices=MEANINGS, blank=True, default="", help_text="Empty: annulled."
    )
    symbol = models.CharField(max_length=4, blank=True, default="")
    minutes = models.IntegerField(null=True, blank=True, help_text="Of lateness.")
    set_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    set_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "student"], name="absence_place")]
        indexes = [
            models.Index(fields=["journal"], name="absence_journal"),
            models.Index(fields=["student"], name="absence_student"),
        ]


class Homework(models.Model):
    """Домашнее задание given in a lesson: common (student null) or individual; or declared as not set."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="homework")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="homework")
    student = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000, blank=True, default="")
    is_none = models.BooleanField(default=False, help_text="«Не задано»: neither a text nor a gap.")
    minutes = models.IntegerField(null=True, blank=True, help_text="Estimate for the student.")
    due_lesson = models.ForeignKey(
        Lesson, null=True, blank=True, on_delete=models.PROTECT, related_name="homework_due"
    )
    due_date = models.DateField(null=True, blank=True)
    set_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lesson"], condition=models.Q(student=None), name="homework_common"
            ),
            models.UniqueConstraint(
                fields=["lesson", "student"],
                condition=models.Q(student__isnull=False),
                name="homework_individual",
            ),
        ]


class Attachment(models.Model):
    """A file given with homework; the bytes lie under the home folder, named by their digest."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    homework = models.ForeignKey(Homework, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.IntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    removed_at = models.DateTimeField(null=True, blank=True)


class OnlineLink(models.Model):
    """The address of an online lesson: of one lesson, or (lesson null) of a journal's lessons that have none of their
    own. Rows are put out of use, never deleted."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+", db_index=False)
    lesson = models.ForeignKey(Lesson, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journal"],
                condition=models.Q(lesson=None, removed_at=None),
                name="online_link_journal",
            ),
            models.UniqueConstraint(
                fields=["lesson"],
                condition=models.Q(lesson__isnull=False, removed_at=None),
                name="online_link_lesson",
            ),
        ]


class DiaryNote(models.Model):
    """A teacher's words to a student or family, bound to a lesson. Not a `Remark` of a controller."""

    KINDS = [
        ("remark", "замечание"),
        ("praise", "похвала"),
        ("thanks", "благодарность"),
        ("recommendation", "рекомендация"),
        ("address", "обращение к родителям"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="notes")
    lesson = models.ForeignKey(Lesson, on_delete=models.PROTECT, related_name="notes")
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="diary_notes")
    kind = models.CharField(max_length=14, choices=KINDS)
    text = models.CharField(max_length=1000)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="Nobody of the family sees it from then on."
    )
    held_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Kept back from the family, and withdrawn, at once; until its author mends or drops it.",
    )
    version = models.IntegerField(default=1)


class TermMark(models.Model):
    """Итоговая отметка of a term. Once set, the student's lessons of the term in this journal are read-only."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="term_marks", db_index=False)
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="term_marks")
    value = models.CharField(max_length=8, blank=True, default="", help_text="Empty: annulled.")
    first_value = models.CharField(max_length=8, blank=True, default="")
    average = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, blank=True, help_text="When it was set."
    )
    reason = models.CharField(max_length=300, blank=True, default="")
    set_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journal", "term", "student"], name="term_mark_place")]


class Permit(models.Model):
    """Разрешение: lets one person make one refused write. Asked, granted with a reason and an end, used once."""

    STATES = [
        ("asked", "ждёт решения"),
        ("granted", "разрешено"),
        ("declined", "отклонено"),
        ("used", "использовано"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="permits")
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="permits")
    lesson = models.ForeignKey(
        Lesson, null=True, blank=True, on_delete=models.PROTECT, related_name="permits"
    )
    term = models.ForeignKey(Term, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    fact = models.CharField(max_length=12, help_text="mark, absence, topic, homework, final.")
    wanted = models.CharField(max_length=40, blank=True, default="", help_text="The value that was refused.")
    clauses = models.JSONField(default=list, help_text="Ids of the clauses that refused the write.")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="permits_asked")
    asked_at = models.DateTimeField()
    ask_reason = models.CharField(max_length=300)
    state = models.CharField(max_length=8, choices=STATES, default="asked")
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True, default="")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Not usable from this moment on.")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["school", "state"], name="permit_state"),
            models.Index(fields=["journal", "state"], name="permit_journal"),
        ]


class MakeUp(models.Model):
    """Зачёт пропущенных тем: what a student missed for a valid reason is passed before the teacher or a commission."""

    FORMS = [("teacher", "преподавателю или мастеру"), ("commission", "комиссии")]
    RESULTS = [("passed", "зачтено"), ("failed", "не зачтено")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="make_ups")
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="make_ups")
    number = models.CharField(max_length=40, help_text="Протокол №")
    held_on = models.DateField()
    form = models.CharField(max_length=10, choices=FORMS)
    result = models.CharField(max_length=6, choices=RESULTS)
    members = models.JSONField(
        default=list, help_text="Persons who took it; of a commission the chair first."
    )
    topics = models.JSONField(default=list, help_text="Lesson, its date and topic as they stood.")
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journal", "number"], name="make_up_number")]
