import django.db.models.deletion
from django.db import migrations, models

import habeas.portal.site.rows
import habeas.portal.webhooks.models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("url", models.CharField(max_length=500)),
                ("events", models.JSONField(default=list)),
                ("private", models.JSONField(default=list)),
                ("salt", models.CharField(max_length=64)),
                ("gone", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="WebhookMessage",
            fields=[
                (
                    "row",
                    models.BigAutoField(
                        default=habeas.portal.site.rows.random_row,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        default=habeas.portal.webhooks.models.new_identity, max_length=64
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="webhooks.webhookendpoint",
                    ),
                ),
                ("body", models.TextField()),
            ],
        ),
    ]
