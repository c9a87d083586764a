from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Begun",
            fields=[
                (
                    "name",
                    models.CharField(max_length=16, primary_key=True, serialize=False),
                ),
                ("mark", models.CharField(max_length=64, unique=True)),
                ("person", models.CharField(db_index=True, max_length=64)),
                ("version", models.PositiveBigIntegerField()),
                ("at", models.PositiveBigIntegerField(db_index=True)),
            ],
        ),
    ]
