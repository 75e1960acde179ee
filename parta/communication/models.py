"""Threads of two or more people, announcements with their readers, questions about the journal."""

from django.db import models

from parta.organisation.models import Homeroom, School
from parta.people.models import Person
from parta.timetable.models import Lesson


class Thread(models.Model):
    """A conversation, about a student where it is about one, and a lesson of theirs."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=160)
    student = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    lesson = models.ForeignKey(Lesson, null=True, on_delete=models.PROTECT, related_name="+")
    is_urgent = models.BooleanField(default=False)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    last_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["school", "last_at"], name="thread_last")]


class Member(models.Model):
    """A person in a thread, on which side, and up to when they have read."""

    SIDES = [("staff", "школа"), ("guardian", "родитель"), ("student", "ученик")]

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="members", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=8, choices=SIDES)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "person"], name="member_once")]


class Message(models.Model):
    """What somebody wrote. Append-only in the database itself: neither changed nor deleted."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    file_name = models.CharField(max_length=200, blank=True, default="")
    file_type = models.CharField(max_length=100, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    operation_id = models.CharField(
        max_length=36, unique=True, help_text="The same message sent twice is one."
    )


class Complaint(models.Model):
    """A member says that a message should not stand; a deputy head withdraws it from sight or leaves it."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="complaints")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_withdrawn = models.BooleanField(default=False)


class WritingRule(models.Model):
    """A cell of the matrix of who may write whom that differs from the default."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    writer = models.CharField(max_length=13)
    reader = models.CharField(max_length=13)
    is_allowed = models.BooleanField()
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "writer", "reader"], name="writing_cell")]


class Announcement(models.Model):
    """Объявление, or with a day an event (мероприятие) of the school, a parallel or a class."""

    AUDIENCES = [
        ("all", "всем"),
        ("families", "родителям и ученикам"),
        ("guardians", "родителям"),
        ("students", "ученикам"),
        ("staff", "сотрудникам"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    homeroom = models.ForeignKey(Homeroom, null=True, on_delete=models.PROTECT, related_name="+")
    grade = models.IntegerField(null=True, help_text="With homeroom null: a parallel; both null: the school.")
    audience = models.CharField(max_length=9, choices=AUDIENCES)
    title = models.CharField(max_length=160)
    text = models.TextField(blank=True, default="")
    held_on = models.DateField(null=True, help_text="Day of an event; null: an announcement.")
    held_at = models.TimeField(null=True)
    place = models.CharField(max_length=160, blank=True, default="")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["school", "at"], name="announcement_at"),
            models.Index(fields=["school", "held_on"], name="announcement_held"),
        ]


class Receipt(models.Model):
    """Somebody has opened an announcement."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, related_name="receipts", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["announcement", "person"], name="receipt_once")]


class Question(models.Model):
    """A question about working with the journal: a number, an owner, a term and an answer."""

    DESKS = [("officer", "ответственному за журнал"), ("class_teacher", "классному руководителю")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.CharField(max_length=1000)
    desk = models.CharField(max_length=13, choices=DESKS)
    homeroom = models.ForeignKey(Homeroom, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(help_text="The last moment in time, by the act in force when it was asked.")
    answer = models.CharField(max_length=2000, blank=True, default="")
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "number"], name="question_number")]
