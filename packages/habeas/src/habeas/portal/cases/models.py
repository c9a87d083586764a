"""Cases: what has been applied for. Answers and pointer are sealed to the office."""

from __future__ import annotations

from django.db import models

from habeas.portal.site.rows import random_row


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
    #: Officer who has the case (`habeas.portal.desk.cases.person_of`); empty for nobody.
    holder = models.CharField(max_length=64, default="")
    #: A decision that waits for a second officer, and the first one; empty where none waits.
    proposal = models.CharField(max_length=16, default="")
    proposer = models.CharField(max_length=64, default="")
    #: Of a decided case: purposes that may still be asked for, with each one's last day (JSON).
    later = models.JSONField(default=dict)
    #: The last days of what leads to the photo, and of answers and notes. Ends of months: the
    #: exact day of a decision would tie a case to its photo's entry on the log.
    pointer_until = models.DateField(null=True)
    answers_until = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "day", "reference"], name="cases_of_office"),
            models.Index(
                fields=["office", "state", "holder", "day", "reference"], name="cases_of_holder"
            ),
            models.Index(
                fields=["office", "state", "service", "day", "reference"], name="cases_of_service"
            ),
            models.Index(fields=["office", "proposal", "day", "reference"], name="cases_proposed"),
            models.Index(fields=["office", "reference"], name="cases_by_reference"),
            models.Index(
                fields=["pointer_until"],
                name="pointers_by_end",
                condition=models.Q(pointer_until__isnull=False),
            ),
            models.Index(
                fields=["answers_until"],
                name="answers_by_end",
                condition=models.Q(answers_until__isnull=False),
            ),
        ]


class CaseNoteRow(models.Model):
    """What the office wrote down about a case, sealed to the office (docs/protocol/desk.md)."""

    row = models.BigAutoField(primary_key=True, default=random_row)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    note = models.BinaryField()
