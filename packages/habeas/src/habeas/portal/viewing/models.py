"""Viewings and exports of recordings: what the public log commits to, for those entitled to it."""

from __future__ import annotations

from django.db import models


class ViewingRow(models.Model):
    """`habeas.cameras.viewing.Viewing`."""

    key = models.CharField(max_length=32, primary_key=True)
    officer = models.CharField(max_length=128)
    office = models.CharField(max_length=64)
    camera = models.CharField(max_length=64)
    start = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=64)
    case_number = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500)
    #: Starts of the segments that show the span.
    segments = models.JSONField()
    salt = models.BinaryField()
    entry = models.BinaryField()
    index = models.PositiveBigIntegerField(null=True)
    proof = models.TextField(blank=True)
    expires = models.DateTimeField()
    closed = models.BooleanField(default=True)

    class Meta:
        indexes = [
            # An officer has one at a time, and over the years has had many.
            models.Index(
                fields=["officer"], name="viewings_open", condition=models.Q(closed=False)
            ),
            models.Index(fields=["office", "expires"], name="viewings_of_a_day"),
        ]


class ExportRow(models.Model):
    """`habeas.cameras.exports.Export`."""

    key = models.CharField(max_length=32, primary_key=True)
    officer = models.CharField(max_length=128)
    office = models.CharField(max_length=64)
    camera = models.CharField(max_length=64)
    start = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=64)
    case_number = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    asked = models.DateTimeField()
    entry = models.BinaryField()
    index = models.PositiveBigIntegerField(null=True)
    proof = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["office", "asked"], name="exports_of_a_day")]
