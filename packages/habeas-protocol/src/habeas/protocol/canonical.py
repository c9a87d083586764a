"""RFC 8785 (JSON Canonicalization Scheme): one meaning, one sequence of bytes.

Everything that is hashed or signed goes through here. Reading is strict: bytes that
are not already in canonical form are refused, so that no two documents can share a
meaning and differ in digest, and no duplicate key can hide behind another.
"""

from __future__ import annotations

import json
from typing import Any

import rfc8785

from habeas.foundation.errors import HabeasError

#: RFC 8785 section 3.2.2.3: integers beyond this are not the same number everywhere.
_MAX_INTEGER = 2**53 - 1
#: No document of these formats comes near this; a larger one is somebody's attack.
MAX_BYTES = 64 * 1024


class MalformedError(HabeasError):
    """Bytes that are not the document they should be."""

    code = "malformed"
    remedy = "Use the document exactly as it was issued; a changed copy does not count."


def encode(document: Any) -> bytes:
    """The canonical bytes of *document* (RFC 8785 section 3.2).

    Raises:
        MalformedError: it holds something that JSON cannot carry.
    """
    try:
        if _plain(document):
            # Ten times as fast, and the same bytes: held to rfc8785 by a test.
            text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            return text.encode()
        return rfc8785.dumps(document)
    except UnicodeEncodeError as error:
        raise MalformedError(
            "This cannot be written as canonical JSON: half a character."
        ) from error
    except rfc8785.CanonicalizationError as error:
        raise MalformedError(f"This cannot be written as canonical JSON: {error}.") from error


def _plain(value: Any) -> bool:
    """Whether Python's own writer writes *value* exactly as RFC 8785 does.

    It differs in fractions, in huge integers, and in the order of keys beyond ASCII.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_MAX_INTEGER <= value <= _MAX_INTEGER)
    if kind is dict:
        return all(type(k) is str and k.isascii() and _plain(v) for k, v in value.items())
    return (kind is list or kind is tuple) and all(_plain(each) for each in value)


def decode(content: bytes, *, limit: int = MAX_BYTES) -> dict[str, Any]:
    """The object that the canonical bytes *content* hold.

    Raises:
        MalformedError: too long, not JSON, not an object, or not in canonical form.
    """
    if len(content) > limit:
        raise MalformedError(f"The document has {len(content)} bytes; {limit} are allowed.")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MalformedError("The document is not JSON.") from error
    if not isinstance(document, dict):
        raise MalformedError("The document is not a JSON object.")
    if encode(document) != content:
        raise MalformedError("The document is not in canonical form (RFC 8785).")
    return document
