"""Tables of the ground: the change log with its chains, and the queue of jobs."""

from django.db import models


class Chain(models.Model):
    """One hash chain of the change log: a journal's, or the school's own for what belongs to no journal.

    Writers lock this row, so entries of a chain are strictly ordered; `head_seq` and `head_hash` name the
    last entry. The head can be given out (printed, sent to an inspector) to prove the log later.
    """

    school_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=[("school", "Школа"), ("journal", "Журнал")])
    subject_id = models.BigIntegerField(help_text="Id of the journal or the school that this chain records.")
    head_seq = models.BigIntegerField(default=0)
    head_hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="chain_of_subject")]
        indexes = [models.Index(fields=["school_id"], name="chain_school")]


class LogEntry(models.Model):
    """One line of the change log: who changed what, when, in which role, from what to what, why.

    Append-only: triggers in the database refuse UPDATE and DELETE. It is audit, history of a cell, outbox and
    the memory of operations at once: an operation id that stands here has been carried out.
    """

    school_id = models.BigIntegerField()
    chain = models.ForeignKey(
        Chain, on_delete=models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
    seq = models.BigIntegerField(help_text="Position in the chain, from 1, without gaps.")
    at = models.DateTimeField(help_text="Server time of the act, UTC.")
    user_id = models.BigIntegerField(null=True, help_text="Account that acted; null: the program itself.")
    role = models.CharField(max_length=24, help_text="Role in which the account acted.")
    verb = models.CharField(max_length=32, help_text="What happened: mark_recorded, absence_changed…")
    object_kind = models.CharField(max_length=24)
    object_id = models.BigIntegerField(null=True)
    lesson_id = models.BigIntegerField(null=True)
    student_id = models.BigIntegerField(null=True)
    data = models.TextField(help_text="JSON: before, after, reason, clause, permit…, keys sorted.")
    operation_id = models.CharField(
        max_length=36, help_text="UUID made by the client for one press of a key."
    )
    part = models.IntegerField(help_text="Number of the line inside its operation, from 0.")
    hash = models.CharField(max_length=64, help_text="SHA-256 over the previous hash and this line.")
    sign_in_id = models.BigIntegerField(
        null=True,
        help_text="Session it came through (people.SignIn); in the hash of all but the oldest lines.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="log_chain_seq"),
            models.UniqueConstraint(fields=["operation_id", "part"], name="log_operation_part"),
        ]
        indexes = [models.Index(fields=["school_id", "at"], name="log_school_at")]


class Job(models.Model):
    """Work to be done after a commit, written in the same transaction; a worker carries it out and says so."""

    school_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    error = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="job_open", condition=models.Q(done_at=None))]


class Heartbeat(models.Model):
    """The last sign of life of the installation's worker: one row, whose silence is an outage."""

    at = models.DateTimeField()


class Outage(models.Model):
    """Перерыв в работе: found by the silence of the worker, or told ahead by the school. Of the installation."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_planned = models.BooleanField(default=False)
    cause = models.CharField(max_length=200, default="", blank=True)
    announcement = models.CharField(
        max_length=300, default="", blank=True, help_text="Of a planned one: what every page says ahead."
    )
    told_by_id = models.BigIntegerField(null=True, help_text="Account that announced it or named the cause.")
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["starts_at"], name="outage_starts"),
            models.Index(
                fields=["ends_at"],
                name="outage_ahead",
                condition=models.Q(is_planned=True, cancelled_at=None),
            ),
        ]
