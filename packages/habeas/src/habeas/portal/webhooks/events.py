"""What is told: Standard Webhooks 1.0.0, section *Payload structure* (type, timestamp, data).

No personal data: an application is its reference and its service. The portal does not know which
application a photo came with, so what happens to a photo names the service alone. The timestamp
is a day: a finer time would tie an application to its photo's entry on the public log.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Literal

from habeas.portal.webhooks.models import WebhookEndpoint, WebhookMessage

Event = Literal["application.received", "application.decided", "photo.withdrawn"]
EVENTS: tuple[Event, ...] = ("application.received", "application.decided", "photo.withdrawn")
#: What `habeas portal webhooks test` sends.
TEST = "webhook.test"


def body_of(event: str, **data: str) -> str:
    """The bytes of a message, as text.

    Args:
        event: its type.
        data: what it is about.
    """
    today = datetime.now(UTC).date()
    fields = {"type": event, "timestamp": f"{today.isoformat()}T00:00:00Z", "data": data}
    return json.dumps(fields, separators=(",", ":"), sort_keys=True)


def tell(event: Event, service: str, reference: str = "") -> None:
    """Keep a message for every receiver that wants it, within the caller's transaction.

    So a message exists exactly when what it tells has happened.
    """
    data = {"service": service, **({"reference": reference} if reference else {})}
    # Locked: one that is removed meanwhile would leave a message to nobody.
    for endpoint in WebhookEndpoint.objects.select_for_update().filter(gone=False):
        if event in endpoint.events:
            WebhookMessage.objects.create(endpoint=endpoint, body=body_of(event, **data))
