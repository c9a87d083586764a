"""The manifest's files in the words of clients that enforce: WEBCAT and WAICT.

WEBCAT (Freedom of the Press Foundation, specification of 2026, "Server", "Manifest" and "CSP"):
``/.well-known/webcat/enrollment.json`` says who signs, ``manifest.json`` what is served; signers
are the trustees, the threshold is k. What a city still has to add is in docs/enforcing-clients.md.
WAICT (integrity draft of 2026): a header on documents names an immutable manifest of hashes. Its
transparency proof is of a tree that is not this log's: the line for it is empty, and integrity
alone is offered. Both drafts still change.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from habeas.protocol.app.manifest import Part
from habeas.protocol.circle import Circle
from habeas.tlog import NoteVerifier

WAICT_HEADER = "Integrity-Policy-WAICT-v1"
WAICT_TYPE = "application/waict-integrity-manifest"
_WAICT = "/.well-known/waict/manifests/"
#: Where WEBCAT's client looks.
WEBCAT = "/.well-known/webcat/"
#: How old a signed manifest may grow before WEBCAT's client refuses it: a year, its most.
_MAX_AGE = 365 * 86_400


def _url64(content: bytes) -> str:
    """base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _hash(part: Part, file: str) -> str:
    return _url64(bytes.fromhex(part.hash_of(file) or ""))


def waict_manifest(part: Part, places: Mapping[str, str]) -> bytes:
    """WAICT's manifest of a part: hashes by address, and an empty line for the proof.

    Args:
        part: of the release.
        places: address -> path of the file, see `AppRelease.places`.
    """
    hashes = {address: _hash(part, file) for address, file in sorted(places.items())}
    wasm = sorted(_url64(bytes.fromhex(each)) for each in part.wasm)
    fields: dict[str, Any] = {"hashes": hashes, **({"wasm_hashes": wasm} if wasm else {})}
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode() + b"\n\n"


def waict_path(manifest: bytes) -> str:
    """Where a WAICT manifest stands: its address changes with its bytes."""
    return f"{_WAICT}habeas_{_url64(hashlib.sha256(manifest).digest())[:22]}"


def waict_header(manifest: bytes) -> str:
    """The header's value. Clients report what differs: to enforce is each city's own step."""
    return f'max-age=0, mode=report, manifest="{waict_path(manifest)}"'


def webcat_enrollment(circle: Circle) -> dict[str, Any]:
    """WEBCAT's enrollment ("Server", 1.1): the trustees' keys, k of which must sign.

    The policy names a Sigsum log and its witnesses, and is the city's to choose, as is where
    copies are kept (`cas_url`): both are empty here.
    """
    keys = (NoteVerifier.parse(each.statement_vkey).public_key for each in circle.trustees)
    return {
        "type": "sigsum", "signers": sorted(_url64(each) for each in keys),
        "threshold": circle.k, "policy": "", "max_age": _MAX_AGE, "cas_url": "", "logs": {},
    }  # fmt: skip


def webcat_manifest(
    part: Part, places: Mapping[str, str], *, version: str, app: str
) -> dict[str, Any]:
    """WEBCAT's manifest of a part ("Manifest", 1.1 and 1.2), which nobody has signed yet.

    Its signatures and its timestamp are proofs of a Sigsum log, which trustees get with WEBCAT's
    own tools and their own keys where a city enrols: without them, both are empty.

    Args:
        part: of the release.
        places: address -> path of the file.
        version: of the distribution.
        app: address that says what the app is, and where its source is.

    Returns:
        ``manifest`` and ``signatures``.
    """
    documents = sorted(address for address, file in places.items() if file.endswith(".html"))
    own = {
        address: part.policies[file] for address, file in places.items() if file in part.policies
    }
    manifest = {
        "app": app, "version": version, "default_csp": part.csp, "extra_csp": own,
        "default_index": documents[0], "default_fallback": documents[0],
        "timestamp": "",
        "files": {address: _hash(part, file) for address, file in sorted(places.items())},
        "wasm": sorted(_url64(bytes.fromhex(each)) for each in part.wasm),
    }  # fmt: skip
    return {"manifest": manifest, "signatures": {}}
