"""Formats, *Officers*: officers' credentials, and the rosters that list them.

The log shows of a roster only its size and root. That a credential is in it is shown to
trustees alone: public keys would show staff numbers, and each one's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)
from pydantic import Field, StringConstraints

from habeas.foundation.errors import HabeasError
from habeas.protocol.canonical import MalformedError
from habeas.protocol.document import Count, Day, Document, Hex32, Slug, Text, digest, unbase64
from habeas.tlog import (
    ProofError,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_hash,
    verify_inclusion,
)
from habeas.tlog.tree import NodeHash

#: COSE algorithms (IANA): ECDSA with P-256 and SHA-256, and EdDSA with Ed25519.
ES256: Literal[-7] = -7
EDDSA: Literal[-8] = -8
PublicKey = EllipticCurvePublicKey | Ed25519PublicKey


class OfficeForkedError(HabeasError):
    """An office whose root key has signed two rosters of one version."""

    code = "office-forked"
    remedy = "The office must take a new root key; until then nobody acts for it."


class OfficerUnknownError(HabeasError):
    """A credential that is not in the office's roster."""

    code = "officer-unknown"
    remedy = "Have the office put the officer's key on its roster."


class Credential(Document):
    """An officer's key, as the office certifies it.

    Attributes:
        id: ``H("credential", public key)``; for WebAuthn ``H("credential", raw credential id)``.
        algorithm: `ES256` or `EDDSA`.
        public_key: base64 of the SubjectPublicKeyInfo (DER).
        type: how it signs: by an authenticator, a key on a token or in a file, or in software.
        slot_key: 32 random bytes, from which its slots follow.
        label: for the office's own list.
    """

    LIMIT = 4096

    v: Literal[2] = 2
    kind: Literal["credential"] = "credential"
    office: Slug
    id: Hex32
    algorithm: Literal[-7, -8]
    public_key: Annotated[str, StringConstraints(max_length=256)]
    type: Literal["webauthn", "key", "software"]
    slot_key: Hex32
    label: Text
    added: Day

    def key(self) -> PublicKey:
        """The public key.

        Raises:
            MalformedError: it is none of its algorithm, or not written in the canonical way.
        """
        return parse_public_key(self.public_key, self.algorithm)


class Roster(Document):
    """Details of a `roster` entry: the set of an office's credentials, by its Merkle root.

    Attributes:
        version: one more than that of the roster before, from 1.
        previous: digest of the roster before; only version 1 has none.
        size: number of credentials.
        root: Merkle tree hash (RFC 6962) of the credentials, canonical, sorted by id.
    """

    LIMIT = 4096

    v: Literal[2] = 2
    office: Slug
    version: Annotated[int, Field(ge=1, le=2**53 - 1)]
    previous: Hex32 | None = None
    size: Annotated[int, Field(ge=0, le=100_000)]
    root: Hex32


class Membership(Document):
    """That a credential is in a roster: its index there, and the audit path, lowest first."""

    version: Annotated[int, Field(ge=1, le=2**53 - 1)]
    index: Count
    path: Annotated[tuple[Hex32, ...], Field(max_length=17)]


def credential_id(content: bytes) -> str:
    """``H("credential", content)``, hex: of the SubjectPublicKeyInfo, or WebAuthn's raw id."""
    return digest("credential", content).hex()


@lru_cache(maxsize=256)
def parse_public_key(text: str, algorithm: int) -> PublicKey:
    """The key of base64 of a SubjectPublicKeyInfo (RFC 5480, RFC 8410).

    Raises:
        MalformedError: it is no such key of *algorithm*, or not written in the canonical way.
    """
    try:
        content = unbase64(text, most=192)
        key = load_der_public_key(content)
        written = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError("This is no public key (SubjectPublicKeyInfo).") from error
    if written != content:
        raise MalformedError("This public key is not written in the one canonical way.")
    if algorithm == ES256 and isinstance(key, EllipticCurvePublicKey):
        if isinstance(key.curve, SECP256R1):
            return key
    elif algorithm == EDDSA and isinstance(key, Ed25519PublicKey):
        return key
    raise MalformedError("This is no public key of the algorithm that its credential names.")


def verify_credential(credential: Credential) -> None:
    """Raise unless the key is one of its algorithm and, but for WebAuthn, gives the id.

    Raises:
        MalformedError: it is not.
    """
    credential.key()
    if credential.type != "webauthn":
        expected = credential_id(unbase64(credential.public_key))
        if credential.id != expected:
            raise MalformedError("The id of the credential is not that of its key.")


def roster_of(
    office: str, credentials: Iterable[Credential], before: Roster | None = None
) -> Roster:
    """The roster that lists *credentials* and follows *before*.

    Raises:
        MalformedError: one is of another office, or stands twice.
    """
    listed = _sorted(credentials)
    if any(each.office != office for each in listed):
        raise MalformedError("A credential is of another office.")
    leaves = [leaf_hash(each.encode()) for each in listed]
    return Roster(
        office=office,
        version=before.version + 1 if before else 1,
        previous=before.digest().hex() if before else None,
        size=len(leaves),
        root=root_hash(len(leaves), _nodes(leaves)).hex(),
    )


def membership(
    roster: Roster, credentials: Iterable[Credential], credential: Credential
) -> Membership:
    """The proof that *credential* is among *credentials*, which *roster* lists.

    Raises:
        OfficerUnknownError: it is not among them.
        MalformedError: *roster* lists others.
    """
    listed = _sorted(credentials)
    if credential not in listed:
        raise OfficerUnknownError("The credential is not in the roster.")
    leaves = [leaf_hash(each.encode()) for each in listed]
    if root_hash(len(leaves), _nodes(leaves)).hex() != roster.root:
        raise MalformedError("The roster lists other credentials.")
    index = listed.index(credential)
    path = inclusion_path(index, len(leaves), _nodes(leaves))
    return Membership(version=roster.version, index=index, path=tuple(each.hex() for each in path))


def verify_membership(roster: Roster, credential: Credential, shown: Membership) -> None:
    """Raise unless *credential* is in *roster*.

    Raises:
        OfficerUnknownError: the proof does not show it.
    """
    try:
        if shown.version != roster.version or credential.office != roster.office:
            raise ProofError("of another roster")
        verify_inclusion(
            shown.index,
            roster.size,
            leaf_hash(credential.encode()),
            [bytes.fromhex(each) for each in shown.path],
            bytes.fromhex(roster.root),
        )
    except ProofError as error:
        raise OfficerUnknownError("The credential is not in the office's roster.") from error


def newest_roster(rosters: Iterable[Roster]) -> Roster | None:
    """Of the rosters of one office on the log, in any order, the one that counts.

    It is the highest version that is reached from version 1 without a gap; None where
    there is none.

    Raises:
        OfficeForkedError: two differ and have one version.
    """
    versions: dict[int, Roster] = {}
    for roster in rosters:
        if versions.setdefault(roster.version, roster) != roster:
            raise OfficeForkedError(
                f"The office {roster.office} has two rosters of version {roster.version}."
            )
    newest: Roster | None = None
    while True:
        follower = versions.get(newest.version + 1 if newest else 1)
        expected = newest.digest().hex() if newest else None
        if follower is None or follower.previous != expected:
            return newest
        newest = follower


def _sorted(credentials: Iterable[Credential]) -> list[Credential]:
    listed = sorted(credentials, key=lambda each: each.id)
    if len({each.id for each in listed}) != len(listed):
        raise MalformedError("A credential stands twice.")
    return listed


def _nodes(leaves: Sequence[bytes]) -> NodeHash:
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node
