"""The office may ask for another photo."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="case", name="photo_wanted", field=models.BooleanField(default=False)
        ),
    ]
