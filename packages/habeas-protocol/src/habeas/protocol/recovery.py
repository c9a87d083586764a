"""Formats, *Statements*, recovery: what the masks of a seat's recovery are bound to.

Two runs with different helpers must not share masks: the difference of what they give
would be a share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from habeas.protocol import canonical
from habeas.protocol.document import digest
from habeas.protocol.parties import Identity


def binding(circle_digest: bytes, helpers: Iterable[str], newcomer: Identity) -> bytes:
    """What the helpers' masks for *newcomer* are bound to; 32 bytes.

    Args:
        circle_digest: of the circle in which the newcomer stands, 32 bytes.
        helpers: names of all trustees that give.
        newcomer: its identity in that circle.

    Returns:
        H("recovery", circle digest ‖ SHA-256(canonical sorted list of names) ‖ digest of
        the newcomer's identity).
    """
    names = hashlib.sha256(canonical.encode(sorted(set(helpers)))).digest()
    return digest("recovery", circle_digest + names + newcomer.digest())
