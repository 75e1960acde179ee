import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0001_initial"),
        ("regulation", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="EditionDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("title", models.CharField(max_length=300)),
                ("file_name", models.CharField(blank=True, default="", max_length=200)),
                ("source", models.TextField(help_text="The regulation file, TOML.")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "protocol",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Minutes of the council, where the act asks.",
                        max_length=200,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by_id", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "ждёт утверждения"),
                            ("adopted", "утверждена"),
                            ("withdrawn", "отозвана"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
                (
                    "edition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="regulation.edition",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.school",
                    ),
                ),
            ],
        ),
    ]
