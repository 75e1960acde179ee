"""People of a school, their accounts, roles, families and places. All spans half-open."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from parta.foundation import language
from parta.foundation.language import noted
from parta.organisation.models import Department, Homeroom, School, Subgroup


class Users(BaseUserManager["User"]):
    """Accounts are found by their login in lower case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Учётная запись of the installation: one human being, who may be a `Person` in several schools."""

    login = models.CharField(max_length=60, unique=True, help_text="Lower case.")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(
        default=True, help_text="The password was issued by somebody else: it works once, to set one's own."
    )
    known_only = models.BooleanField(
        default=False,
        help_text="Its owner has disowned a sign-in: until the password is new, it opens nothing from other devices.",
    )
    is_installer = models.BooleanField(default=False, help_text="May create schools; sees no school's data.")
    language = models.CharField(
        max_length=2,
        choices=list(language.LANGUAGES.items()),
        default=language.RUSSIAN,
        db_default=language.RUSSIAN,
        help_text="Of pages and letters.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    objects = Users()


class Person(models.Model):
    """A human being as one school knows them: student, guardian or member of staff."""

    SEXES = noted([("f", "женский"), ("m", "мужской"), ("", "не указан")])

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="people")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="persons")
    surname = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80)
    patronymic = models.CharField(max_length=80, blank=True, default="")
    has_patronymic = models.BooleanField(
        default=True, help_text="False: the documents give none, and an empty patronymic is complete."
    )
    sex = models.CharField(max_length=1, choices=SEXES, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    email = models.CharField(max_length=200, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    external_id = models.CharField(
        max_length=120, blank=True, default="", help_text="Natural key of imports."
    )
    unread = models.IntegerField(
        default=0, db_default=0, help_text="Threads with something new; communication counts them."
    )

    class Meta:
        indexes = [
            models.Index(fields=["school", "surname", "given_name"], name="person_name"),
            models.Index(fields=["school", "external_id"], name="person_external"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "user"], name="person_of_user", condition=models.Q(user__isnull=False)
            ),
        ]

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.surname, self.given_name, self.patronymic) if part)

    @property
    def short_name(self) -> str:
        """Surname and initials: «Соколова М. В.» with no-break spaces."""
        initials = [f"{part[0]}." for part in (self.given_name, self.patronymic) if part]
        return "\u00a0".join([self.surname, *initials])


class Role(models.Model):
    """A dated role of a person in the school, and the order that gave it.

    `student` and `guardian` are no rows here: they follow from `Enrolment` and `Guardianship`.
    """

    KINDS = [
        ("director", "директор"),
        ("deputy", "заместитель директора"),
        ("operator", "оператор"),
        ("head_of_department", "руководитель кафедры"),
        ("teacher", "учитель"),
        ("class_teacher", "классный руководитель"),
        ("master", "мастер производственного обучения"),
        ("social_pedagogue", "социальный педагог"),
        ("nurse", "медицинский работник"),
        ("secretary", "секретарь"),
        ("inspector", "проверяющий"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles")
    kind = models.CharField(max_length=20, choices=KINDS)
    homeroom = models.ForeignKey(
        Homeroom, null=True, blank=True, on_delete=models.PROTECT, related_name="roles"
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="roles"
    )
    post = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="A post the act names for itself, or empty.",
    )
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)
    order_number = models.CharField(max_length=40, blank=True, default="", help_text="Приказ №")
    order_date = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["school", "kind"], name="role_kind")]


class Guardianship(models.Model):
    """Законный представитель of a student, dated; without rights: a contact who sees nothing."""

    RELATIONS = noted([("mother", "мать"), ("father", "отец"), ("guardian", "опекун"), ("other", "иное")])

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="wards")
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardianships")
    relation = models.CharField(max_length=10, choices=RELATIONS, default="guardian")
    has_rights = models.BooleanField(default=True)
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardian", "student", "starts"], name="guardianship_from")
        ]


class Enrolment(models.Model):
    """A student's place in a homeroom from a day until a day."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    homeroom = models.ForeignKey(Homeroom, on_delete=models.PROTECT, related_name="enrolments")
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)
    order_number = models.CharField(max_length=40, blank=True, default="")
    left_order = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "homeroom", "starts"], name="enrolment_from")
        ]


class SubgroupMembership(models.Model):
    """A student's place in a subgroup from a day until a day."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="subgroup_memberships")
    subgroup = models.ForeignKey(Subgroup, on_delete=models.PROTECT, related_name="memberships")
    starts = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "subgroup", "starts"], name="membership_from")
        ]


class Consent(models.Model):
    """Согласие: what a family has said in writing about a student's data, a line for each paper.

    The latest paper of a kind (by its date, then its number of entry) is the one that counts: given, refused or
    withdrawn. A line is never changed; a later one takes its place.
    """

    KINDS = noted(
        [
            ("personal_data", "обработка персональных данных"),
            ("placement", "размещение данных в журнале"),
            ("paper", "сведения на бумаге вместо электронных"),
        ]
    )
    STATES = noted([("given", "дано"), ("refused", "отказ"), ("withdrawn", "отозвано")])

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=16, choices=KINDS)
    state = models.CharField(max_length=10, choices=STATES)
    signed_on = models.DateField(help_text="Date on the paper; it counts from that day.")
    signer = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    paper_number = models.CharField(max_length=40, blank=True, default="")
    scope = models.CharField(max_length=200, blank=True, default="", help_text="What for, or the reason.")
    recorded_by = models.BigIntegerField(null=True, help_text="Account that entered it.")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["school", "kind", "student"], name="consent_student")]


class PersonChange(models.Model):
    """What stood in a field of a person's card before, until when, and who changed it on what ground.

    Names and contacts stay out of the change log (invariant 7); their history is here, and goes with the person.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=20)
    before = models.CharField(max_length=300, blank=True, default="")
    after = models.CharField(max_length=300, blank=True, default="")
    ground = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=24)

    class Meta:
        indexes = [models.Index(fields=["school", "at"], name="person_change_at")]


class RosterReview(models.Model):
    """«Данные класса проверены»: who looked through a class's list and cards, when, and how much was corrected."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    homeroom = models.ForeignKey(Homeroom, on_delete=models.PROTECT, related_name="reviews")
    day = models.DateField(help_text="The school's date of `at`.")
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=24)
    students = models.IntegerField(help_text="How many the list held.")
    changes = models.IntegerField(help_text="Corrections since the review before.")

    class Meta:
        indexes = [models.Index(fields=["school", "day"], name="review_day")]


class StudentOrder(models.Model):
    """Приказ о движении: by an order a student is admitted to a class, or leaves it, from a day on.

    The order comes from paper and is entered apart from the class list; the list is held against it by name.
    """

    KINDS = [("admitted", "зачислить"), ("left", "отчислить или перевести")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    homeroom = models.ForeignKey(Homeroom, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=KINDS)
    number = models.CharField(max_length=40)
    signed_on = models.DateField()
    starts_on = models.DateField(help_text="The first day in the class, or the first outside it.")
    surname = models.CharField(max_length=80)
    given_name = models.CharField(max_length=80)
    entered_by = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["homeroom", "kind", "number", "surname", "given_name"], name="student_order_once"
            )
        ]
        indexes = [models.Index(fields=["school", "starts_on"], name="student_order_on")]


class AccessIssue(models.Model):
    """The register of access data: an account's password or activation code given out, or reported lost.

    A code is kept as a hash only, works once and until a moment; a password is kept nowhere but hashed in the account.
    """

    WAYS = [
        ("password", "пароль на один вход"),
        ("code", "код активации"),
        ("loss", "утрата"),
        ("factor", "сброс второго шага"),
        ("recovery", "ссылка на почту"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="access_issues")
    way = models.CharField(max_length=8, choices=WAYS)
    is_repeat = models.BooleanField(default=False, help_text="In place of access data issued before.")
    issued_at = models.DateTimeField()
    issued_by = models.BigIntegerField(null=True, help_text="Account; null: from the server.")
    role = models.CharField(max_length=24)
    code_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    void_at = models.DateTimeField(null=True, blank=True, help_text="Replaced or stopped before it was used.")
    by_mail = models.BooleanField(
        default=False, help_text="Goes to the person's address; its code is worked out, not kept."
    )
    handed_on = models.DateField(null=True, blank=True)
    handed_to = models.CharField(max_length=120, blank=True, default="", help_text="Who took the slip.")

    class Meta:
        indexes = [
            models.Index(fields=["school", "issued_at"], name="access_issue_at"),
            models.Index(
                fields=["expires_at"],
                name="access_issue_by_mail",
                condition=models.Q(by_mail=True, used_at=None, void_at=None),
            ),
        ]


class ReadTrace(models.Model):
    """Who opened which student's personal data, when (invariant 5). Append-only, like the change log."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    user_id = models.BigIntegerField()
    role = models.CharField(max_length=24)
    student_id = models.BigIntegerField(null=True, help_text="Null: a page over a whole homeroom or journal.")
    page = models.CharField(max_length=60)
    object_id = models.BigIntegerField(null=True)
    sign_in_id = models.BigIntegerField(null=True, help_text="Session through which it was read.")

    class Meta:
        indexes = [models.Index(fields=["school", "student_id", "at"], name="trace_student")]


class LoginFailure(models.Model):
    """A failed sign-in: feeds the growing delay per account and per address."""

    login = models.CharField(max_length=60)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["login", "at"], name="failure_login"),
            models.Index(fields=["address", "at"], name="failure_address"),
        ]


class KnownDevice(models.Model):
    """A browser from which the account has signed in: exempt from the delay that a guesser causes."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    trusted_until = models.DateTimeField(null=True, help_text="Until then the second step is not asked here.")
    watch = models.ForeignKey(
        "people.DeviceWatch",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Null: known before devices were watched, or never in doubt.",
    )


class SignIn(models.Model):
    """One sign-in and the session that followed: the owner's list of sessions, and the evidence of a shared account.

    It lives while `ended_at` is null and its session is not expired. `device` is a digest of the browser's own
    token, the same for every account that uses the browser; no page shows it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins", db_index=False)
    session_key = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="Noted every few minutes at most.")
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=60, help_text="«Chrome, Windows»: for people, not for recognition.")
    device = models.CharField(max_length=64)
    is_new_device = models.BooleanField(default=False)
    through = models.CharField(
        max_length=60, default="", blank=True, help_text="The outside provider; empty: the password."
    )
    watch = models.ForeignKey(
        "people.DeviceWatch", null=True, on_delete=models.SET_NULL, related_name="sign_ins"
    )
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(
        max_length=10, default="", blank=True, help_text="logout, owner, school, disowned."
    )

    class Meta:
        indexes = [
            models.Index(fields=["user", "at"], name="signin_user"),
            models.Index(fields=["device", "at"], name="signin_device"),
        ]


class AccountNotice(models.Model):
    """What the owner of an account is told about it: a new device, a guesser, a password given anew."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=16)
    sign_in = models.ForeignKey(SignIn, null=True, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=200, default="", blank=True)
    seen_at = models.DateTimeField(null=True)
    letter_to = models.ForeignKey(
        Person,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        help_text="It goes by mail as well: to this person's address.",
    )
    letter_address = models.CharField(
        max_length=200,
        default="",
        db_default="",
        blank=True,
        help_text="Instead of the person's own: the one it had before.",
    )
    lettered_at = models.DateTimeField(null=True, help_text="Its letter is in the queue since.")

    class Meta:
        indexes = [
            models.Index(fields=["user", "at"], name="notice_user"),
            models.Index(fields=["user"], name="notice_unseen", condition=models.Q(seen_at=None)),
            models.Index(
                fields=["at"],
                name="notice_by_mail",
                condition=models.Q(letter_to__isnull=False, lettered_at=None),
            ),
        ]


class SignalReview(models.Model):
    """The school has looked into a sign of a shared account: who, when, what came of it."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=28)
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="reviews")
    at = models.DateTimeField()
    by_user_id = models.BigIntegerField()
    note = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "kind", "sign_in"], name="review_of_signal")]


from parta.people.trust_models import (  # noqa: E402
    DeviceRule,
    DeviceWatch,
    Factor,
    Handout,
    HandoutRule,
    Incident,
    Inspection,
    InspectionAlias,
    InspectionCase,
    OutsideIdentity,
    RecoveryCode,
    SecondStepRule,
)

__all__ = [
    "AccessIssue",
    "AccountNotice",
    "Consent",
    "DeviceRule",
    "DeviceWatch",
    "Enrolment",
    "Factor",
    "Guardianship",
    "Handout",
    "HandoutRule",
    "Incident",
    "Inspection",
    "InspectionAlias",
    "InspectionCase",
    "KnownDevice",
    "LoginFailure",
    "OutsideIdentity",
    "Person",
    "PersonChange",
    "ReadTrace",
    "RecoveryCode",
    "Role",
    "RosterReview",
    "SecondStepRule",
    "SignIn",
    "SignalReview",
    "SubgroupMembership",
    "User",
]
