"""Viewings are counted by the day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("viewing", "0003_exports")]

    operations = [
        migrations.AddIndex(
            model_name="viewingrow",
            index=models.Index(fields=["office", "expires"], name="viewings_of_a_day"),
        ),
    ]
