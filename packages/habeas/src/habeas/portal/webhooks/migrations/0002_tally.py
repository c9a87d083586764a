import django.db.models.deletion
from django.db import migrations, models

import habeas.portal.site.rows


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="WebhookTally",
            fields=[
                (
                    "row",
                    models.BigAutoField(
                        default=habeas.portal.site.rows.random_row,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("event", models.CharField(max_length=64)),
                ("outcome", models.CharField(max_length=16)),
                ("count", models.PositiveIntegerField(default=0)),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="webhooks.webhookendpoint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("endpoint", "day", "event", "outcome"), name="one_tally_of_a_day"
                    )
                ],
            },
        ),
    ]
