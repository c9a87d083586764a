"""Formats, *Conventions*: canonical JSON (RFC 8785) of integers, one meaning in one way of bytes.

Everything that is hashed or signed goes through here. Reading is strict and total: any
bytes end in the object that they hold or in `MalformedError`. Bytes that are not already
in canonical form are refused, so that no two documents can share a meaning and differ in
digest, and no duplicate key can hide behind another.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

import rfc8785

from habeas.foundation.errors import HabeasError

#: RFC 8785 section 3.2.2.3: integers beyond this are not the same number everywhere.
MAX_INTEGER = 2**53 - 1
#: No document of these formats comes near this; a larger one is somebody's attack.
MAX_BYTES = 64 * 1024
#: The outermost object is at depth 1.
MAX_DEPTH = 16


class MalformedError(HabeasError):
    """Bytes that are not the document they should be."""

    code = "malformed"
    remedy = "Use the document exactly as it was issued; a changed copy does not count."


def encode(document: Any) -> bytes:
    """The canonical bytes of *document* (RFC 8785 section 3.2).

    Raises:
        MalformedError: it holds what these formats do not carry: a fraction, an integer
            beyond 2^53 - 1, half a character, or more than 16 levels.
    """
    try:
        if _check(document, MAX_DEPTH):
            return _WRITER.encode(document).encode()
        # Keys beyond ASCII are sorted by UTF-16 code units, which Python's writer does not do.
        return rfc8785.dumps(document)
    except UnicodeEncodeError as error:
        raise MalformedError(
            "This cannot be written as canonical JSON: half a character."
        ) from error
    except rfc8785.CanonicalizationError as error:
        raise MalformedError("This cannot be written as canonical JSON.") from error


def decode(content: bytes, *, limit: int = MAX_BYTES) -> dict[str, Any]:
    """The object that the canonical bytes *content* hold.

    Raises:
        MalformedError: too long, not JSON, not an object, or not in canonical form.
    """
    if len(content) > limit:
        raise MalformedError(f"The document has {len(content)} bytes; {limit} are allowed.")
    try:
        document = _READER.decode(content.decode())
    except (ValueError, RecursionError) as error:
        raise MalformedError("The document is not JSON of texts, integers and truths.") from error
    if not isinstance(document, dict):
        raise MalformedError("The document is not a JSON object.")
    if _encoded(document, content) != content:
        raise MalformedError("The document is not in canonical form (RFC 8785).")
    return document


def _encoded(document: dict[str, Any], content: bytes) -> bytes:
    # Where all bytes are ASCII and brackets are few, nothing is left for `encode` to find:
    # the reader has checked the numbers, and no key needs another order.
    if content.isascii() and content.count(b"{") + content.count(b"[") <= MAX_DEPTH:
        return _WRITER.encode(document).encode("ascii", "replace")
    return encode(document)


def _check(value: Any, depth: int) -> bool:
    """Whether Python's own writer writes *value* exactly as RFC 8785 does.

    Raises:
        MalformedError: it is nothing that these formats carry.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None or isinstance(value, str):
        return True
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise MalformedError("A number is larger than 2^53 - 1.")
        return True
    if kind not in (dict, list, tuple):
        raise MalformedError(f"These formats carry no value of type {kind.__name__}.")
    if depth == 0:
        raise MalformedError(f"The document has more than {MAX_DEPTH} levels.")
    plain = True
    if kind is dict:
        plain = _check_keys(value)
        value = value.values()
    # All of them are looked at: a first that needs rfc8785 must not hide a second that is wrong.
    for each in value:
        if type(each) is not str:  # most are, and a call for each would take longer than the rest
            plain = _check(each, depth - 1) and plain
    return plain


def _check_keys(value: dict[Any, Any]) -> bool:
    """Whether all keys are ASCII: their order is then the same for everybody.

    Raises:
        MalformedError: one is no text.
    """
    for key in value:
        if not isinstance(key, str):
            raise MalformedError("A key is no text.")
    return "".join(value).isascii()


def _integer(text: str) -> int:
    if len(text) > 17 or abs(number := int(text)) > MAX_INTEGER:
        raise ValueError("larger than 2^53 - 1")
    return number


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"no integer: {text[:20]}")


#: Held to rfc8785 by a test, and ten times as fast.
_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_READER = json.JSONDecoder(parse_int=_integer, parse_float=_refuse, parse_constant=_refuse)
