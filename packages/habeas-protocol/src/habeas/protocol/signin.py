"""Docs/protocol, *The desk*: an officer signs in to the portal with the credential of the office.

It gives the portal no authority: what opens a photo is another signature, over the request.
"""

from __future__ import annotations

from typing import Literal

from habeas.protocol.document import Document, Hex32, Slug, Url

_LABEL = b"habeas/v2/sign-in\0"


class SignIn(Document):
    """What an officer signs to be let in.

    Attributes:
        credential: id of the officer's credential.
        challenge: as the portal drew it.
        portal: where the officer signs in.
    """

    LIMIT = 2048

    v: Literal[2] = 2
    kind: Literal["sign-in"] = "sign-in"
    office: Slug
    credential: Hex32
    challenge: Hex32
    portal: Url

    def message(self) -> bytes:
        """What is signed: "habeas/v2/sign-in" ‖ 00 ‖ canonical document."""
        return _LABEL + self.encode()
