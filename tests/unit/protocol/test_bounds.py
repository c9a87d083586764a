"""Each number and list of the formats ends where docs/protocol/formats.md says, to the one."""

import copy

import pytest

from habeas.protocol import Entry, MalformedError, Receipt
from habeas.protocol.assertion import read_assertion
from habeas.protocol.circle import Circle
from habeas.protocol.credential import Credential, Membership, Roster
from habeas.protocol.details import RecoveryDetails
from habeas.protocol.exchange import StreamEndAnswer
from habeas.protocol.footage import CameraDetails, ViewedDetails
from habeas.protocol.office import Pointer, WrappedKey
from habeas.protocol.request import Request
from habeas.protocol.signin import SignIn
from habeas.protocol.statements import Acknowledgement, StreamEndStatement
from habeas.protocol.terms import Promise
from tests.unit.protocol.test_readers import DOCUMENTS
from tests.unit.protocol.vectors.files import load
from tests.unit.protocol.world import Party, note_signer, random

_YEAR = 366 * 86_400
_MOST = 2**53 - 1
_RECOVERY = next(c["details"] for c in load("entries")["good"] if c["name"] == "recovery")
GOOD = {**DOCUMENTS, RecoveryDetails: _RECOVERY}

#: Document, path of the field, least, most.
NUMBERS = [
    *((Circle, f"quotas.{name}", 1, 1_000_000) for name in ("office", "officer", "purpose")),
    (Circle, "quotas.delay_after", 0, 100),
    (Circle, "quotas.delay_seconds", 0, _YEAR),
    (Circle, "delays.circle_seconds", 0, _YEAR),
    (Circle, "delays.roster_seconds", 0, _YEAR),
    *((Circle, name, 0, _MOST) for name in "kqr"),
    (Promise, "closed_days", 0, 3650),
    (Promise, "openings_a_day", 1, 6),
    (Promise, "photo.size", 1, 16 * 1024 * 1024),
    (Request, "number", 1, 100),
    (Request, "nth", 1, 1_000_000),
    (Roster, "version", 1, _MOST),
    (Roster, "size", 0, 100_000),
    (Membership, "version", 1, _MOST),
    (Membership, "index", 0, _MOST),
    (Pointer, "openings_max", 1, 100),
    (WrappedKey, "iterations", 600_000, 10_000_000),
    (ViewedDetails, "minutes", 1, 60),
    (CameraDetails, "entry.keep_days", 1, 365),
    (CameraDetails, "entry.miss_rate.per_million", 0, 1_000_000),
    *((CameraDetails, f"entry.zones.always.0.{name}", 0, 9999) for name in ("left", "top")),
    *((CameraDetails, f"entry.zones.always.0.{name}", 1, 10_000) for name in ("width", "height")),
    (CameraDetails, "entry.latitude_e6", -90_000_000, 90_000_000),
    (CameraDetails, "entry.longitude_e6", -180_000_000, 180_000_000),
    (Acknowledgement, "index", 0, 31),
    *((StreamEndStatement, name, 0, 201) for name in ("next", "owed")),
    *((StreamEndStatement, name, 0, _MOST) for name in ("closed", "size")),
    (RecoveryDetails, "photos", 0, _MOST),
]  # fmt: skip


#: Document, path of the field, what makes a text of so many signs, most.
TEXTS = [
    (Circle, "offices.0.rp_id", "a".__mul__, 253),
    (Circle, "offices.0.origins", lambda n: ["https://" + "a" * (n - 8)], 256),
    (Circle, "custodian.portal", lambda n: "https://" + "a" * (n - 8), 256),
    (Circle, "offices.0.name.en", "ж".__mul__, 500),
    (Credential, "label", "a".__mul__, 500),
    (Request, "reason", "a".__mul__, 500),
]
#: Most canonical bytes: docs/protocol/formats.md, *Conventions*.
BYTES = {
    Acknowledgement: 65_536, Promise: 65_536, Entry: 49_152, Circle: 40_960, Request: 8192,
    Credential: 4096, Roster: 4096, WrappedKey: 4096, SignIn: 2048, Receipt: 196_608,
    StreamEndAnswer: 524_288,
}  # fmt: skip


def trustees(count):
    return [Party(f"t-{n}.example").identity() for n in range(count)]


def witnesses(count):
    return [{"name": f"w-{n}", "url": "https://a", "vkey": Party(f"w-{n}").witness.vkey}
            for n in range(count)]  # fmt: skip


def offices(count):
    office = DOCUMENTS[Circle]["offices"][0]
    return [{**office, "office": f"o-{n}", "root_vkey": note_signer(f"o-{n}/root").vkey}
            for n in range(count)]  # fmt: skip


def recorders(count):
    key = DOCUMENTS[Circle]["recorders"][0]
    return [{**key, "camera": f"c-{n}"} for n in range(count)]


def log_keys(count):
    origin = DOCUMENTS[Circle]["log"]["origin"]
    return [type(note_signer("a"))(origin, random(f"log {n}")).vkey for n in range(count)]


def month_keys(count):
    key = DOCUMENTS[Promise]["trustees"]["keys"][0]
    return [{**key, "trustee": f"t-{n}"} for n in range(count)]


def slugs(count):
    return [f"o-{n:03}" for n in range(count)]


def zones(count):
    return [{"left": 0, "top": 0, "width": 1, "height": 1}] * count


#: Document, path of the field, what makes a list of so many, least, most.
LISTS = [
    (Circle, "trustees", trustees, 2, 32),
    (Circle, "witnesses", witnesses, 0, 32),
    (Circle, "offices", offices, 0, 32),
    (Circle, "recorders", recorders, 0, 256),
    (Circle, "log.vkeys", log_keys, 1, 8),
    (Circle, "offices.0.origins", lambda n: [f"https://a-{i}" for i in range(n)], 1, 8),
    (Promise, "recipients", slugs, 1, 16),
    (CameraDetails, "entry.viewers", slugs, 0, 16),
    *((CameraDetails, f"entry.zones.{name}", zones, 0, 16) for name in ("always", "never")),
    (RecoveryDetails, "helpers", slugs, 2, 32),
    (Membership, "path", lambda n: ["0" * 64] * n, 0, 17),
    (StreamEndAnswer, "custodian", lambda n: list(range(n)), 0, 102),
]


def with_(kind, path, value):
    fields = copy.deepcopy(GOOD[kind])
    *above, last = path.split(".")
    at = fields
    for name in above:
        at = at[int(name) if name.isdigit() else name]
    at[last] = value
    return fields


def taken(kind, fields):
    try:
        kind.read(fields)
    except MalformedError:
        return False
    return True


@pytest.mark.parametrize(("kind", "path", "least", "most"), NUMBERS)
def test_numbers(kind, path, least, most):
    assert taken(kind, with_(kind, path, least))
    assert taken(kind, with_(kind, path, most))
    assert not taken(kind, with_(kind, path, least - 1))
    if most < _MOST:
        assert not taken(kind, with_(kind, path, most + 1))


@pytest.mark.parametrize(("kind", "path", "make", "least", "most"), LISTS)
def test_lists(kind, path, make, least, most):
    assert taken(kind, with_(kind, path, make(least)))
    assert taken(kind, with_(kind, path, make(most)))
    assert not taken(kind, with_(kind, path, make(most + 1)))
    if least:
        assert not taken(kind, with_(kind, path, make(least - 1)))


@pytest.mark.parametrize(("kind", "path", "make", "most"), TEXTS)
def test_texts(kind, path, make, most):
    assert taken(kind, with_(kind, path, make(most)))
    assert not taken(kind, with_(kind, path, make(most + 1)))


@pytest.mark.parametrize("kind", BYTES)
def test_bytes(kind):
    """What is longer is refused for its length, before anything else of it is looked at."""
    for size, too_long in ((BYTES[kind], False), (BYTES[kind] + 1, True)):
        with pytest.raises(MalformedError) as refused:
            kind.decode(bytes(size))
        assert (refused.value.cause.endswith(f"{BYTES[kind]} are allowed.")) == too_long


@pytest.mark.parametrize(
    ("field", "most"), [("authenticator_data", 5500), ("client_data", 5500), ("signature", 96)]
)
def test_what_an_authenticator_gives(field, most):
    good = {"type": "webauthn", "authenticator_data": "", "client_data": "", "signature": ""}
    assert read_assertion({**good, field: "A" * most})
    with pytest.raises(MalformedError):
        read_assertion({**good, field: "A" * (most + 1)})


@pytest.mark.parametrize(("number", "good"), [(1_000_000, True), (1_000_001, False), (0, False)])
def test_numbers_of_circles(number, good):
    assert taken(Circle, {**GOOD[Circle], "number": number, "previous": "0" * 64}) == good


def test_openings():
    for openings, good in ((1, True), (100, True), (0, False), (101, False)):
        fields = {**GOOD[Promise], "openings_max": openings, "openings_a_day": 1}
        assert taken(Promise, fields) == good
    for a_day, good in ((100, True), (101, False)):
        fields = {**GOOD[Promise], "openings_max": 100, "openings_a_day": a_day}
        assert taken(Promise, fields) == good


def test_trustees_of_a_promise():
    for count, k, good in ((2, 2, True), (32, 32, True), (33, 2, False), (1, 1, False),
                           (33, 33, False)):  # fmt: skip
        fields = {**GOOD[Promise], "shares": ["0" * 64] * count,
                  "trustees": {"k": k, "keys": month_keys(count)}}  # fmt: skip
        assert taken(Promise, fields) == good


def test_no_name_and_no_key_stands_twice():
    good = GOOD[Circle]
    custodian, offices_ = good["custodian"], good["offices"]
    for name in ("trustee-1.example/witness", "trustee-1.example/statements",
                 offices_[0]["root_vkey"].split("+")[0]):  # fmt: skip
        key = type(note_signer("a"))(name, random("other key"))
        assert not taken(Circle, {**good, "custodian": {**custodian, "vkey": key.vkey}}), name
    free = type(note_signer("a"))("portal.example/next", random("other key"))
    assert taken(Circle, {**good, "custodian": {**custodian, "vkey": free.vkey}})
    assert not taken(Circle, {**good, "offices": offices_ * 2})
    assert not taken(Circle, {**good, "recorders": good["recorders"][:1] * 2})
    named = {**witnesses(1)[0], "name": good["trustees"][0]["name"]}
    assert not taken(Circle, {**good, "witnesses": [named]})


def test_a_log_may_have_several_keys_of_its_name():
    assert taken(Circle, with_(Circle, "log.vkeys", log_keys(2)))
    assert not taken(Circle, with_(Circle, "log.vkeys", log_keys(1) * 2))
