"""The column is as it was: what is said of it has changed, for new lines hold it in their hash."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0004_log_sign_in"),
    ]

    operations = [
        migrations.AlterField(
            model_name="logentry",
            name="sign_in_id",
            field=models.BigIntegerField(
                help_text="Session it came through (people.SignIn); in the hash of all but the oldest lines.",
                null=True,
            ),
        ),
    ]
