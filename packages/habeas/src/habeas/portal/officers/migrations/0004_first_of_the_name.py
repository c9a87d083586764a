from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("officers", "0003_own_sessions"),
    ]

    operations = [
        migrations.AddField(model_name="officer", name="issuer", field=models.TextField(null=True)),
        migrations.AddField(
            model_name="officer",
            name="person",
            field=models.CharField(max_length=64, null=True),
        ),
    ]
