"""Cases: what has been applied for. Answers and pointer are sealed to the office."""

from __future__ import annotations

from django.db import models

from habeas.portal.vault.models import random_row


class Case(models.Model):
    """An application before its office. It has no account, and no key to a photo.

    ``answers`` and ``pointer`` open with the office's key alone, which this portal never has
    (docs/protocol, section 5). Row numbers are random: their order tells nothing.
    """

    class State(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        DECLINED = "declined"

    row = models.BigAutoField(primary_key=True, default=random_row)
    reference = models.CharField(max_length=16, unique=True)
    service = models.CharField(max_length=64)
    office = models.CharField(max_length=64)
    answers = models.BinaryField()
    day = models.DateField()
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    pointer = models.BinaryField(null=True)
    #: The office could not read the photo, and asks for another.
    photo_wanted = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "day", "reference"], name="cases_of_office"),
        ]
