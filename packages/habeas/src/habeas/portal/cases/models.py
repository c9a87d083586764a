"""Cases: what has been applied for."""

from __future__ import annotations

from django.db import models


class Case(models.Model):
    """An application before its office. It has no account, and no key to a photo.

    ``pointer`` is the photo's handle encrypted for the office (`habeas.portal.cases.pointers`);
    it is erased when the case is decided.
    """

    class State(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        DECLINED = "declined"

    reference = models.CharField(max_length=16, primary_key=True)
    service = models.CharField(max_length=64)
    office = models.CharField(max_length=64, db_index=True)
    answers = models.JSONField()
    day = models.DateField()
    state = models.CharField(max_length=16, choices=State, default=State.OPEN, db_index=True)
    pointer = models.BinaryField(null=True)
