"""Viewings of recordings: what the public log commits to, kept for those entitled to it."""

from __future__ import annotations

from django.db import models


class Viewing(models.Model):
    """One viewing: who, of what, why. It counts from the moment `index` is known.

    The row is written before its entry goes to the log, so that no entry is without its
    details.
    """

    officer = models.CharField(max_length=150)
    office = models.CharField(max_length=64)
    camera = models.CharField(max_length=64)
    #: The span that was asked for; `parts` are the starts of the segments that show it.
    start = models.DateTimeField()
    end = models.DateTimeField()
    parts = models.JSONField()
    purpose = models.CharField(max_length=32)
    case_number = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500)
    #: With the fields above: what the entry's `commit` binds.
    salt = models.BinaryField()
    entry = models.BinaryField()
    index = models.PositiveBigIntegerField(null=True)
    proof = models.TextField(blank=True)
    expires = models.DateTimeField()
    #: Nothing plays while set: before the log has it, after the officer ended it or began another.
    closed = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["officer"], name="viewings_of_officer")]
