"""Standard Webhooks 1.0.0, section *Signature scheme*: HMAC-SHA256 over id, timestamp and body.

The secret of a receiver follows from the portal's session key and a salt of its own, so that a
copy of the database signs nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from django.conf import settings
from standardwebhooks.webhooks import Webhook

from habeas.portal.webhooks.models import WebhookEndpoint

_LABEL = b"habeas/v1/webhook\0"


def secret_of(endpoint: WebhookEndpoint) -> str:
    """The secret that signs for a receiver: ``whsec_`` and 32 bytes in base64."""
    said = _LABEL + endpoint.name.encode() + b"\0" + bytes.fromhex(endpoint.salt)
    derived = hmac.digest(settings.SECRET_KEY.encode(), said, hashlib.sha256)
    return f"whsec_{base64.b64encode(derived).decode()}"


def headers(secret: str, identity: str, at: int, body: str) -> dict[str, str]:
    """What a message carries beside its body.

    Args:
        secret: with its prefix ``whsec_``.
        identity: of the message, the same in every try.
        at: POSIX seconds of this try.
        body: as it is sent.
    """
    signature = Webhook(secret).sign(identity, datetime.fromtimestamp(at, UTC), body)
    return {
        "content-type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": str(at),
        "webhook-signature": signature,
    }
