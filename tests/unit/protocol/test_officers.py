"""Credentials, rosters, and officers' signatures."""

import hashlib

import pytest
from fido2 import cbor
from fido2.cose import ES256, CoseKey, EdDSA
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData
from hypothesis import given
from hypothesis import strategies as st

from habeas.protocol import MalformedError
from habeas.protocol.assertion import (
    OfficerSignatureError,
    read_assertion,
    verify_assertion,
)
from habeas.protocol.credential import (
    EDDSA,
    OfficeForkedError,
    OfficerUnknownError,
    Roster,
    credential_id,
    membership,
    newest_roster,
    parse_public_key,
    roster_of,
    verify_credential,
    verify_membership,
)
from habeas.protocol.document import base64_of
from habeas.protocol.signin import SignIn
from habeas.protocol.webauthn import WebAuthnError, register
from tests.unit.protocol.officers import (
    OFFICERS,
    RP_ID,
    UP,
    UV,
    Officer,
    authenticator_data,
    client_data,
    webauthn,
)
from tests.unit.protocol.vectors.offices import listed, rosters
from tests.unit.protocol.world import DAY, OFFICE, Case, random


@pytest.fixture(scope="module")
def case():
    return Case()


def office_of(case):
    return case.circle.offices[0]


@given(st.sets(st.integers(0, 500), min_size=1, max_size=20))
def test_every_member_is_shown_and_nobody_else(numbers):
    credentials = [Officer(number).credential() for number in numbers]
    roster = roster_of(OFFICE, credentials)
    assert roster.size == len(numbers)
    stranger = Officer(501).credential()
    for credential in credentials:
        shown = membership(roster, credentials, credential)
        verify_membership(roster, credential, shown)
        with pytest.raises(OfficerUnknownError):
            verify_membership(roster, stranger, shown)
    with pytest.raises(OfficerUnknownError):
        membership(roster, credentials, stranger)


def test_an_office_without_officers():
    empty = roster_of(OFFICE, [])
    assert (empty.size, empty.root) == (0, hashlib.sha256(b"").hexdigest())


def test_what_cannot_be_listed():
    credential = Officer(1).credential()
    with pytest.raises(MalformedError):
        roster_of(OFFICE, [credential, credential.model_copy(update={"label": "other"})])
    with pytest.raises(MalformedError):
        roster_of("police", [credential])
    with pytest.raises(MalformedError):
        membership(roster_of(OFFICE, listed()), [credential], credential)


def test_an_office_lists_no_officer_of_another():
    """Its root signs what it likes; a reader looks at what stands in the credential."""
    alien = Officer(1).credential(office="police")
    theirs = roster_of("police", [alien])
    ours = Roster.read({**theirs.fields(), "office": OFFICE})
    shown = membership(theirs, [alien], alien)
    verify_membership(theirs, alien, shown)
    with pytest.raises(OfficerUnknownError):
        verify_membership(ours, alien, shown)


def test_the_newest_roster_is_the_end_of_a_whole_chain():
    first, second = rosters()
    third = roster_of(OFFICE, [], second)
    assert newest_roster([]) is None
    for order in ([first, second, third], [third, first, second], [third, second, first, first]):
        assert newest_roster(order) == third
    assert newest_roster([first, third]) == first
    assert newest_roster([second, third]) is None
    stray = second.model_copy(update={"previous": "0" * 64})
    assert newest_roster([first, stray]) == first
    assert newest_roster([first.model_copy(update={"previous": "0" * 64})]) is None
    for fork in ([first, second, stray], [second, stray], [third, Roster.read(
            {**third.fields(), "size": 1}), first]):  # fmt: skip
        with pytest.raises(OfficeForkedError):
            newest_roster(fork)


def test_credentials_whose_key_is_not_theirs():
    for officer in OFFICERS:
        credential = officer.credential()
        verify_credential(credential)
        other = Officer(99, officer.type, officer.algorithm)
        swapped = officer.credential(public_key=base64_of(other.spki))
        if officer.type == "webauthn":
            verify_credential(swapped)  # its id is the authenticator's, not its key's
        else:
            with pytest.raises(MalformedError):
                verify_credential(swapped)
        with pytest.raises(MalformedError):
            verify_credential(officer.credential(algorithm=-15 - officer.algorithm))


def test_keys_of_other_kinds():
    from cryptography.hazmat.primitives.asymmetric import ec, ed448
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    spki = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    p384 = ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(*spki)
    wrong = ed448.Ed448PrivateKey.generate().public_key().public_bytes(*spki)
    # The same key, written in another way: an id would be that of another key.
    point = OFFICERS[0].key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point
    spkis = (compressed, p384, wrong, OFFICERS[0].spki + b"\0", OFFICERS[0].spki[:-1], bytes(91))
    for text in (*(base64_of(each) for each in spkis), "", "é"):
        for algorithm in (-7, -8):
            with pytest.raises(MalformedError):
                parse_public_key(text, algorithm)


@pytest.mark.parametrize("officer", OFFICERS, ids=lambda o: f"{o.type} {o.algorithm}")
def test_an_officer_signs_one_request_and_no_other(case, officer):
    credential = officer.credential()
    request = case.request(credential.id)
    verify_assertion(officer.assertion(request), request, credential, office_of(case))
    for changes in (
        {"reason": "x"}, {"number": 2}, {"nth": 2}, {"purpose": "appeal"},
        {"promise": "0" * 64}, {"seal_id": "0" * 32}, {"at": f"{DAY}T10:00:01Z"},
    ):  # fmt: skip
        other = case.request(credential.id, **changes)
        with pytest.raises(OfficerSignatureError):
            verify_assertion(officer.assertion(other), request, credential, office_of(case))


def test_who_signs_in_asks_for_no_photo(case):
    """The labels keep the two apart, whatever is signed."""
    officer = OFFICERS[0]
    credential = officer.credential()
    request = case.request(credential.id)
    sign_in = SignIn(
        office=OFFICE, credential=credential.id, challenge="0" * 64, portal="https://a.example"
    )
    verify_assertion(officer.assertion(sign_in), sign_in, credential, office_of(case))
    for signed, asked in ((sign_in, request), (request, sign_in)):
        with pytest.raises(OfficerSignatureError):
            verify_assertion(officer.assertion(signed), asked, credential, office_of(case))


def test_the_office_is_the_requests(case):
    officer = OFFICERS[0]
    credential = officer.credential()
    request = case.request(credential.id)
    police = office_of(case).model_copy(update={"office": "police"})
    with pytest.raises(OfficerSignatureError):
        verify_assertion(officer.assertion(request), request, credential, police)


@given(st.binary(max_size=300), st.binary(max_size=100), st.binary(max_size=80))
def test_whatever_an_authenticator_gives(client, data, signature):
    officer = OFFICERS[2]
    case = Case()
    request = case.request(officer.credential().id)
    good = webauthn(officer, request).fields()
    for changes in ({"client_data": client}, {"authenticator_data": data},
                    {"signature": signature}):  # fmt: skip
        encoded = {name: base64_of(value) for name, value in changes.items()}
        assertion = read_assertion({**good, **encoded})
        with pytest.raises(OfficerSignatureError):
            verify_assertion(assertion, request, officer.credential(), office_of(case))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["type", "signature", "client_data", "authenticator_data"]), x
            )
        ),
        max_leaves=5,
    )
)
def test_any_json_is_an_assertion_or_malformed(fields):
    with pytest.raises(MalformedError):
        read_assertion(fields)


def extended(extensions):
    return authenticator_data(flags=UP | UV | 0x80) + cbor.encode(extensions)


def test_an_authenticator_may_say_more(case):
    """Extensions and backup flags are no reason to refuse."""
    officer = OFFICERS[2]
    request = case.request(officer.credential().id)
    for data in (extended({"credProtect": 2}), authenticator_data(flags=UP | UV | 0x18)):
        assertion = webauthn(officer, request, data=data)
        verify_assertion(assertion, request, officer.credential(), office_of(case))
    client = client_data(request, other_keys_can_be_added_here="do not compare", crossOrigin=None)
    verify_assertion(
        webauthn(officer, request, client), request, officer.credential(), office_of(case)
    )


def test_an_authenticator_may_say_so_much_and_no_more(case):
    """4,096 bytes of client data and as many of authenticator data."""
    officer = OFFICERS[2]
    request = case.request(officer.credential().id)

    def client(size):
        least = len(client_data(request, more=""))
        return {"client": client_data(request, more="x" * (size - least))}

    def data(size):
        least = len(extended({"more": bytes(256)})) - 256
        return {"data": extended({"more": bytes(size - least)})}

    for make in (client, data):
        (most,) = make(4096).values()
        assert len(most) == 4096
        good = webauthn(officer, request, **make(4096))
        verify_assertion(good, request, officer.credential(), office_of(case))
        more = webauthn(officer, request, **make(4097))
        with pytest.raises(OfficerSignatureError):
            verify_assertion(more, request, officer.credential(), office_of(case))


def test_a_key_that_is_none_is_said_to_be_none(case):
    officer = OFFICERS[2]
    for bad in (
        ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}),
        ES256({1: 2, 3: -7, -1: 1, -2: 7}),
    ):
        with pytest.raises(WebAuthnError, match="key is none"):
            registered(case, *registration(officer, bad))


CHALLENGE = random("challenge")


def registration(officer, key=None, **changes):
    """What an authenticator gives when it makes a key."""
    kind = EdDSA if officer.algorithm == EDDSA else ES256
    cose = kind.from_cryptography_key(officer.key.public_key()) if key is None else key
    attested = AttestedCredentialData.create(bytes(16), officer.raw_id, cose)
    data = authenticator_data(flags=UP | UV | 0x40) + attested
    fields = {"type": "webauthn.create", "challenge": websafe_encode(CHALLENGE), **changes}
    client = client_data(Case().request(officer.credential().id), **fields)
    return base64_of(client), base64_of(data)


def registered(case, client, data):
    return register(
        client, data, CHALLENGE, office_of(case), slot_key=random("slot 3"), label="Officer 3",
        added=DAY,
    )  # fmt: skip


@pytest.mark.parametrize("officer", OFFICERS[2:4], ids=["ES256", "EdDSA"])
def test_an_authenticators_new_key_becomes_a_credential(case, officer):
    made = registered(case, *registration(officer))
    expected = officer.credential(label=made.label, slot_key=made.slot_key)
    assert made == expected
    assert made.id == credential_id(officer.raw_id)
    request = case.request(made.id)
    verify_assertion(officer.assertion(request), request, made, office_of(case))


def test_registrations_that_are_none(case):
    officer = OFFICERS[2]
    client, data = registration(officer)
    bad_x = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    rs256 = CoseKey.parse({1: 3, 3: -257, -1: b"\1" * 256, -2: b"\1\0\1"})
    for wrong in (
        (registration(officer, type="webauthn.get")[0], data),
        (registration(officer, challenge=websafe_encode(random("other")))[0], data),
        (registration(officer, origin="https://portal.example")[0], data),
        (client, base64_of(authenticator_data())),
        (client, base64_of(authenticator_data("portal.example"))),
        (client, base64_of(authenticator_data(RP_ID, UP))),
        (client, registration(officer, bad_x)[1]),
        (client, registration(officer, rs256)[1]),
        (client, registration(officer, ES256({1: 2, 3: -7, -1: 1, -2: 7}))[1]),
        ("", data), (client, ""),
    ):  # fmt: skip
        with pytest.raises(WebAuthnError):
            registered(case, *wrong)
