"""What programs send: JSON bodies, bounded and checked, for every domain's `api`."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest

from habeas.foundation.errors import HabeasError

#: Largest body of a request; a receipt of 32 trustees takes half of it. Bytes.
MAX_BODY = 128 * 1024


class BadRequestError(HabeasError):
    """A request that lacks something, or is malformed."""

    code = "bad-request"
    status = 400
    remedy = "Correct the request; `habeas --help` shows what the commands send."


def raw(request: HttpRequest) -> bytes:
    """The body of *request*.

    Raises:
        BadRequestError: it is longer than `MAX_BODY`.
    """
    if len(request.body) > MAX_BODY:
        raise BadRequestError("The request is too long.")
    return request.body


def json_object(content: bytes | str) -> dict[str, Any]:
    """The JSON object in *content*.

    Raises:
        BadRequestError: it is none.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The request is not JSON.") from error
    if not isinstance(found, dict):
        raise BadRequestError("The request is not a JSON object.")
    return found
