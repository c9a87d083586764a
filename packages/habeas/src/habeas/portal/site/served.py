"""What the portal's answers carry: built with the front end, and under code custody with it.

W3C Subresource Integrity, Integrity-Policy and Content Security Policy Level 3. The manifest that
trustees vouch for is made of the same two: `served.json` and the files below `static`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

#: The installed tree that a manifest is made of: the rooms of this distribution.
BUILT = Path(__file__).resolve().parents[2]
_STATIC = "/static/"
_FILES = BUILT / "portal" / "static"
#: What the build puts before the ending of a name: digits of its own hash, or the bundler's.
HASHED = r"\.([0-9a-f]{16}|[0-9A-Z]{8})\."
NOBODY = "'none'"


@dataclass(frozen=True)
class Served:
    """See `habeas.protocol.app.Part`."""

    csp: str
    policies: dict[str, str]
    headers: dict[str, str]
    data: dict[str, str] = field(default_factory=dict)

    def policy(self, path: str) -> str:
        """The Content-Security-Policy of the file at *path* below ``static``."""
        return self.policies.get(path, self.csp)

    def policy_at(self, address: str) -> str:
        """The same for an answer at that address; the portal's own pages have the common one."""
        if not address.startswith(_STATIC):
            return self.csp
        policy = self.policy(address.removeprefix(_STATIC))
        return framed_by(policy) if address.endswith(".html") else policy


def framed_by(policy: str, origins: Sequence[str] = ()) -> str:
    """*policy*, which may leave open who frames the document, with that said; by default nobody."""
    if "frame-ancestors" in policy:
        return policy
    return f"{policy}; frame-ancestors {' '.join(origins) or NOBODY}"


@cache
def served() -> Served:
    """What this release's answers carry."""
    fields: dict[str, Any] = json.loads((BUILT / "portal" / "served.json").read_bytes())
    return Served(**fields)


@cache
def named(path: str) -> str:
    """A static file by the name that it is built and served under, which says its hash.

    Args:
        path: below ``static``, as sources name it: ``photo/receipt.html``.

    Raises:
        LookupError: the build has left no such file, or two.
    """
    folder, _, name = path.rpartition("/")
    stem, _, ending = name.partition(".")
    fits = re.compile(re.escape(stem) + HASHED + re.escape(ending))
    found = [each for each in (_FILES / folder).iterdir() if fits.fullmatch(each.name)]
    if len(found) != 1:
        raise LookupError(f"{path} is built {len(found)} times: make web")
    return found[0].relative_to(_FILES).as_posix()


@cache
def integrity(path: str) -> str:
    """The hash of a static file, by its full name, as W3C Subresource Integrity writes it."""
    content = _FILES.joinpath(*path.split("/")).read_bytes()
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"
