"""Tables of `habeas.custody.ports.Ledger`.

Nothing in them leads to an application, a name or an account, and no other table has a
foreign key to them: a photo belongs to whoever holds its receipt, and to the case that
is open before its office.
"""

from __future__ import annotations

from django.db import models


class SealedPhoto(models.Model):
    """`habeas.custody.ports.SealedPhoto`."""

    seal_id = models.CharField(max_length=32, primary_key=True)
    promise = models.BinaryField()
    state = models.CharField(max_length=16, db_index=True)
    #: For undoing what was never finished; all three are erased once it is acknowledged.
    track_key = models.BinaryField(null=True)
    withdraw_secret = models.BinaryField(null=True)
    begun = models.FloatField(null=True)


class Line(models.Model):
    """`habeas.custody.ports.LogLine`."""

    seal_id = models.CharField(max_length=32, null=True, db_index=True)
    counter = models.PositiveIntegerField(null=True)
    entry = models.BinaryField()
    locked = models.BinaryField()
    index = models.PositiveBigIntegerField(null=True)
    proof = models.TextField(null=True)

    class Meta:
        constraints = [
            # Two writers can never number the same line of one photo.
            models.UniqueConstraint(fields=["seal_id", "counter"], name="one_line_each"),
        ]
        indexes = [
            models.Index(fields=["id"], name="owed_lines", condition=models.Q(index__isnull=True)),
        ]


class OwedErasure(models.Model):
    """`habeas.custody.ports.OwedErasure`."""

    seal_id = models.CharField(max_length=32, db_index=True)
    promise_digest = models.BinaryField()
    trustee = models.CharField(max_length=128)
    secret = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seal_id", "trustee"], name="owed_once"),
        ]


class ErasedStatement(models.Model):
    """A trustee's signed `erased` statement."""

    seal_id = models.CharField(max_length=32, db_index=True)
    trustee = models.CharField(max_length=128)
    statement = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seal_id", "trustee"], name="stated_once"),
        ]
