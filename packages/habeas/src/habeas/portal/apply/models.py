"""Drafts at rest."""

from __future__ import annotations

from django.db import models


class EncryptedDraft(models.Model):
    """An unfinished application, encrypted under a secret that only its browser holds."""

    id = models.CharField(max_length=64, primary_key=True)
    content = models.BinaryField()
    #: The hour (since 1970, UTC) of the last change: a finer time would tell who sent which photo.
    touched = models.PositiveBigIntegerField(db_index=True)
