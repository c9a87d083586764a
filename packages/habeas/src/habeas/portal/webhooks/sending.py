"""One try to deliver one message: HTTPS, nothing followed, nothing of the answer kept."""

from __future__ import annotations

import asyncio
import time

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.errors import HabeasError
from habeas.foundation.forward import async_mounts
from habeas.portal.webhooks.addresses import route_of
from habeas.portal.webhooks.models import WebhookEndpoint
from habeas.portal.webhooks.signing import headers, secret_of

#: Standard Webhooks 1.0.0, *Request timeouts*: 15 to 30 s. One worker sends all, and waits less.
_STEP_SECONDS = 10.0
#: A whole try: httpx counts anew with each byte, and with each 1xx answer that comes before one.
_WHOLE_SECONDS = 20.0


class NotConfirmedError(HabeasError):
    """A receiver that has not confirmed a message.

    Attributes:
        answered: the status of its answer; None where there was none.
    """

    code = "webhook-not-confirmed"
    status = 502
    remedy = "It is sent again. Look at the receiver: it answers 2xx to what it has taken."
    answered: int | None = None


class GoneError(NotConfirmedError):
    """A receiver that wants no more messages (410)."""

    code = "webhook-gone"
    remedy = "Remove it, or test it again when it is back: habeas portal webhooks test"
    answered: int | None = httpx.codes.GONE


def send(endpoint: WebhookEndpoint, identity: str, body: str) -> int:
    """Deliver a message; gives the status (2xx).

    Raises:
        ReceiverError: its address is not allowed, or has none.
        ForwardError: the forward proxy that is named cannot be used.
        GoneError: it answered 410.
        NotConfirmedError: it answered otherwise, or not at all.
    """
    route = route_of(endpoint.url, endpoint.private)
    url, proxied = route.url, route.address is None
    asked = url if proxied else url.copy_with(host=route.address)
    carried = headers(secret_of(endpoint), identity, int(time.time()), body)

    async def once() -> int:
        async with (
            asyncio.timeout(_WHOLE_SECONDS),
            httpx.AsyncClient(
                timeout=_STEP_SECONDS, trust_env=False, verify=authorities(),
                mounts=async_mounts() if proxied else {},
            ) as http,
            http.stream(
                "POST", asked, content=body.encode(),
                headers={**carried, "host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            ) as answer,
        ):  # fmt: skip
            return answer.status_code

    try:
        status = asyncio.run(once())
    except (httpx.HTTPError, TimeoutError) as error:
        raise NotConfirmedError(
            f"{endpoint.name} does not answer: {type(error).__name__}."
        ) from error
    if status == httpx.codes.GONE:
        raise GoneError(f"{endpoint.name} wants no more messages (410).")
    if not httpx.codes.is_success(status):
        refused = NotConfirmedError(f"{endpoint.name} answered {status}.")
        refused.answered = status
        raise refused
    return status
