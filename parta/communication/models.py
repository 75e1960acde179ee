"""Threads of two or more people, announcements with their readers, questions about the journal."""

from django.db import models

from parta.foundation.language import noted
from parta.organisation.models import Homeroom, School
from parta.people.models import Person, SignIn, User
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
    writer = models.CharField(max_length=20)
    reader = models.CharField(max_length=20)
    is_allowed = models.BooleanField()
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "writer", "reader"], name="writing_cell")]


class Announcement(models.Model):
    """Объявление, or with a day an event (мероприятие) of the school, a parallel or a class."""

    AUDIENCES = noted(
        [
            ("all", "всем"),
            ("families", "родителям и ученикам"),
            ("guardians", "родителям"),
            ("students", "ученикам"),
            ("staff", "сотрудникам"),
        ]
    )

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

    DESKS = noted([("officer", "ответственному за журнал"), ("class_teacher", "классному руководителю")])

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


class Training(models.Model):
    """Обучение работе с журналом: asked for (no day yet), planned, or held with a register of who came.

    For staff, or for the families of one class. Withdrawn, never deleted.
    """

    AUDIENCES = noted([("staff", "сотрудникам"), ("families", "родителям класса")])
    MEANS = noted(
        [
            ("session", "занятие"),
            ("meeting", "собрание"),
            ("talk", "личная беседа"),
            ("memo", "памятка под подпись"),
            ("letter", "письмо"),
        ]
    )

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    audience = models.CharField(max_length=8, choices=AUDIENCES)
    homeroom = models.ForeignKey(Homeroom, null=True, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=200)
    means = models.CharField(max_length=7, choices=MEANS, default="session")
    held_on = models.DateField(null=True, help_text="Null: only asked for.")
    place = models.CharField(max_length=160, blank=True, default="")
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["school", "held_on"], name="training_held")]


class TrainingGuest(models.Model):
    """Somebody came to a training; `removed_at` when the entry was a mistake."""

    training = models.ForeignKey(Training, on_delete=models.PROTECT, related_name="guests", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["training", "person"], name="training_guest_once")]


# --- delivery by mail -------------------------------------------------------------------------------------------------


class SchoolDelivery(models.Model):
    """Whether a school sends mail at all, since when, and what has been told. Off until somebody switches it on."""

    school = models.OneToOneField(School, on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=False)
    since = models.DateTimeField(help_text="What happened before is told to nobody.")
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    push_since = models.DateTimeField(
        null=True, help_text="Since when phones are told as well; null: they are not."
    )


class ToldUpTo(models.Model):
    """Up to which line of a chain of the change log notices have been made. Chains have no gaps: none is missed."""

    chain_id = models.BigIntegerField(unique=True)
    seq = models.BigIntegerField()


class NoticeChoice(models.Model):
    """How a person wants a kind of notice, where it differs from the kind's default."""

    WAYS = noted(
        [
            ("now", "сразу"),
            ("daily", "раз в день"),
            ("weekly", "раз в неделю"),
            ("off", "не присылать"),
        ]
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    way = models.CharField(max_length=6, choices=WAYS)
    is_push = models.BooleanField(null=True, help_text="On a phone at once; null: as the kind has it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="notice_choice_once")]


class MailHabits(models.Model):
    """When a person is not to be disturbed, and whether all mail was stopped (one press in a letter)."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    stopped_at = models.DateTimeField(null=True)


class ClassSchedule(models.Model):
    """Расписание информирования: when the families of a class are told of which kinds, unless they chose themselves."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    homeroom = models.OneToOneField(Homeroom, on_delete=models.PROTECT, related_name="+")
    weekday = models.IntegerField(help_text="0: Monday.")
    at = models.TimeField()
    kinds = models.JSONField(help_text="Codes of `kinds.KINDS`.")
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__gte=0, weekday__lte=6), name="class_schedule_weekday"
            )
        ]


class Mail(models.Model):
    """A letter in the queue. Its Message-ID never changes, so a letter sent again is known as the same one.

    The address is read when it is sent. `state`: waiting, sent, refused (the server says never), given up (three
    days without an answer), withheld (nothing may be told to this family any more).
    """

    STATES = [
        ("waiting", "ждёт отправки"),
        ("sent", "отправлено"),
        ("refused", "отклонено сервером"),
        ("given_up", "не удалось отправить"),
        ("withheld", "не отправлено: отказ семьи"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(
        max_length=8,
        help_text="now, daily, weekly, access (a code, a link to one's account), account (what happened to it).",
    )
    issue = models.ForeignKey("people.AccessIssue", null=True, on_delete=models.PROTECT, related_name="+")
    account_notice = models.ForeignKey(
        "people.AccountNotice", null=True, on_delete=models.CASCADE, related_name="+"
    )
    message_id = models.CharField(max_length=120, unique=True)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, help_text="A worker has it in hand until then.")
    done_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="mail_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["school", "made_at"], name="mail_made"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=models.Q(issue__isnull=False), name="mail_of_issue"
            )
        ]


class Notice(models.Model):
    """One thing one person is told: made once from one line of the change log (`key`)."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=40, help_text="The line of the log: chain and number.")
    happened_at = models.DateTimeField()
    says = models.CharField(max_length=600)
    path = models.CharField(max_length=120)
    way = models.CharField(max_length=6)
    due_at = models.DateTimeField()
    mail = models.ForeignKey(Mail, null=True, on_delete=models.PROTECT, related_name="notices")
    withheld_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="notice_key_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="notice_due", condition=models.Q(mail=None, withheld_at=None)
            )
        ]


class Bounce(models.Model):
    """A mail server said that an address does not take letters. A lasting one stops letters until it is changed."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    mail = models.ForeignKey(Mail, null=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=200)
    at = models.DateTimeField()
    code = models.CharField(max_length=10)
    says = models.CharField(max_length=300)
    is_lasting = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["school", "at"], name="bounce_at")]


# --- on phones --------------------------------------------------------------------------------------------------------


class PushDevice(models.Model):
    """A browser that shows notices (web push): it lives as long as the session in which it was switched on.

    `endpoint`, `key` and `secret` are what the browser gave: where its push service listens, and what a notice is
    encrypted with, so that the service cannot read it. Of an account, which may belong to several schools.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="+")
    endpoint = models.CharField(max_length=1000)
    host = models.CharField(
        max_length=255, help_text="Of the endpoint: one that hangs rests, the others go on."
    )
    key = models.CharField(max_length=100)
    secret = models.CharField(max_length=30)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint"], condition=models.Q(ended_at=None), name="push_endpoint_once"
            )
        ]


class Push(models.Model):
    """One thing one browser is to show: made once from one line of the change log (`key`).

    What is due together goes as one notice and stays together (`batch`), so that a notice sent again is the same one.
    """

    STATES = [
        ("waiting", "ждёт отправки"),
        ("sent", "отправлено"),
        ("refused", "отклонено службой"),
        ("given_up", "не удалось отправить"),
        ("withheld", "не отправлено"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(PushDevice, on_delete=models.CASCADE, related_name="+", db_index=False)
    student = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=40, help_text="The line of the log: chain and number.")
    kind = models.CharField(max_length=12)
    says = models.CharField(max_length=600)
    path = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    batch = models.CharField(max_length=32, default="", blank=True)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    attempts = models.IntegerField(default=0)
    held_until = models.DateTimeField(null=True, help_text="A worker has it in hand until then.")
    done_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "key"], name="push_key_once")]
        indexes = [
            models.Index(fields=["next_at"], name="push_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["school", "made_at"], name="push_made"),
        ]
