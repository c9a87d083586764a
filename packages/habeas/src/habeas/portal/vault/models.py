"""Tables of `habeas.custody.ports.Ledger`.

Nothing in them leads to an application, a name or an account, and no other table has a
foreign key to them. Row numbers are drawn at random, so that no order of rows tells which
photo came with which application.
"""

from __future__ import annotations

from django.db import models

from habeas.portal.site.rows import random_row


class SealedPhotoRow(models.Model):
    """`habeas.custody.ports.SealedPhoto`."""

    row = models.BigAutoField(primary_key=True, default=random_row)
    seal_id = models.CharField(max_length=32, unique=True)
    promise = models.BinaryField()
    #: Of the promise: what `withdrawn` entries on the log name.
    digest = models.CharField(max_length=64, unique=True)
    opens_until = models.CharField(max_length=10)
    closing_tag = models.CharField(max_length=32)
    state = models.CharField(max_length=16)
    begun = models.BigIntegerField(null=True)
    destroy_on = models.CharField(max_length=10, null=True)
    #: End of the month in which the office is done with it, where a decision has said so.
    close_after = models.CharField(max_length=10, null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["close_after"],
                name="photos_closing",
                condition=models.Q(close_after__isnull=False),
            ),
            models.Index(fields=["state", "opens_until"], name="photos_by_end"),
            models.Index(
                fields=["destroy_on"],
                name="photos_doomed",
                condition=models.Q(destroy_on__isnull=False),
            ),
            models.Index(
                fields=["begun"], name="photos_pending", condition=models.Q(begun__isnull=False)
            ),
        ]


class LogLineRow(models.Model):
    """`habeas.custody.ports.LogLine`."""

    row = models.BigAutoField(primary_key=True, default=random_row)
    seal_id = models.CharField(max_length=32, null=True, db_index=True)
    number = models.PositiveIntegerField(null=True)
    entry = models.BinaryField()
    #: RFC 6962 leaf hash of the entry, hex: by it an entry on the log is known as this custodian's.
    leaf = models.CharField(max_length=64, db_index=True)
    locked = models.BinaryField()
    index = models.PositiveBigIntegerField(null=True)
    proof = models.TextField(null=True)

    class Meta:
        constraints = [
            # Two writers can never number the same line of one photo.
            models.UniqueConstraint(fields=["seal_id", "number"], name="one_line_each"),
        ]
        indexes = [
            models.Index(fields=["row"], name="owed_lines", condition=models.Q(index__isnull=True)),
        ]


class PendingDepositRow(models.Model):
    """`habeas.custody.ports.PendingDeposit`."""

    row = models.BigAutoField(primary_key=True, default=random_row)
    seal_id = models.CharField(max_length=32, db_index=True)
    trustee = models.CharField(max_length=128)
    share = models.PositiveIntegerField()
    deposit = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seal_id", "trustee"], name="one_deposit_each"),
        ]
        indexes = [models.Index(fields=["trustee", "row"], name="deposits_by_trustee")]


class LateAcknowledgement(models.Model):
    """What a trustee that was pending has acknowledged since: a signed note."""

    row = models.BigAutoField(primary_key=True, default=random_row)
    seal_id = models.CharField(max_length=32, db_index=True)
    trustee = models.CharField(max_length=128)
    note = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seal_id", "trustee"], name="acknowledged_once"),
        ]
