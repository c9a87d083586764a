"""What waits for one trustee is found without reading what waits for another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0003_closing_later")]

    operations = [
        migrations.AddIndex(
            "pendingdepositrow",
            models.Index(fields=["trustee", "row"], name="deposits_by_trustee"),
        ),
    ]
