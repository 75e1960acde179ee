from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0015_device_watch"),
    ]

    operations = [
        migrations.AddField(
            model_name="role",
            name="post",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="A post the act names for itself, or empty.",
                max_length=40,
            ),
        ),
    ]
