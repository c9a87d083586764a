"""An opening whose sealed file is not a photo: what a stranger may seal."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from habeas import tlog
from habeas.protocol import Promise, sealing
from tests import places


def opening_of(content: bytes, one_time_key: bytes) -> dict[str, Any]:
    """The portal's answer to a request with this key: every proof fits, only the file is bad."""
    known = json.loads((places.VECTORS / "protocol" / "opening.json").read_text())
    template = Promise.decode(known["promise"].encode())
    data_key = secrets.token_bytes(32)
    ciphertext = sealing.encrypt(data_key, template.terms().digest(), content)
    trustees = template.trustees
    shares = sealing.split(data_key, trustees.k, len(trustees.keys), secrets.token_bytes)
    promise = Promise.read(
        {
            **template.fields(),
            "photo": {
                "type": "image/jpeg",
                "size": len(ciphertext),
                "sha256": hashlib.sha256(ciphertext).hexdigest(),
            },
            "shares": [hashlib.sha256(share).hexdigest() for share in shares],
            "key_commitment": sealing.key_commitment(data_key).hex(),
        }
    )
    leaf = tlog.leaf_hash(known["entry"].encode())
    return {
        "index": 1,
        "promise": promise.encode().decode(),
        "entry": known["entry"],
        "shares": [
            {
                "trustee": key.trustee,
                "index": index,
                "release": _base64(
                    sealing.seal_release(
                        one_time_key, sealing.release_info(promise.digest(), leaf, index), share
                    )
                ),
            }
            for index, (key, share) in enumerate(zip(trustees.keys, shares, strict=True))
        ],
        "missing": {},
        "ciphertext": _base64(ciphertext),
    }


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
