from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0003_held_notes"),
    ]

    operations = [
        migrations.AddField(
            model_name="mark",
            name="counted",
            field=models.CharField(
                help_text="What counts in an average in place of `value`, where the act of the lesson's day says so.",
                max_length=8,
                null=True,
            ),
        ),
    ]
