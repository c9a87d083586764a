"""Credentials and rosters, officers' signatures, pointers, answers, wrapped keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Literal

from habeas.protocol import MalformedError, Promise, sealing
from habeas.protocol import office as offices
from habeas.protocol.credential import EDDSA, Credential, Roster, membership, roster_of
from habeas.protocol.document import base64_of
from habeas.protocol.signin import SignIn
from tests.unit.protocol.officers import (
    OFFICERS,
    RP_ID,
    UP,
    UV,
    WEB_ORIGIN,
    Officer,
    authenticator_data,
    client_data,
    webauthn,
)
from tests.unit.protocol.vectors.files import Case, bad, flipped, sealed
from tests.unit.protocol.world import OFFICE, OFFICE_SEED, REFERENCE, SERVICE, random
from tests.unit.protocol.world import Case as Photo

UNKNOWN = "officer-unknown"
#: Around the least length, around steps of Padmé, and the longest document.
_LENGTHS = (0, 1, 300, 2046, 2047, 2048, 2175, 2176, 4095, 4096, 10_000, 65_535, 65_536)
_ANSWERS = {"full_name": "Иван Петров", "birth_day": "1990-02-03", "dogs": 2, "agrees": True}


def listed() -> list[Credential]:
    """All officers of the office at first."""
    return [officer.credential() for officer in OFFICERS]


def rosters() -> list[Roster]:
    """Two rosters: officer 1 is gone from the second, and officer 6 has come."""
    first = roster_of(OFFICE, listed())
    second = [*listed()[1:], Officer(6).credential()]
    return [first, roster_of(OFFICE, second, first)]


def credentials(_: Photo) -> Any:
    first, second = rosters()
    everybody, later = listed(), [*listed()[1:], Officer(6).credential()]
    good = [
        {"roster": roster.fields(), "credential": each.fields(),
         "membership": membership(roster, members, each).fields()}
        for roster, members in ((first, everybody), (second, later))
        for each in members
    ]  # fmt: skip
    shown = good[0]
    credential, proof = shown["credential"], shown["membership"]
    eddsa = next(each for each in everybody if each.algorithm == EDDSA).fields()
    return {
        "rosters": [
            {"roster": roster.fields(), "digest": roster.digest().hex(),
             "credentials": [each.fields() for each in sorted(members, key=lambda e: e.id)]}
            for roster, members in ((first, everybody), (second, later))
        ],
        "good": good,
        "bad": [
            bad("revoked", UNKNOWN, roster=second.fields(), credential=credential,
                membership={**proof, "version": 2}),
            bad("the proof of another version", UNKNOWN,
                **{**shown, "membership": {**proof, "version": 2}}),
            bad("another index", UNKNOWN,
                **{**shown, "membership": {**proof, "index": proof["index"] ^ 1}}),
            bad("no such index", UNKNOWN, **{**shown, "membership": {**proof, "index": 5}}),
            bad("a path too short", UNKNOWN,
                **{**shown, "membership": {**proof, "path": proof["path"][:-1]}}),
            bad("another label", UNKNOWN, **{**shown, "credential": {**credential, "label": "x"}}),
            bad("of another office", UNKNOWN,
                **{**shown, "credential": {**credential, "office": "police"}}),
            bad("an algorithm that is not the key's",
                **{**shown, "credential": {**credential, "algorithm": EDDSA}}),
            bad("a key that is none", **{**shown, "credential": {**credential, "public_key": ""}}),
            bad("an id that is not the key's",
                **{**shown, "credential": {**credential, "id": eddsa["id"]}}),
            bad("RS256", **{**shown, "credential": {**credential, "algorithm": -257}}),
        ],
    }  # fmt: skip


def assertions(photo: Photo) -> Any:
    office = {"office": OFFICE, "rp_id": RP_ID, "origins": [WEB_ORIGIN]}
    good = []
    for officer in OFFICERS:
        request = photo.request(officer.credential().id)
        good.append(
            {
                "credential": officer.credential().fields(),
                "request": request.fields(),
                "message_sha256": hashlib.sha256(request.message()).hexdigest(),
                "assertion": officer.assertion(request).fields(),
            }
        )
    sign_in = SignIn(
        office=OFFICE, credential=OFFICERS[2].credential().id, challenge=random("drawn").hex(),
        portal="https://portal.example",
    )  # fmt: skip
    signed_in = {
        "credential": OFFICERS[2].credential().fields(), "sign_in": sign_in.fields(),
        "message_sha256": hashlib.sha256(sign_in.message()).hexdigest(),
        "assertion": OFFICERS[2].assertion(sign_in).fields(),
    }  # fmt: skip
    return {
        "office": office,
        "sign_in": signed_in,
        "good": good,
        "bad": [*_any(good), *_webauthn(photo, good)],
    }


def _any(good: list[Case]) -> list[Case]:
    code = "officer-signature"
    software, key = (
        {name: case[name] for name in ("credential", "request", "assertion")} for case in good[:2]
    )
    request, signature = software["request"], software["assertion"]["signature"]
    zero = {"type": "software", "signature": base64_of(bytes(64))}
    changes: dict[str, dict[str, Any]] = {
        "another reason": {"reason": "Because."},
        "another promise": {"promise": "0" * 64},
        "another purpose": {"purpose": "appeal"},
        "another number": {"number": 2},
        "another time": {"at": "2027-01-15T10:00:01Z"},
        "another one-time key": {
            "one_time_key": base64_of(sealing.public_key(random("another one-time seed")))
        },
        "another credential": {"credential": key["credential"]["id"]},
        "another office": {"office": "police"},
    }
    return [
        *(bad(name, code, **{**software, "request": {**request, **each}})
          for name, each in changes.items()),
        bad("another signature", code,
            **{**software, "assertion": {"type": "software", "signature": flipped(signature)}}),
        bad("r and s are 0", code, **{**software, "assertion": zero}),
        bad("another's signature", code, **{**software, "assertion": key["assertion"]}),
        bad("another type than the credential's", code,
            **{**software, "assertion": {"type": "key", "signature": signature}}),
        bad("a signature of 63 bytes",
            **{**software, "assertion": {"type": "software", "signature": base64_of(bytes(63))}}),
        bad("no type", **{**software, "assertion": {"signature": signature}}),
    ]  # fmt: skip


def _webauthn(photo: Photo, good: list[Case]) -> list[Case]:
    officer = OFFICERS[2]
    request = photo.request(officer.credential().id)
    other = photo.request(officer.credential().id, reason="Because.")
    case = {name: good[2][name] for name in ("credential", "request", "assertion")}

    def answer(client: bytes | None = None, data: bytes | None = None) -> Any:
        return webauthn(officer, request, client, data).fields()

    make: Callable[..., bytes] = client_data
    answers = {
        "the challenge of another request": answer(make(other)),
        "a registration": answer(make(request, type="webauthn.create")),
        "another origin": answer(make(request, origin="https://portal.example")),
        "an origin that begins alike": answer(make(request, origin="https://desk.example.evil")),
        "across origins": answer(make(request, crossOrigin=True)),
        "within another page": answer(make(request, topOrigin="https://portal.example")),
        "no challenge": answer(make(request, challenge=None)),
        "a challenge that is no text": answer(make(request, challenge=7)),
        "client data that is no JSON": answer(b"{"),
        "client data that is a list": answer(b"[]"),
        "client data that is deep": answer(b"[" * 3000),
        "another relying party": answer(data=authenticator_data("portal.example")),
        "nobody was there": answer(data=authenticator_data(flags=UV)),
        "nobody proved it": answer(data=authenticator_data(flags=UP)),
        "authenticator data too short": answer(data=authenticator_data()[:36]),
        "authenticator data too long": answer(data=authenticator_data() + b"\0"),
        "extensions that are none": answer(data=authenticator_data(flags=UP | UV | 0x80)),
        "attested data that is none": answer(data=authenticator_data(flags=UP | UV | 0x40)),
        "the signature of other data": {**answer(), "authenticator_data": base64_of(
            authenticator_data(counter=8))},
    }  # fmt: skip
    return [
        bad(name, "officer-signature", **{**case, "assertion": each})
        for name, each in answers.items()
    ]


def office(photo: Photo) -> Any:
    public = sealing.public_key(OFFICE_SEED)
    pointer = offices.Pointer.read(
        {
            "v": 2, "kind": "pointer", "promise": photo.digest,
            "seal_id": photo.promise.seal_id,
            "stream_key": photo.custodian_stream_key().hex(), "reference": REFERENCE,
            "salt": photo.secrets.case_salt.hex(), "openings_max": photo.promise.openings_max,
        }
    )  # fmt: skip
    answers = offices.Answers(reference=REFERENCE, service=SERVICE, answers=_ANSWERS)
    pointer_info = offices.pointer_info(REFERENCE)
    answers_info = offices.answers_info(REFERENCE)
    other_case = pointer.model_copy(update={"reference": "HL-2027-000002"})
    other_photo = Promise.read({**photo.promise.fields(), "openings_max": 7})
    other_person = Promise.read({**photo.promise.fields(), "case": "0" * 64})
    of_other_person = pointer.model_copy(update={"promise": other_person.digest().hex()})

    def message(where: str, info: bytes, content: bytes) -> str:
        return sealed(f"office/{where}/sealed", OFFICE_SEED, public, info, content)

    to_pointer = {"seed": OFFICE_SEED.hex(), "reference": REFERENCE,
                  "promise": photo.promise.fields()}  # fmt: skip
    return {
        "pointer": {
            **to_pointer, "info": pointer_info.hex(), "document": pointer.fields(),
            "sealed": message("pointer", pointer_info, pointer.encode()),
        },
        "answers": {
            "seed": OFFICE_SEED.hex(), "reference": REFERENCE, "info": answers_info.hex(),
            "document": answers.fields(),
            "sealed": message("answers", answers_info, sealing.pad(answers.encode())),
        },
        "bad_answers": [
            bad(name, code, seed=OFFICE_SEED.hex(), reference=REFERENCE,
                sealed=message(f"bad_answers/{at}", info, content))
            for at, (name, code, info, content) in enumerate(_bad_answers(answers))
        ],
        "padding": [
            {"bytes": each, "padded": sealing.padded_bytes(each)} for each in _LENGTHS
        ],
        "bad_pointers": [
            bad("the pointer of another case", "does-not-open", **to_pointer,
                sealed=message("bad_pointers/0", pointer_info, other_case.encode())),
            bad("no pointer", **to_pointer,
                sealed=message("bad_pointers/1", pointer_info, answers.encode())),
            bad("sealed for another case", "does-not-open", **to_pointer,
                sealed=message("bad_pointers/2", offices.pointer_info("HL-2027-000002"),
                               pointer.encode())),
            bad("another photo", "does-not-open",
                **{**to_pointer, "promise": other_photo.fields()},
                sealed=message("bad_pointers/3", pointer_info, pointer.encode())),
            bad("another person's photo", "does-not-open",
                **{**to_pointer, "promise": other_person.fields()},
                sealed=message("bad_pointers/4", pointer_info, of_other_person.encode())),
        ],
        "wrapped_keys": _wrapped(),
    }  # fmt: skip


def _bad_answers(answers: offices.Answers) -> list[tuple[str, str, bytes, bytes]]:
    """Name, code, HPKE info and plaintext of answers that are refused."""
    right, info = sealing.pad(answers.encode()), offices.answers_info(REFERENCE)
    other_case = answers.model_copy(update={"reference": "HL-2027-000002"})
    wrong = MalformedError.code
    return [
        ("without padding", wrong, info, answers.encode()),
        ("padding too short", wrong, info, right[:-1]),
        ("padding too long", wrong, info, right + b"\0"),
        ("padding that says something", wrong, info, right[:-1] + b"x"),
        ("nothing but zeros", wrong, info, bytes(len(right))),
        ("no answers", wrong, info, sealing.pad(b"")),
        ("the answers of another case", "does-not-open", info, sealing.pad(other_case.encode())),
        ("sealed for another case", "does-not-open", offices.answers_info("HL-2027-000002"), right),
    ]


def _wrapped() -> Any:
    secrets: dict[Literal["passphrase", "prf", "file"], str | bytes] = {
        "passphrase": "верный конь é",
        "prf": random("prf"),
        "file": random("key file"),
    }
    good: list[dict[str, Any]] = []
    for with_, secret in secrets.items():
        wrapped = offices.wrap_key(
            OFFICE_SEED, secret, office=OFFICE, credential=OFFICERS[0].credential().id,
            with_=with_, random=lambda length, each=with_: random(f"wrap {each}", length),
        )  # fmt: skip
        shown = {"passphrase": secret} if isinstance(secret, str) else {"secret": secret.hex()}
        good.append({**shown, "wrapped": wrapped.fields(), "seed": OFFICE_SEED.hex()})
    passphrase, _, file = good
    wrapped = file["wrapped"]
    code = "does-not-open"
    return {
        "good": good,
        "bad": [
            bad("another passphrase", code, **{**passphrase, "passphrase": "верный пёс"}),
            bad("another key", code, **{**file, "secret": random("another").hex()}),
            bad("for another credential", code,
                **{**file, "wrapped": {**wrapped, "credential": "0" * 64}}),
            bad("for another office", code,
                **{**file, "wrapped": {**wrapped, "office": "police"}}),
            bad("changed", code,
                **{**file, "wrapped": {**wrapped, "ciphertext": flipped(wrapped["ciphertext"])}}),
            bad("too few iterations",
                **{**passphrase, "wrapped": {**passphrase["wrapped"], "iterations": 1000}}),
            bad("iterations of a file", **{**file, "wrapped": {**wrapped, "iterations": 600_000}}),
        ],
    }  # fmt: skip
