"""The acts a school works under, as dated data."""

from django.db import models

from parta.organisation.models import School


class Edition(models.Model):
    """One edition of a regulation: the text of its file and the span in which it judges."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="editions")
    code = models.CharField(
        max_length=40, help_text="Code of the act: GT, CT, ET, IP, DB or the school's own."
    )
    title = models.CharField(max_length=300)
    rank = models.CharField(max_length=20, default="school")
    in_force_from = models.DateField()
    in_force_until = models.DateField(null=True, blank=True)
    source = models.TextField(help_text="The regulation file, TOML.")
    sha256 = models.CharField(max_length=64)
    approved_by = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "code", "in_force_from"], name="edition_from"),
        ]


class SettingValue(models.Model):
    """A number the document leaves to the school, with the day from which it holds. Rows are never changed."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    act_code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    value = models.JSONField()
    ground = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="The local act it is chosen by, with number and date.",
    )
    in_force_from = models.DateField()
    set_at = models.DateTimeField()
    set_by_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["school", "act_code", "name"], name="setting_name")]


class EditionDraft(models.Model):
    """An edition put forward: checked, and waiting for the director. It judges nothing before it is approved."""

    STATES = [("waiting", "ждёт утверждения"), ("adopted", "утверждена"), ("withdrawn", "отозвана")]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    file_name = models.CharField(max_length=200, blank=True, default="")
    source = models.TextField(help_text="The regulation file, TOML.")
    sha256 = models.CharField(max_length=64)
    protocol = models.CharField(
        max_length=200, blank=True, default="", help_text="Minutes of the council, where the act asks."
    )
    order = models.CharField(
        max_length=200, blank=True, default="", help_text="The director's order, where the act asks."
    )
    proposed_at = models.DateTimeField()
    proposed_by_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=STATES, default="waiting")
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    edition = models.ForeignKey(Edition, null=True, on_delete=models.PROTECT, related_name="+")
