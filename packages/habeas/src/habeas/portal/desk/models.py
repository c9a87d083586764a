"""What an officer's sessions have used up: none of it counts again."""

from __future__ import annotations

from django.db import models


class Spent(models.Model):
    """A challenge that was signed, or a token that was ended. It names nobody.

    ``until`` is the hour (since 1970, UTC) from which it would be refused for its age alone.
    """

    mark = models.CharField(max_length=64, primary_key=True)
    until = models.PositiveBigIntegerField(db_index=True)
