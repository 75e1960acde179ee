from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0004_counted"),
    ]

    operations = [
        migrations.AddField(
            model_name="assessment",
            name="finished_at",
            field=models.DateTimeField(
                blank=True, help_text="When its teacher called it finished.", null=True
            ),
        ),
    ]
