"""The second step of signing in, and what is looked into when an account was in other hands."""

from django.db import models

from parta.foundation.language import noted


class Factor(models.Model):
    """A second step of an account: an application that makes one-time codes (TOTP), or a passkey (WebAuthn)."""

    KINDS = noted([("totp", "одноразовые коды"), ("passkey", "ключ доступа")])

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=8, choices=KINDS)
    title = models.CharField(max_length=60, help_text="For its owner: «телефон», «ноутбук дома».")
    secret = models.CharField(
        max_length=300,
        default="",
        blank=True,
        help_text="TOTP: encrypted with a key made of the installation's own.",
    )
    last_step = models.BigIntegerField(default=0, help_text="TOTP: the last code used; it works once.")
    credential_id = models.CharField(
        max_length=1400, null=True, unique=True, help_text="WebAuthn, base64url."
    )
    public_key = models.BinaryField(default=b"")
    sign_count = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, help_text="Null: begun, the first code was not given yet.")
    used_at = models.DateTimeField(null=True)


class RecoveryCode(models.Model):
    """A code printed once, for the day the telephone is lost: hashed as a password is, works once."""

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class OutsideIdentity(models.Model):
    """Whom an outside provider (OpenID Connect) means by a subject of its: linked by the owner of the account alone."""

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(
        max_length=255, help_text="The provider's own word for the person: never an address."
    )
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once"),
            models.UniqueConstraint(fields=["user", "issuer"], name="identity_of_user"),
        ]


class SecondStepRule(models.Model):
    """The school requires a second step of a role, from a day on; before that day there is time to set it up."""

    school = models.ForeignKey("organisation.School", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    required_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "role"], name="second_step_of_role")]


class DeviceRule(models.Model):
    """Whom the school tells of a new device of its staff, and when; no row: the defaults of the fields."""

    school = models.OneToOneField("organisation.School", on_delete=models.PROTECT, related_name="+")
    told_role = models.CharField(max_length=20, default="director")
    wait_minutes = models.PositiveSmallIntegerField(
        default=60, help_text="So long the owner's answer is waited for."
    )
    at_acts = models.BooleanField(default=True, help_text="Told at once when something was done from it.")
    trial_hours = models.PositiveSmallIntegerField(default=72, help_text="So long a new device is on trial.")


class DeviceWatch(models.Model):
    """A browser new to an account of staff: on trial until the owner answers from a known one, or the term is over.

    It outlives the row of the known device, as evidence.
    """

    ANSWERS = [
        ("", "ответа нет"),
        ("own", "владелец: это был я"),
        ("step", "подтверждено вторым шагом"),
        ("not_own", "владелец: это был не я"),
    ]

    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    agent = models.CharField(max_length=60)
    address = models.CharField(max_length=45)
    opened_at = models.DateTimeField()
    until = models.DateTimeField(help_text="The end of the trial.")
    answer = models.CharField(max_length=8, default="", blank=True, choices=ANSWERS)
    answered_at = models.DateTimeField(null=True)
    acted = models.CharField(
        max_length=12, default="", blank=True, help_text="What was done from it first: `watches.ACTS`."
    )
    acted_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="The school was told.")

    class Meta:
        indexes = [models.Index(fields=["user", "opened_at"], name="watches_of_account")]


class HandoutRule(models.Model):
    """The school asks what many people's data are taken out for; no row: it does not."""

    school = models.OneToOneField("organisation.School", on_delete=models.PROTECT, related_name="+")
    wait_hours = models.PositiveSmallIntegerField(
        default=0, help_text="So long a stated handout waits; 0: it opens at once."
    )
    second_role = models.CharField(
        max_length=20, default="", blank=True, help_text="Who else must agree; empty: nobody."
    )
    second_kinds = models.CharField(
        max_length=20, default="export print", help_text="Of what: kinds of `foundation.confirm.HANDED_OUT`."
    )
    second_hours = models.PositiveSmallIntegerField(
        default=72, help_text="So long a request waits for the second person, then it lapses."
    )


class Handout(models.Model):
    """What one person took many people's data out for: one address, from a moment to a moment.

    Where it `asks_role` of a second person, `until` is the end of the request until it is granted, and of the
    opening after that.
    """

    ANSWERS = [("", "ждёт"), ("granted", "согласие"), ("refused", "отказ")]

    school = models.ForeignKey("organisation.School", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, help_text="Of `foundation.confirm.HANDED_OUT`.")
    address = models.CharField(max_length=500, help_text="Path and query: another class is another handout.")
    purpose = models.CharField(max_length=200)
    stated_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    until = models.DateTimeField()
    asks_role = models.CharField(
        max_length=20, default="", blank=True, help_text="Whose agreement it waits for; empty: nobody's."
    )
    answer = models.CharField(max_length=8, default="", blank=True, choices=ANSWERS)
    answered_by = models.BigIntegerField(null=True, help_text="Account.")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, default="", blank=True, help_text="Of a refusal.")

    class Meta:
        indexes = [
            models.Index(fields=["school", "user", "until"], name="handouts_of_account"),
            models.Index(
                fields=["school", "until"],
                name="handouts_waiting",
                condition=models.Q(answer="") & ~models.Q(asks_role=""),
            ),
        ]


class Incident(models.Model):
    """Происшествие: an account that may have been in other hands between two moments, until the school closes it."""

    GROUNDS = [
        ("disowned", "владелец: «это не я»"),
        ("anomaly", "необычные записи"),
        ("reading", "необычно много открытых сведений"),
        ("told", "сообщили"),
    ]

    school = models.ForeignKey(
        "organisation.School", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    user = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=10, choices=GROUNDS)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.BigIntegerField(help_text="Account.")
    note = models.CharField(max_length=300, default="", blank=True)
    sign_ins = models.JSONField(
        default=list, help_text="Ids of the sessions it is about; empty: the whole account."
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["school", "opened_at"], name="incident_opened")]


class Inspection(models.Model):
    """Окно проверки: one inspector reads the school under pseudonyms, for a purpose, within a scope, until a moment."""

    school = models.ForeignKey("organisation.School", on_delete=models.PROTECT, related_name="+")
    inspector = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="inspections")
    purpose = models.CharField(max_length=300)
    ground = models.CharField(max_length=200, blank=True, default="", help_text="The paper: order, its date.")
    homerooms = models.JSONField(default=list, help_text="Ids of the classes shown; empty: the whole school.")
    since = models.DateField(null=True, help_text="Lessons from this day; null: all.")
    until = models.DateField(null=True, help_text="The day after the last shown.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_by = models.BigIntegerField(help_text="Account.")
    ended_at = models.DateTimeField(null=True, help_text="Ended before its time.")

    class Meta:
        indexes = [models.Index(fields=["inspector", "ends_at"], name="inspection_of")]


class InspectionAlias(models.Model):
    """What a person is called in one window, and the id by which pages of it speak of them: drawn by lot."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="aliases")
    person_id = models.BigIntegerField()
    label = models.CharField(max_length=16)
    shown_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inspection", "person_id"], name="alias_of_person"),
            models.UniqueConstraint(fields=["inspection", "label"], name="alias_label"),
            models.UniqueConstraint(fields=["inspection", "shown_id"], name="alias_shown_id"),
        ]


class InspectionCase(models.Model):
    """The name of one student, told to the inspector by the director with a reason; ends with the window."""

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="cases")
    student = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    told_at = models.DateTimeField()
    told_by = models.BigIntegerField(help_text="Account.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "student"], name="case_once")]
