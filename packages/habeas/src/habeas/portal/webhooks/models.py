"""Who is told, what has not been delivered yet, and how many deliveries of a day ended how.

None has a time of day, and none leads to a photo: an event about a photo names its service alone,
and what was delivered is counted, without references.
"""

from __future__ import annotations

import secrets

from django.db import models

from habeas.portal.site.rows import random_row


def new_identity() -> str:
    """A ``webhook-id``: 120 random bits, the same in every try to deliver the message."""
    return f"msg_{secrets.token_urlsafe(15)}"


class WebhookEndpoint(models.Model):
    """A receiver of messages. Its secret is derived and never stored (`signing`)."""

    name = models.CharField(max_length=64, primary_key=True)
    url = models.CharField(max_length=500)
    #: Types of events that it wants.
    events = models.JSONField(default=list)
    #: Networks that it may lie in although they are not public (CIDR).
    private = models.JSONField(default=list)
    #: Makes another secret each time that the same name is added, hex.
    salt = models.CharField(max_length=64)
    #: It answered 410 Gone: nothing more is sent until a test succeeds.
    gone = models.BooleanField(default=False)


class WebhookMessage(models.Model):
    """A message that its receiver has not confirmed; deleted when it has."""

    row = models.BigAutoField(primary_key=True, default=random_row)
    identity = models.CharField(max_length=64, default=new_identity)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="messages")
    body = models.TextField()


class WebhookTally(models.Model):
    """How many tries of one day to tell one receiver of one kind of event ended in one way."""

    row = models.BigAutoField(primary_key=True, default=random_row)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="tallies")
    day = models.DateField()
    event = models.CharField(max_length=64)
    #: An outcome of `tallies`.
    outcome = models.CharField(max_length=16)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """One row for each."""

        constraints = (
            models.UniqueConstraint(
                fields=("endpoint", "day", "event", "outcome"), name="one_tally_of_a_day"
            ),
        )
