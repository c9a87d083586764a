"""Exports of recordings."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("viewing", "0002_open_viewings")]

    operations = [
        migrations.CreateModel(
            name="ExportRow",
            fields=[
                ("key", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("officer", models.CharField(max_length=128)),
                ("office", models.CharField(max_length=64)),
                ("camera", models.CharField(max_length=64)),
                ("start", models.DateTimeField()),
                ("minutes", models.PositiveSmallIntegerField()),
                ("purpose", models.CharField(max_length=64)),
                ("case_number", models.CharField(max_length=64)),
                ("reason", models.CharField(max_length=500)),
                ("asked", models.DateTimeField()),
                ("entry", models.BinaryField()),
                ("index", models.PositiveBigIntegerField(null=True)),
                ("proof", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(fields=["office", "asked"], name="exports_of_a_day")],
            },
        ),
    ]
