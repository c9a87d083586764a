"""Ended photos say when their ciphertext goes; each line is found by its leaf hash."""

from django.db import migrations, models

from habeas.tlog import leaf_hash


def _leaves(apps, _) -> None:
    lines = apps.get_model("vault", "LogLineRow")
    for line in lines.objects.filter(leaf="").iterator():
        line.leaf = leaf_hash(bytes(line.entry)).hex()
        line.save(update_fields=["leaf"])


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]

    operations = [
        migrations.AddField(
            "sealedphotorow", "destroy_on", models.CharField(max_length=10, null=True)
        ),
        migrations.AddIndex(
            "sealedphotorow",
            models.Index(
                fields=["destroy_on"],
                name="photos_doomed",
                condition=models.Q(("destroy_on__isnull", False)),
            ),
        ),
        migrations.AddField("loglinerow", "leaf", models.CharField(max_length=64, default="")),
        migrations.RunPython(_leaves, migrations.RunPython.noop),
        migrations.AlterField("loglinerow", "leaf", models.CharField(max_length=64, db_index=True)),
    ]
