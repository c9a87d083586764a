"""Docs/protocol, *One photo*: sealing a photo in two steps, without a network, a clock or chance.

First, with the trustees' keys at hand: terms, ciphertext, shares, deposits and promise, and
the custodian's tags. Then, when trustees have acknowledged and the `sealed` entry stands on
the log: the receipt. In between, deposits and ciphertext travel as opaque bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from habeas.protocol import sealing, stream, terms
from habeas.protocol.canonical import MalformedError
from habeas.protocol.circle import Circle, verify_terms
from habeas.protocol.entry import Entry
from habeas.protocol.office import Pointer
from habeas.protocol.receipt import Receipt, ReceiptError, SignedAcknowledgement, verify_parts
from habeas.protocol.seed import SEED_BYTES, Seeded
from habeas.protocol.statements import KeyStatement
from habeas.protocol.terms import AppReference, Promise, Purpose, Terms


@dataclass(frozen=True, repr=False)
class Secrets:
    """What is drawn anew for each photo; 32 bytes each, but `seal_id` and `seed` with 16.

    Attributes:
        seal_id: names the photo among those who hold parts of it.
        data_key: to be forgotten once the photo is sealed.
        track_key, withdraw_secret, case_salt: go into the receipt.
        seed: what all others but `data_key` follow from; None where they were drawn apart.
    """

    seal_id: bytes
    data_key: bytes
    track_key: bytes
    withdraw_secret: bytes
    case_salt: bytes
    seed: bytes | None = None

    @classmethod
    def draw(cls, random: Callable[[int], bytes]) -> Self:
        """Fresh secrets; *random* gives that many random bytes."""
        seed, data_key = random(SEED_BYTES), random(32)
        own = Seeded.of(seed)
        return cls(own.seal_id, data_key, own.track_key, own.withdraw_secret, own.case_salt, seed)


@dataclass(frozen=True)
class Wishes:
    """What a photo is sealed for: the fields of the terms that people choose.

    Attributes:
        app: the release of the app that seals; on the applicant's device alone.
    """

    service: str
    recipients: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    opens_until: str
    openings_max: int
    openings_a_day: int
    closed_days: int
    reference: str
    sealed_by: Literal["server", "browser"]
    app: AppReference | None = None


@dataclass(frozen=True, repr=False)
class Sealed:
    """A sealed photo on its way.

    Attributes:
        promise: terms and digests.
        ciphertext: of the photo.
        deposits: one for each trustee, in the circle's order; opaque to all others.
    """

    promise: Promise
    ciphertext: bytes
    deposits: tuple[bytes, ...]


@dataclass(frozen=True, repr=False)
class CustodianTags:
    """The tags of stream 0, ready made: all that the custodian ever gets of it.

    Attributes:
        sealed: number 0.
        requested: numbers 1 to `openings_max`.
        closed: the closing tag.
    """

    sealed: str
    requested: tuple[str, ...]
    closed: str


def build_terms(
    circle: Circle, keys: Sequence[KeyStatement], wishes: Wishes, secrets: Secrets
) -> Terms:
    """The terms of a photo.

    Args:
        circle: in force.
        keys: of the month of `opens_until`, of all its trustees, in its order.
        wishes: what it is sealed for.
        secrets: drawn for it.

    Raises:
        MalformedError: the wishes or keys do not fit the formats, or the circle.
    """
    built = Terms.read(
        {
            "v": 2, "suite": terms.SUITE,
            "circle": circle.digest().hex(), "origin": circle.log.origin,
            "seal_id": secrets.seal_id.hex(), "service": wishes.service,
            "recipients": sorted(wishes.recipients), "purposes": sorted(wishes.purposes),
            "opens_until": wishes.opens_until, "openings_max": wishes.openings_max,
            "openings_a_day": wishes.openings_a_day, "closed_days": wishes.closed_days,
            "trustees": {
                "k": circle.k,
                "keys": [
                    {"trustee": key.trustee, "month": key.month, "key": key.key_id()}
                    for key in keys
                ],
            },
            "track_hash": terms.track_hash(secrets.track_key),
            "withdraw_hash": terms.withdraw_hash(secrets.withdraw_secret),
            "case": terms.case_hash(wishes.reference, secrets.case_salt),
            "sealed_by": wishes.sealed_by,
            **({"app": wishes.app.fields()} if wishes.app else {}),
        }
    )  # fmt: skip
    verify_terms(circle, built)
    return built


def seal(
    photo: bytes,
    agreed: Terms,
    keys: Sequence[KeyStatement],
    secrets: Secrets,
    random: Callable[[int], bytes],
) -> Sealed:
    """Encrypt a photo, split its key, and seal the shares to the trustees.

    Args:
        photo: JPEG.
        agreed: the terms, as the applicant was shown them.
        keys: those that the terms name, in their order.
        secrets: those that the terms were built with.
        random: gives that many random bytes, for the shares.

    Raises:
        MalformedError: keys or secrets are not those of the terms, or the photo is too large.
        KeyFormatError: a trustee's key is none.
    """
    named = [key.key for key in agreed.trustees.keys]
    if [key.key_id() for key in keys] != named:
        raise MalformedError("The trustees' keys are not those of the terms.")
    if terms.track_hash(secrets.track_key) != agreed.track_hash:
        raise MalformedError("The track key is not that of the terms.")
    ciphertext = sealing.encrypt(secrets.data_key, agreed.digest(), photo)
    shares = sealing.split(secrets.data_key, agreed.trustees.k, len(named), random)
    promise = Promise.read(
        {
            **agreed.fields(),
            "photo": {
                "type": "image/jpeg",
                "size": len(ciphertext),
                "sha256": hashlib.sha256(ciphertext).hexdigest(),
            },
            "shares": [hashlib.sha256(share).hexdigest() for share in shares],
            "key_commitment": sealing.key_commitment(secrets.data_key).hex(),
        }
    )
    deposits = tuple(
        sealing.seal_deposit(
            key.key(),
            sealing.deposit_info(promise.digest(), bytes.fromhex(named[index]), index),
            sealing.Deposit(share, secrets.track_key),
        )
        for index, (key, share) in enumerate(zip(keys, shares, strict=True))
    )
    return Sealed(promise, ciphertext, deposits)


def custodian_tags(track_key: bytes, openings_max: int) -> CustodianTags:
    """The custodian's tags for a photo with so many openings."""
    key = stream.stream_key(track_key, stream.CUSTODIAN)
    first, *others = [stream.tag(key, number) for number in range(openings_max + 1)]
    return CustodianTags(first, tuple(others), stream.closing_tag(key))


def pointer_of(promise: Promise, reference: str, secrets: Secrets) -> Pointer:
    """What leads the office from the case to this photo; to be sealed to the office's key."""
    return Pointer(
        promise=promise.digest().hex(),
        seal_id=promise.seal_id,
        stream_key=stream.stream_key(secrets.track_key, stream.CUSTODIAN).hex(),
        reference=reference,
        salt=secrets.case_salt.hex(),
        openings_max=promise.openings_max,
    )


def assemble_receipt(
    promise: Promise,
    reference: str,
    secrets: Secrets,
    circle_note: str,
    entry: Entry,
    salt: bytes,
    proof: str,
    acknowledgements: Mapping[str, str],
) -> Receipt:
    """The receipt, with its parts verified.

    Args:
        promise: of the sealed photo.
        reference: of its case.
        secrets: that it was sealed with.
        circle_note: of the promise's circle.
        entry: `sealed`, as it stands on the log.
        salt: of that entry's commitment, 32 bytes.
        proof: a tlog-proof of it.
        acknowledgements: signed notes, by trustee; those missing are pending.

    Raises:
        MalformedError: what the custodian gave does not hold, or is too little: then the
            photo does not count as sealed.
    """
    names = [key.trustee for key in promise.trustees.keys]
    receipt = Receipt.read(
        {
            "v": 2, "kind": "habeas-receipt", "reference": reference,
            "case_salt": secrets.case_salt.hex(), "circle": circle_note,
            "promise": promise.fields(), "track_key": secrets.track_key.hex(),
            "withdraw_secret": secrets.withdraw_secret.hex(),
            "entry": entry.encode().decode(), "salt": salt.hex(), "proof": proof,
            **({} if secrets.seed is None else {"seed": secrets.seed.hex()}),
            "acknowledgements": [
                {"trustee": name, "note": acknowledgements[name]}
                for name in names if name in acknowledgements
            ],
            "pending": [name for name in names if name not in acknowledgements],
        }
    )  # fmt: skip
    verify_parts(receipt)
    return receipt


def complete_receipt(
    receipt: Receipt, acknowledgements: Iterable[SignedAcknowledgement]
) -> Receipt:
    """The receipt with what trustees that were pending have since acknowledged.

    Raises:
        MalformedError: an acknowledgement does not hold.
    """
    known = {each.trustee: each for each in (*receipt.acknowledgements, *acknowledgements)}
    names = [key.trustee for key in receipt.promise.trustees.keys]
    if not known.keys() <= set(names):
        raise ReceiptError("A trustee that is none of the promise's has acknowledged.")
    longer = receipt.model_copy(
        update={
            "acknowledgements": tuple(known[name] for name in names if name in known),
            "pending": tuple(name for name in names if name not in known),
        }
    )
    verify_parts(longer)
    return longer
