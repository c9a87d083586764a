"""An office and its officers, as the office would run them: keys that sign, and a roster."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from habeas.protocol import Entry, Kind, Request, sealing, sign_entry
from habeas.protocol.credential import (
    ES256,
    Credential,
    Membership,
    Roster,
    credential_id,
    membership,
    roster_of,
)
from habeas.protocol.document import base64_of
from habeas.tlog import NoteSigner


class Officer:
    """An officer with a key in software."""

    def __init__(self, office: str, day: str, *, kind: str = "software") -> None:
        self.key = generate_private_key(SECP256R1())
        spki = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.credential = Credential(
            office=office, id=credential_id(spki), algorithm=ES256, public_key=base64_of(spki),
            type=kind, slot_key=secrets.token_hex(32), label="an officer", added=day,
        )  # fmt: skip
        #: Requests signed so far, by day.
        self.signed: dict[str, int] = {}

    def nth(self, day: str) -> int:
        """The officer's next number of the day."""
        self.signed[day] = self.signed.get(day, 0) + 1
        return self.signed[day]

    def sign(self, request: Request) -> dict[str, str]:
        """The assertion of a key: r ‖ s over the request's message."""
        r, s = decode_dss_signature(self.key.sign(request.message(), ECDSA(SHA256())))
        return {
            "type": self.credential.type,
            "signature": base64_of(r.to_bytes(32, "big") + s.to_bytes(32, "big")),
        }


@dataclass
class Office:
    """An office: root key, encryption key, officers, rosters."""

    name: str
    root: NoteSigner
    seed: bytes
    officers: list[Officer] = field(default_factory=list)
    rosters: list[Roster] = field(default_factory=list)
    #: The officers that each roster lists, by its version.
    members: dict[int, list[Officer]] = field(default_factory=dict)

    @classmethod
    def make(cls, name: str) -> Office:
        return cls(name, NoteSigner.generate(f"{name}/root"), secrets.token_bytes(32))

    def circle_entry(self) -> dict[str, object]:
        """How the circle has it."""
        return {
            "office": self.name,
            "name": {"en": "Licensing Office", "ru": "Лицензионный отдел"},
            "root_vkey": self.root.vkey,
            "encryption_key": base64_of(sealing.public_key(self.seed)),
            "rp_id": f"{self.name}.localhost",
            "origins": [f"http://{self.name}.localhost:8010"],
            "software": True,
        }

    def roster(self, day: str) -> Entry:
        """The next roster, which lists the officers as they are now; signed, not on the log."""
        before = self.rosters[-1] if self.rosters else None
        roster = roster_of(self.name, [each.credential for each in self.officers], before)
        self.rosters.append(roster)
        self.members[roster.version] = list(self.officers)
        return sign_entry(
            self.root, Kind.ROSTER, day, roster, secrets.token_bytes(32), office=self.name
        )

    def shows(self, officer: Officer, version: int) -> Membership:
        """That the officer is in the roster of that version."""
        roster = next(each for each in self.rosters if each.version == version)
        listed = [each.credential for each in self.members[version]]
        return membership(roster, listed, officer.credential)
