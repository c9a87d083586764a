"""A photo that later purposes keep says until when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_nothing_by_absence")]

    operations = [
        migrations.AddField(
            "sealedphotorow", "close_after", models.CharField(max_length=10, null=True)
        ),
        migrations.AddIndex(
            "sealedphotorow",
            models.Index(
                fields=["close_after"],
                name="photos_closing",
                condition=models.Q(("close_after__isnull", False)),
            ),
        ),
    ]
