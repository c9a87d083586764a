"""What an officer's sessions have used up: none of it counts again."""

from __future__ import annotations

from django.db import models


class Spent(models.Model):
    """A challenge that was signed, or a token that was ended. It names nobody.

    ``until`` is the hour (since 1970, UTC) from which it would be refused for its age alone.
    """

    mark = models.CharField(max_length=64, primary_key=True)
    until = models.PositiveBigIntegerField(db_index=True)


class Begun(models.Model):
    """A session that goes on: without its row, its token counts no more.

    ``name`` is drawn, for its officer to name it by; ``mark`` is the SHA-256 of its token, ``at``
    when it began (POSIX seconds), ``version`` the office's roster's under which it did.
    """

    name = models.CharField(max_length=16, primary_key=True)
    mark = models.CharField(max_length=64, unique=True)
    person = models.CharField(max_length=64, db_index=True)
    version = models.PositiveBigIntegerField()
    at = models.PositiveBigIntegerField(db_index=True)
