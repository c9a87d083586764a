"""Who has a case, what waits for a second officer, what may be asked later, and until when."""

import django.db.models.deletion
from django.db import migrations, models

import habeas.portal.vault.models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_case_photo_wanted")]

    operations = [
        migrations.AddField("case", "holder", models.CharField(default="", max_length=64)),
        migrations.AddField("case", "proposal", models.CharField(default="", max_length=16)),
        migrations.AddField("case", "proposer", models.CharField(default="", max_length=64)),
        migrations.AddField("case", "later", models.JSONField(default=dict)),
        migrations.AddField("case", "pointer_until", models.DateField(null=True)),
        migrations.AddField("case", "answers_until", models.DateField(null=True)),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["office", "state", "holder", "day", "reference"], name="cases_of_holder"
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["office", "state", "service", "day", "reference"], name="cases_of_service"
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("proposal", ""), _negated=True),
                fields=["office", "day", "reference"],
                name="cases_proposed",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("pointer_until__isnull", False)),
                fields=["pointer_until"],
                name="pointers_by_end",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("answers_until__isnull", False)),
                fields=["answers_until"],
                name="answers_by_end",
            ),
        ),
        migrations.CreateModel(
            name="CaseNoteRow",
            fields=[
                (
                    "row",
                    models.BigAutoField(
                        default=habeas.portal.vault.models.random_row,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("note", models.BinaryField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="cases.case",
                    ),
                ),
            ],
        ),
    ]
