"""Proposed cases, and cases by their reference, are found by indexes of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_the_desk")]

    operations = [
        migrations.RemoveIndex("case", "cases_proposed"),
        migrations.AddIndex(
            "case",
            models.Index(fields=["office", "proposal", "day", "reference"], name="cases_proposed"),
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["office", "reference"], name="cases_by_reference")
        ),
    ]
