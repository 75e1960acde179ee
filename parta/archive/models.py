"""The register of backups: copies, the carriers they lie on, and the journal of their use. Of the installation."""

from django.db import models


class Backup(models.Model):
    """One copy of everything: the folder that `parta backup` wrote, with its manifest of SHA-256 digests."""

    name = models.CharField(max_length=60, unique=True, help_text="Name of the folder: 2026-10-14-034000.")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120, help_text="«работник по расписанию», «командой», a person.")
    made_by_id = models.BigIntegerField(null=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the manifest, which holds all the others.")
    size = models.BigIntegerField()
    files = models.IntegerField()
    rows = models.JSONField(default=dict, help_text="Counts of rows by table when it was made.")
    proven_at = models.DateTimeField(null=True, help_text="When it was last restored and checked.")
    fault = models.CharField(max_length=300, default="", blank=True, help_text="Why the proof failed.")

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="backup_made")]


class Carrier(models.Model):
    """Носитель: where copies lie, in which room, with whom."""

    title = models.CharField(max_length=80, unique=True)
    media = models.CharField(max_length=16)
    room = models.CharField(max_length=80)
    holder = models.CharField(max_length=16, default="", blank=True, help_text="Role of who keeps it.")
    keeper = models.CharField(max_length=120, default="", blank=True, help_text="Who keeps it, by name.")
    folder = models.CharField(
        max_length=300,
        default="",
        blank=True,
        help_text="Where it is mounted, when copies go there by themselves.",
    )
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)


class Copy(models.Model):
    """A backup on a carrier. Only a verified one counts."""

    backup = models.ForeignKey(Backup, on_delete=models.CASCADE, related_name="copies")
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="copies")
    written_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backup", "carrier"], name="copy_on_carrier")]


class BackupUse(models.Model):
    """Журнал пользования резервными копиями: one line for whatever is done with a copy or a carrier. Append-only."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=12)
    backup_name = models.CharField(max_length=60, default="", blank=True)
    carrier_title = models.CharField(max_length=80, default="", blank=True)
    who = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=200)
    allowed_by = models.CharField(max_length=120, default="", blank=True)
    outcome = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="use_at")]
