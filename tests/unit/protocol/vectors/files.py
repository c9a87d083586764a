"""The vector files as they stand, and what every generator needs."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from habeas.protocol import MalformedError, canonical
from habeas.protocol.document import base64_of
from habeas.protocol.sealing import OpeningError, open_, seal

FOLDER = Path(__file__).parents[4] / "vectors" / "protocol"
Case = dict[str, Any]


def load(name: str) -> Any:
    """The content of one file."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def written(value: Any) -> str:
    """A vector file's text."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def document(fields: dict[str, Any]) -> Case:
    """A document with its canonical bytes and their digest."""
    encoded = canonical.encode(fields)
    return {
        "document": fields,
        "canonical": encoded.decode(),
        "sha256": hashlib.sha256(encoded).hexdigest(),
    }


def bad(name: str, code: str = MalformedError.code, **inputs: Any) -> Case:
    """What must fail, and the code that it must fail with."""
    return {"name": name, **inputs, "code": code}


def sealed(where: str, seed: bytes, key: bytes, info: bytes, content: bytes) -> str:
    """A sealed message, base64; the one at *where* (file/key/...), as long as it opens."""
    file, *keys = where.split("/")
    try:
        value = load(file)
        for each in keys:
            value = value[int(each) if each.isdigit() else each]
        known = base64.b64decode(value)
        if open_(seed, info, known) == content:
            return base64_of(known)
    except (KeyError, IndexError, ValueError, TypeError, OSError, OpeningError):
        pass
    return base64_of(seal(key, info, content))


def flipped(text: str) -> str:
    """Hex or base64 with its first digit changed."""
    return ("1" if text[0] != "1" else "2") + text[1:]
