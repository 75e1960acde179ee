"""A planned topic may be of several hours, as its lesson is; those that stand are of one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_setup_registers")]

    operations = [
        migrations.AddField(
            model_name="plannedtopic",
            name="hours",
            field=models.IntegerField(
                db_default=1, default=1, help_text="Hours of its lesson: 6 for a day of practice."
            ),
        ),
        migrations.AlterField(
            model_name="plannedtopic",
            name="position",
            field=models.IntegerField(help_text="From 1; one lesson each."),
        ),
    ]
