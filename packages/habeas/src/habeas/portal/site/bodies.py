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


class UnknownServiceError(BadRequestError):
    """A service that this city does not have."""

    code = "unknown-service"
    status = 404
    remedy = "See /api/services."


def _number(text: str) -> float:
    """A number as JSON Schema reads it: 7.0 is the whole number 7 (2020-12, section 6.1.1)."""
    number = float(text)
    return int(number) if number.is_integer() else number


def json_object(content: bytes | str) -> dict[str, Any]:
    """The JSON object in *content*.

    Raises:
        BadRequestError: it is none.
    """
    try:
        found = json.loads(content, parse_float=_number)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("The request is not JSON.") from error
    if not isinstance(found, dict):
        raise BadRequestError("The request is not a JSON object.")
    return found
