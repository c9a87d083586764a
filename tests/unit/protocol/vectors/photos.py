"""Terms and promise, deposits, releases, opening, sealing, receipt."""

from __future__ import annotations

from functools import cache
from typing import Any

from habeas import tlog
from habeas.protocol import Kind, MalformedError, seal, sealing, sign_entry
from habeas.protocol.details import SealedDetails
from habeas.protocol.document import base64_of
from habeas.protocol.statements import KeyStatement, sign_statement
from tests.unit.protocol.officers import OFFICERS
from tests.unit.protocol.vectors.circles import second_note
from tests.unit.protocol.vectors.files import Case, bad, document, flipped, sealed
from tests.unit.protocol.world import (
    APP,
    CUSTODIAN_KEY,
    DAY,
    NAMES,
    PHOTO,
    REFERENCE,
    SERVICE,
    TRUSTEES,
    WISHES,
    random,
    stream_of,
)
from tests.unit.protocol.world import Case as Photo

ONE_TIME = random("one-time seed")


def promise(photo: Photo) -> Any:
    fields = photo.promise.fields()
    key = fields["trustees"]["keys"][0]

    def other_keys(*keys: Any, k: int = 2) -> dict[str, Any]:
        return {"trustees": {"k": k, "keys": list(keys)}}

    changes: dict[str, dict[str, Any]] = {
        "protocol 1": {"v": 1, "suite": "habeas-1"},
        "another suite": {"suite": "habeas-3"},
        "unknown field": {"note": ""},
        "a purpose that there is not": {"purposes": ["identification"]},
        "purposes out of order": {"purposes": ["decide-application", "applicant-copy"]},
        "a purpose twice": {"purposes": ["appeal", "appeal"]},
        "no recipient": {"recipients": []},
        "recipients out of order": {"recipients": ["police", "licensing-office"]},
        "a name in capitals": {"service": "Hunting-licence"},
        "no such day": {"opens_until": "2027-05-32"},
        "no such leap day": {"opens_until": "2027-02-29"},
        "a day too far": {"opens_until": "2200-01-01"},
        "keys of another month": {"opens_until": "2027-06-01"},
        "more a day than ever": {"openings_a_day": 7},
        "no openings": {"openings_max": 0, "openings_a_day": 0},
        "101 openings": {"openings_max": 101},
        "a truth for a number": {"openings_max": True},
        "3,651 days": {"closed_days": 3651},
        "one trustee": other_keys(key),
        "a trustee twice": other_keys(key, key, key, key),
        "k of one": other_keys(*fields["trustees"]["keys"], k=1),
        "k above the trustees": other_keys(*fields["trustees"]["keys"], k=5),
        "a share too few": {"shares": fields["shares"][:-1]},
        "capital hex digits": {"track_hash": fields["track_hash"].upper()},
        "empty ciphertext": {"photo": {**fields["photo"], "size": 0}},
        "another type": {"photo": {**fields["photo"], "type": "image/png"}},
        "a release though the server sealed": {"sealed_by": "server"},
        "a release at no origin": {"app": {**fields["app"], "origin": "https://portal.example/"}},
        "null": {"case": None},
    }
    missing = [
        bad(f"without {name}", document={k: v for k, v in fields.items() if k != name})
        for name in (
            "circle",
            "track_hash",
            "withdraw_hash",
            "case",
            "shares",
            "openings_max",
            "app",
        )
    ]
    secrets = photo.secrets
    return {
        "terms": document(photo.terms.fields()),
        "promise": document(fields),
        "secrets": {
            "reference": REFERENCE, "case_salt": secrets.case_salt.hex(),
            "track_key": secrets.track_key.hex(),
            "withdraw_secret": secrets.withdraw_secret.hex(),
        },
        "bad": [
            *(bad(name, document={**fields, **each}) for name, each in changes.items()),
            *missing,
        ],
    }  # fmt: skip


def deposits(photo: Photo) -> Any:
    good = []
    for index, (party, deposit) in enumerate(zip(TRUSTEES, photo.sealed.deposits, strict=True)):
        key_id = bytes.fromhex(photo.promise.trustees.keys[index].key)
        info = sealing.deposit_info(photo.promise.digest(), key_id, index)
        opened = sealing.open_deposit(
            party.month_seed, info, deposit, bytes.fromhex(photo.promise.shares[index])
        )
        message = sealed(
            f"deposits/good/{index}/deposit", party.month_seed, party.key().key(), info,
            opened.share + opened.track_key,
        )  # fmt: skip
        good.append(
            {"seed": party.month_seed.hex(), "index": index, "info": info.hex(),
             "share_sha256": photo.promise.shares[index], "deposit": message,
             "share": opened.share.hex(), "track_key": opened.track_key.hex()}
        )  # fmt: skip
    return {"good": good, "bad": _messages("deposit", good)}


@cache
def releases(photo: Photo) -> Any:
    leaf = tlog.leaf_hash(requested(photo).encode())
    good = []
    for index, share in enumerate(shares_of(photo)):
        info = sealing.release_info(photo.promise.digest(), leaf, index)
        message = sealed(
            f"releases/good/{index}/release", ONE_TIME, sealing.public_key(ONE_TIME), info, share
        )
        good.append(
            {"seed": ONE_TIME.hex(), "index": index, "info": info.hex(),
             "share_sha256": photo.promise.shares[index], "release": message, "share": share.hex()}
        )  # fmt: skip
    return {"good": good, "bad": _messages("release", good)}


def _messages(field: str, good: list[Case]) -> list[Case]:
    """What goes wrong with a sealed message, whichever it is."""
    first, second = good[0], good[1]
    code = "does-not-open"
    kept = {name: first[name] for name in ("seed", "info", "share_sha256", field)}
    return [
        bad("for another index", code, **{**kept, "info": second["info"]}),
        bad("another key", code, **{**kept, "seed": random("another seed").hex()}),
        bad("another share", code, **{**kept, "share_sha256": second["share_sha256"]}),
        bad("changed", code, **{**kept, field: flipped(first[field])}),
        bad("cut", code, **{**kept, field: first[field][:1400]}),
        bad("empty", code, **{**kept, field: ""}),
        bad("no private key", "key-format", **{**kept, "seed": first["seed"][2:]}),
    ]


def shares_of(photo: Photo) -> list[bytes]:
    """The photo's shares, as its trustees find them."""
    return [
        sealing.open_deposit(
            party.month_seed,
            sealing.deposit_info(
                photo.promise.digest(), bytes.fromhex(photo.promise.trustees.keys[index].key), index
            ),
            photo.sealed.deposits[index],
            bytes.fromhex(photo.promise.shares[index]),
        ).share
        for index, party in enumerate(TRUSTEES)
    ]


def requested(photo: Photo) -> Any:
    """The `requested` entry of officer 1, apart from the log."""
    officer = OFFICERS[0]
    request = photo.request(officer.credential().id)
    return photo.requested(request, random("salt of requested"), officer.slot_key, append=False)


def opening(photo: Photo) -> Any:
    wrapped = [
        {"trustee": name, "index": index, "release": each["release"]}
        for index, (name, each) in enumerate(zip(NAMES, releases(photo)["good"], strict=True))
    ]
    case = {
        "one_time_seed": ONE_TIME.hex(),
        "promise": photo.promise.encode().decode(),
        "entry": requested(photo).encode().decode(),
        "shares": wrapped,
        "ciphertext": base64_of(photo.sealed.ciphertext),
    }
    swapped = {**wrapped[0], "index": 1}
    other_entry = photo.entry.encode().decode()
    return {
        "good": [
            {**case, "photo": base64_of(PHOTO), "bad": []},
            {**case, "shares": wrapped[2:], "photo": base64_of(PHOTO), "bad": []},
            {**case, "shares": [swapped, *wrapped[1:]], "photo": base64_of(PHOTO),
             "bad": [NAMES[0]]},
        ],
        "bad": [
            bad("one share", "too-few-shares", **{**case, "shares": wrapped[:1]}),
            bad("one share twice", "too-few-shares", **{**case, "shares": [wrapped[0]] * 2}),
            bad("shares of another request", "too-few-shares", **{**case, "entry": other_entry}),
            bad("an index that there is not", "too-few-shares",
                **{**case, "shares": [wrapped[0], {**wrapped[1], "index": 4}]}),
            bad("another ciphertext", "does-not-open", **{**case, "ciphertext": "AAAA"}),
        ],
    }  # fmt: skip


def sealing_(photo: Photo) -> Any:
    """From the trustees' keys to the receipt: what a browser does, and what it must refuse."""
    secrets, answer = photo.secrets, photo.receipt([0, 1, 3])
    keys = [sign_statement(party.statement, party.key()) for party in TRUSTEES]
    notes = {each.trustee: each.note for each in answer.acknowledgements}
    tags = seal.custodian_tags(secrets.track_key, WISHES.openings_max)
    case: Case = {
        "circle": photo.note,
        "keys": keys,
        "wishes": {
            "service": WISHES.service, "recipients": list(WISHES.recipients),
            "purposes": list(WISHES.purposes), "opens_until": WISHES.opens_until,
            "openings_max": WISHES.openings_max, "openings_a_day": WISHES.openings_a_day,
            "closed_days": WISHES.closed_days, "reference": WISHES.reference,
            "app": APP.fields(),
        },
        "secrets": {name: value.hex() for name, value in vars(secrets).items()},
        "coefficients": stream_of("shares")(32 * (photo.circle.k - 1)).hex(),
        "photo": base64_of(PHOTO),
        "entry": answer.entry,
        "salt": answer.salt,
        "proof": answer.proof,
        "acknowledgements": notes,
    }  # fmt: skip
    good = {
        **case,
        "promise": photo.promise.encode().decode(),
        "ciphertext": base64_of(photo.sealed.ciphertext),
        "month_seeds": [party.month_seed.hex() for party in TRUSTEES],
        "tags": {"sealed": tags.sealed, "closed": tags.closed},
        "pointer": seal.pointer_of(photo.promise, REFERENCE, secrets).fields(),
        "receipt": answer.encode().decode(),
    }
    other = sign_statement(TRUSTEES[0].statement, TRUSTEES[1].key())
    by_another = sign_statement(TRUSTEES[1].statement, TRUSTEES[0].key())
    later = KeyStatement(
        trustee=NAMES[0], month="2027-06", public_key=TRUSTEES[0].key().public_key
    )  # fmt: skip
    changes: dict[str, tuple[str, dict[str, Any]]] = {
        "a circle that is not signed": (
            "circle-signatures", {"circle": case["circle"].replace('"q":3', '"q":4')}
        ),
        "a key that another trustee has signed": ("statement", {"keys": [by_another, *keys[1:]]}),
        "a key of another trustee": ("statement", {"keys": [other, *keys[1:]]}),
        "a key of another month": (
            MalformedError.code,
            {"keys": [sign_statement(TRUSTEES[0].statement, later), *keys[1:]]},
        ),
        "an office that is not of the circle": (
            MalformedError.code, {"wishes": {**case["wishes"], "recipients": ["police"]}}
        ),
        "another proof": ("receipt", {"proof": photo.log.proof(0, TRUSTEES[:2])}),
        "another salt": ("receipt", {"salt": flipped(answer.salt)}),
        "an acknowledgement of another trustee": (
            "receipt", {"acknowledgements": {**notes, NAMES[0]: notes[NAMES[1]]}}
        ),
        "too few acknowledgements": (
            "receipt", {"acknowledgements": {NAMES[0]: notes[NAMES[0]]}}
        ),
        "an entry for other terms": (
            "receipt", {"wishes": {**case["wishes"], "openings_max": 7}}
        ),
    }  # fmt: skip
    return {
        "good": [good],
        "bad": [bad(name, code, **{**case, **each}) for name, (code, each) in changes.items()],
    }


def receipt(photo: Photo) -> Any:
    fields = photo.receipt().fields()
    pending = photo.receipt([0, 1, 3]).fields()
    apart = {name: value for name, value in fields.items() if name != "seed"}
    other = Photo()
    other_entry = other.write_sealed(random("other salt"), day="2027-01-16")
    acknowledged = fields["acknowledgements"]
    details, salt = SealedDetails(promise=photo.digest), random("salt of sealed")
    again, by_trustee = (
        sign_entry(signer, Kind.SEALED, DAY, details, salt, service=SERVICE, tag=tag)
        for signer, tag in (
            (CUSTODIAN_KEY, photo.tag(0, 1)), (TRUSTEES[0].statement, photo.tag(0, 0)),
        )
    )  # fmt: skip

    def replaced(where: int, changes: dict[str, Any]) -> list[Any]:
        note = photo.acknowledgement(where, changes)
        return [{**a, "note": note} if at == where else a for at, a in enumerate(acknowledged)]

    changes: dict[str, dict[str, Any]] = {
        "another track key": {"track_key": flipped(fields["track_key"])},
        "another withdrawal secret": {"withdraw_secret": flipped(fields["withdraw_secret"])},
        "another case": {"reference": "HL-2027-000002"},
        "another seed": {"seed": flipped(fields["seed"])},
        "another salt of the case": {"case_salt": flipped(fields["case_salt"])},
        "another salt of the entry": {"salt": flipped(fields["salt"])},
        "wider purposes": {
            "promise": {
                **fields["promise"],
                "purposes": ["appeal", "applicant-copy", "decide-application"],
            }
        },
        "another circle": {"circle": second_note(photo.circle)},
        "a circle that is not signed": {"circle": fields["circle"].replace('"q":3', '"q":4')},
        "an entry that is not on the log": {
            "entry": other_entry.encode().decode(), "salt": random("other salt").hex()
        },
        "an entry that is not signed": {
            "entry": fields["entry"].replace(f'"day":"{DAY}"', '"day":"2027-01-16"')
        },
        "an entry of another kind": {
            "entry": requested(photo).encode().decode(), "salt": random("salt of requested").hex()
        },
        "an entry of another number": {"entry": again.encode().decode()},
        "an entry by a trustee": {"entry": by_trustee.encode().decode()},
        "too few cosignatures": {"proof": photo.log.proof(0, TRUSTEES[:2])},
        "a proof of another index": {"proof": fields["proof"].replace("index 0", "index 1")},
        "no proof": {"proof": ""},
        "acknowledged for another promise": {
            "acknowledgements": replaced(0, {"promise": "0" * 64})
        },
        "acknowledged for another key": {"acknowledgements": replaced(1, {"key": "0" * 64})},
        "acknowledged for another circle": {"acknowledgements": replaced(1, {"circle": "0" * 64})},
        "acknowledged for another index": {"acknowledgements": replaced(2, {"index": 0})},
        "acknowledged in another's name": {
            "acknowledgements": replaced(2, {"trustee": NAMES[0]})
        },
        "one trustee is missing": {"acknowledgements": acknowledged[:3]},
        "one trustee stands twice": {"acknowledgements": [*acknowledged[:3], acknowledged[0]]},
        "pending and acknowledged": {"pending": [NAMES[0]]},
        "two acknowledgements": {
            "acknowledgements": acknowledged[:2], "pending": list(NAMES[2:])
        },
    }  # fmt: skip
    malformed: dict[str, dict[str, Any]] = {
        "protocol 1": {"v": 1},
        "another kind": {"kind": "receipt"},
        "unknown field": {"portal": "https://portal.example"},
    }
    return {
        "good": [
            {"receipt": fields, "pending": []},
            {"receipt": pending, "pending": [NAMES[2]]},
            {"receipt": apart, "pending": []},
        ],
        "bad": [
            *(bad(name, "receipt", receipt={**fields, **each}) for name, each in changes.items()),
            *(bad(name, receipt={**fields, **each}) for name, each in malformed.items()),
        ],
    }
