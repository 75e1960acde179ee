"""The registers of what is kept: backups and their carriers (of the installation), paper sets of the journals."""

from django.db import models

from parta.organisation.models import Homeroom, School, Term
from parta.people.models import Person
from parta.plans.models import Journal


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


class PaperSet(models.Model):
    """Бумажный экземпляр: the journals of a class for a term as they were when they were made ready to print.

    `contents` is frozen with its digest: what was printed can be shown again, and held against the journal of today.
    A summary sheet holds the finals alone, a class report averages and absences. A new set of the same class and term
    does not remove the former one.
    """

    KINDS = [
        ("journal", "журнал"),
        ("summary_sheet", "сводная ведомость"),
        ("class_report", "отчёт о классе"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    homeroom = models.ForeignKey(Homeroom, on_delete=models.PROTECT, related_name="+", db_index=False)
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=KINDS, default="journal")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", help_text="Null: the program."
    )
    contents = models.JSONField()
    sha256 = models.CharField(max_length=64, help_text="Of the contents, keys in order, no spaces.")
    marks = models.IntegerField()
    absences = models.IntegerField()
    lessons = models.IntegerField()
    finals = models.IntegerField()
    pages = models.IntegerField(null=True, blank=True, help_text="Of the PDF, once it was made.")

    class Meta:
        indexes = [models.Index(fields=["homeroom", "term"], name="paperset_class")]


class PaperStep(models.Model):
    """What was done with a paper set, in the order the act names: printed, given out, signed, sealed, put away."""

    STEPS = [
        ("print", "напечатан"),
        ("handed_out", "роздан на подпись"),
        ("sheets_signed", "листы подписаны учителями"),
        ("class_signed", "заверен классным руководителем"),
        ("handed_in", "сдан завучу"),
        ("deputy_signed", "заверен завучем"),
        ("to_secretary", "передан секретарю под роспись"),
        ("title_sheet", "титульный лист"),
        ("stitched", "прошит и пронумерован"),
        ("signed", "подписан директором"),
        ("sealed", "скреплён печатью"),
        ("certified", "заверен"),
        ("archived", "сдан в архив"),
        ("destroyed", "уничтожен по акту"),
    ]

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    paper = models.ForeignKey(PaperSet, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=16, choices=STEPS)
    on = models.DateField()
    sheets = models.IntegerField(null=True, blank=True, help_text="How many sheets were stitched.")
    place = models.CharField(
        max_length=120, blank=True, default="", help_text="Where it lies; of an act its number."
    )
    number = models.IntegerField(
        null=True,
        blank=True,
        help_text="Of the line in the book: one series a school for each step with a book.",
    )
    taker = models.CharField(max_length=120, blank=True, default="", help_text="Who received it, by name.")
    noted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "step"], name="paperstep_once"),
            models.UniqueConstraint(fields=["school", "step", "number"], name="paperstep_number"),
        ]


class PaperSign(models.Model):
    """A teacher has held the sheets of one journal in a set against it: they are the same and signed, or differ.

    Sheets that differ make the whole set void: it is made anew after the journal is put right.
    """

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    paper = models.ForeignKey(PaperSet, on_delete=models.PROTECT, related_name="signs")
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    on = models.DateField()
    is_same = models.BooleanField()
    words = models.CharField(max_length=300, blank=True, default="", help_text="What differs.")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "journal"], name="papersign_once")]


class FileIndex(models.Model):
    """Номенклатура дел: the index that the school's list of files gives to a kind of paper."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=PaperSet.KINDS)
    code = models.CharField(max_length=20, help_text="As the list has it: 04-12.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "kind"], name="fileindex_once")]


class ArchiveKey(models.Model):
    """The lock of the archive on a disk: what locks is kept here, what opens was shown to the director once."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    lock = models.TextField(help_text="The public half, as age writes it.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")


class ArchiveUnit(models.Model):
    """An archive of a year in one file: what it holds, its digest, where it lies, when it was last checked."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+")
    year = models.ForeignKey(
        "organisation.AcademicYear", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    name = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    counts = models.JSONField(help_text="Classes, marks, absences, lessons, finals.")
    is_locked = models.BooleanField(help_text="Opens with the director's code only.")
    place = models.CharField(max_length=120, blank=True, default="")
    checked_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=300, blank=True, default="")
