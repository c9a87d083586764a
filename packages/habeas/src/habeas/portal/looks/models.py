"""Acts about cameras: what the public log commits to, kept for those entitled to it."""

from __future__ import annotations

from django.db import models


class ActRow(models.Model):
    """`habeas.cameras.acts.CameraAct`."""

    key = models.CharField(max_length=32, primary_key=True)
    officer = models.CharField(max_length=128)
    office = models.CharField(max_length=64, blank=True)
    camera = models.CharField(max_length=64)
    act = models.CharField(max_length=16)
    private = models.JSONField()
    salt = models.BinaryField()
    entry = models.BinaryField()
    at = models.DateTimeField()
    expires = models.DateTimeField(null=True)
    #: Key of the act that this one ends. The database lets each be ended once.
    of = models.CharField(max_length=32, null=True, unique=True)
    index = models.PositiveBigIntegerField(null=True)
    proof = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["camera", "act"], name="acts_of_camera"),
            # Over the years there are many, and few of them are owed or going on.
            models.Index(fields=["at"], name="acts_owed", condition=models.Q(index__isnull=True)),
            models.Index(
                fields=["act", "expires"],
                name="acts_ending",
                condition=models.Q(expires__isnull=False),
            ),
        ]
