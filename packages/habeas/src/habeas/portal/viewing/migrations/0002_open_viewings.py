"""Only viewings that are open are looked for by their officer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("viewing", "0001_initial")]

    operations = [
        migrations.RemoveIndex("viewingrow", "viewings_of_officer"),
        migrations.AddIndex(
            "viewingrow",
            models.Index(
                fields=["officer"], name="viewings_open", condition=models.Q(("closed", False))
            ),
        ),
    ]
