"""What the director approves before it takes effect; rows that stand are drafts where the act asks for that."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0003_term_closing_order"),
        ("plans", "0003_hours"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("curriculum", "учебный план"),
                            ("teaching_load", "педагогическая нагрузка"),
                            ("timetable", "расписание"),
                        ],
                        max_length=16,
                    ),
                ),
                ("order_number", models.CharField(blank=True, default="", max_length=40)),
                ("order_date", models.DateField(blank=True, null=True)),
                ("approved_at", models.DateTimeField()),
                (
                    "approved_by",
                    models.BigIntegerField(help_text="Account; null: the program itself.", null=True),
                ),
                ("rows", models.IntegerField(default=0)),
                (
                    "lines",
                    models.JSONField(
                        default=list, help_text="What was approved, line by line, as it is printed."
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
                (
                    "year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="organisation.academicyear",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="curriculumhours",
            name="approval",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="plans.approval",
            ),
        ),
        migrations.AddField(
            model_name="teachingload",
            name="approval",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="plans.approval",
            ),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(fields=["school", "year", "kind"], name="approval_kind"),
        ),
    ]
