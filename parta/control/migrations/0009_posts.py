from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("control", "0008_tickets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="check",
            name="role",
            field=models.CharField(help_text="In which role or post it was made.", max_length=64),
        ),
        migrations.AlterField(
            model_name="finding",
            name="role",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
