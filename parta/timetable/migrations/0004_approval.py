"""A place in the timetable takes effect when the director has approved it, where the act asks for that."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0004_approval"),
        ("timetable", "0003_hours"),
    ]

    operations = [
        migrations.AddField(
            model_name="timetableslot",
            name="approval",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="plans.approval",
            ),
        ),
    ]
