from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_online_link")]

    operations = [
        migrations.AddField(
            model_name="diarynote",
            name="held_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Kept back from the family, and withdrawn, at once; until its author mends or drops it.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="diarynote",
            name="withdrawn_at",
            field=models.DateTimeField(
                blank=True, help_text="Nobody of the family sees it from then on.", null=True
            ),
        ),
    ]
