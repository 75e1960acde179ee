"""A lesson may take several hours in a row; those that stand take one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timetable", "0002_setup_registers")]

    operations = [
        migrations.AddField(
            model_name="timetableslot",
            name="hours",
            field=models.IntegerField(
                db_default=1,
                default=1,
                help_text="Lesson numbers in a row that it takes: a pair 2, a day of practice 6.",
            ),
        ),
        migrations.AddField(
            model_name="lesson",
            name="hours",
            field=models.IntegerField(
                db_default=1, default=1, help_text="Academic hours, lesson numbers in a row."
            ),
        ),
    ]
