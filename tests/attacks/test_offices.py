"""Attacks 12 and 14: limits that multiply, other people's photos, other people's pages."""

import hashlib
import json
import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.utils import websafe_encode

from habeas.protocol import sealing
from habeas.protocol.assertion import challenge
from habeas.protocol.credential import credential_id
from habeas.protocol.document import base64_of
from habeas.protocol.office import open_pointer, seal_pointer, verify_pointer
from habeas.protocol.seal import pointer_of
from habeas.protocol.sealing import OpeningError
from tests.attacks.forger import with_
from tests.attacks.test_shares import QUOTAS, hire
from tests.world import PHOTO, Officer, Shown
from tests.world.officer import Office
from tests.world.successors import succeed
from tests.world.world import OneTimeKey


def test_quotas_do_not_multiply_by_trustees(new_world, refused):
    """12. Each pair of trustees is asked for its own share of the day: all have seen the same."""
    world = new_world(circle={"quotas": {**QUOTAS, "office": 4}})
    held = world.seal(openings_max=20, openings_a_day=20)
    pairs = [(0, 1), (2, 3), (0, 2), (1, 3)]
    for pair in pairs:
        assert world.open(held, indexes=pair) == PHOTO
    shown = world.request(held)
    assert [refused(world.show, held, shown, index) for index in range(4)] == ["quota-office"] * 4


def test_quotas_count_requests_that_nobody_has_answered(new_world, refused):
    """12. What stands on the log counts, whoever was asked about it."""
    world = new_world(circle={"quotas": {**QUOTAS, "office": 3}})
    held = world.seal(openings_max=20, openings_a_day=20)
    first = [world.request(held) for _ in range(3)]
    late = world.request(held)
    assert refused(world.show, held, late, 3) == "quota-office"
    assert all(world.show(held, shown, 3) for shown in first)


def test_the_purpose_binds_all_offices_together(new_world, refused):
    """12. A second office does not double what the circle allows for a purpose."""
    second = Office.make("parks-department")
    fields = {"quotas": {**QUOTAS, "purpose": 2}}
    world = new_world(circle=fields)
    offices = [world.office.circle_entry(), second.circle_entry()]
    succeed(world, offices=offices)
    officer = Officer(second.name, world.clock.today())
    second.officers.append(officer)
    world.log.append(second.roster(world.clock.today()).encode())
    world.followed()
    held = world.seal(recipients=(world.office.name, second.name))
    assert world.open(held) == PHOTO
    assert world.open(held) == PHOTO
    mine = world.office
    world.office = second
    try:
        shown = world.request(held, officer=officer, office=second.name)
    finally:
        world.office = mine
    assert refused(world.show, held, shown) == "quota-purpose"


def test_an_officer_of_another_office(new_world, refused):
    """12. A credential is one of its own office: another office's roster does not help."""
    world = new_world()
    (stranger,) = hire(world, 1)
    held = world.seal()
    shown = world.request(held, officer=stranger)
    renamed = {**shown.body["credential"], "office": "parks-department"}
    assert refused(world.show, held, with_(shown, credential=renamed)) == "officer-unknown"
    assert world.open(held, shown) == PHOTO


def pointer(world, held, reference=None):
    return pointer_of(held.promise, reference or held.reference, held.secrets)


def test_another_persons_pointer_under_a_case(world):
    """14. The portal and one trustee know another photo's promise and stream key: the officer's
    client compares the case in the promise, and asks for no signature."""
    seed = world.office.seed
    key = sealing.public_key(seed)
    mine, other = world.seal(), world.seal()
    good = open_pointer(seed, seal_pointer(key, pointer(world, mine)), mine.reference)
    verify_pointer(good, mine.promise)
    # The other's pointer as it was sealed: it is bound to its own reference.
    with pytest.raises(OpeningError):
        open_pointer(seed, seal_pointer(key, pointer(world, other)), mine.reference)
    # Made anew with this reference, by whoever knows the other photo: the promise says which case.
    forged = pointer(world, other, mine.reference)
    opened = open_pointer(seed, seal_pointer(key, forged), mine.reference)
    with pytest.raises(OpeningError):
        verify_pointer(opened, other.promise)
    # With the other promise's fields and this photo's case salt, neither.
    mixed = forged.model_copy(update={"salt": mine.secrets.case_salt.hex()})
    for promise in (mine.promise, other.promise):
        with pytest.raises(OpeningError):
            verify_pointer(mixed, promise)


class Passkey(Officer):
    """An authenticator of the office's, and a page at which it is asked."""

    def __init__(self, office, day, page, rp_id=None):
        super().__init__(office, day)
        self.page, self.rp_id = page, rp_id or f"{office}.localhost"
        self.flags, self.more = 0x05, {}
        raw = secrets.token_bytes(20)
        self.credential = self.credential.model_copy(
            update={"type": "webauthn", "id": credential_id(raw)}
        )

    def sign(self, request):
        fields = {
            "type": "webauthn.get", "challenge": websafe_encode(challenge(request)),
            "origin": self.page, "crossOrigin": False, **self.more,
        }  # fmt: skip
        client = json.dumps(fields, separators=(",", ":")).encode()
        data = hashlib.sha256(self.rp_id.encode()).digest() + bytes([self.flags]) + bytes(4)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ECDSA(SHA256()))
        return {
            "type": "webauthn", "authenticator_data": base64_of(data),
            "client_data": base64_of(client), "signature": base64_of(signature),
        }  # fmt: skip


def test_a_page_of_the_portals(new_world, refused):
    """14. A finger on a page that the portal serves signs nothing that opens a photo."""
    world = new_world()
    desk = world.office.circle_entry()["origins"][0]
    officer = Passkey(world.office.name, world.clock.today(), desk)
    world.office.officers.append(officer)
    world.publish_roster()
    held = world.seal()
    assert world.open(held, world.request(held, officer=officer)) == PHOTO
    portal = world.circle.custodian.portal
    for page in (portal, desk + ".evil.test", "http://localhost:8010", "null", ""):
        officer.page = page
        shown = world.request(held, officer=officer)
        assert refused(world.show, held, shown) == "officer-signature"
    officer.page = desk
    elsewhere: list[dict[str, Any]] = [
        {"flags": 0x01}, {"flags": 0x04}, {"rp_id": "portal.localhost"},
        *({"more": more} for more in (
            {"crossOrigin": True}, {"topOrigin": portal}, {"type": "webauthn.create"},
            {"challenge": "AAAA"},
        )),
    ]  # fmt: skip
    for change in elsewhere:
        kept = {name: getattr(officer, name) for name in change}
        vars(officer).update(change)
        shown = world.request(held, officer=officer, number=held.number)
        code = refused(world.show, held, shown)
        vars(officer).update(kept)
        assert code == "officer-signature", change


def test_what_was_signed_is_what_is_asked(new_world, refused):
    """14. The portal changes what the officer has signed, under an entry that commits to that."""
    world = new_world()
    held, other = world.seal(), world.seal()
    for changes in ({"purpose": "applicant-copy"}, {"reason": "Another reason."},
                    {"one_time_key": OneTimeKey().text()},
                    {"promise": other.digest.hex(), "seal_id": other.promise.seal_id}):  # fmt: skip
        target = other if "promise" in changes else held
        signed = world.ask(held, OneTimeKey(), number=target.number)
        changed = type(signed).read({**signed.fields(), **changes})
        body, entry = world.body(target, changed)
        appended = world.log.append(entry.encode())
        target.number += 1
        body |= {"proof": appended.proof, "assertion": world.officer.sign(signed)}
        shown = Shown(OneTimeKey(), body, appended.index)
        assert refused(world.show, target, shown) == "officer-signature", changes


def test_an_officer_that_was_taken_off(new_world, refused):
    """14. Removal works at once, whatever proof of the old roster is shown."""
    world = new_world()
    (officer,) = hire(world, 1)
    held = world.seal()
    before = world.request(held, officer=officer)
    assert world.open(held, before) == PHOTO
    shown = world.request(held, officer=officer)
    world.office.officers.remove(officer)
    world.publish_roster()
    for index in range(4):
        assert refused(world.show, held, shown, index) == "officer-revoked"


def test_an_officer_that_was_taken_off_a_moment_ago(new_world, refused):
    """14. A trustee that has not read the new roster yet reads it before it judges."""
    world = new_world(poll_seconds=600.0)
    (officer,) = hire(world, 1)
    held = world.seal()
    assert world.open(held, world.request(held, officer=officer)) == PHOTO
    key = OneTimeKey()
    body, entry = world.body(held, world.ask(held, key, officer), officer=officer)
    world.office.officers.remove(officer)
    world.log.append(world.office.roster(world.clock.today()).encode())
    appended = world.log.append(entry.encode())
    shown = Shown(key, body | {"proof": appended.proof}, appended.index)
    for index in range(4):
        assert refused(world.show, held, shown, index) == "officer-revoked"


def test_an_officer_of_today(new_world, refused):
    """14. A root key in other hands names an officer: the delay lets the office object."""
    world = new_world(circle={"delays": {"circle_seconds": 0, "roster_seconds": 86_400}})
    held = world.seal()
    assert refused(world.open, held) == "officer-too-new"
    world.settled()
    world.later(hours=25)
    world.log.append(b"so that there is a fresh checkpoint")
    world.followed()
    assert world.open(held) == PHOTO
    # k trustees suspend the office, and each of them alone does not.
    world.trustees[world.names[0]].suspend(world.office.name)
    world.settled()
    world.followed()
    assert world.open(held) == PHOTO
    world.trustees[world.names[3]].suspend(world.office.name)
    world.settled()
    world.followed()
    shown = world.request(held)
    assert [refused(world.show, held, shown, i) for i in range(4)] == ["office-suspended"] * 4
    world.trustees[world.names[3]].suspend(world.office.name, lifted=True)
    world.settled()
    world.followed()
    assert world.open(held, shown) == PHOTO


def test_two_rosters_of_one_version(new_world, refused):
    """14. The office's root key is in two hands: nobody acts for it."""
    world = new_world()
    held = world.seal()
    assert world.open(held) == PHOTO
    thief = Officer(world.office.name, world.clock.today())
    kept = list(world.office.officers), list(world.office.rosters)
    world.office.officers.append(thief)
    first = world.office.roster(world.clock.today())
    world.office.rosters = kept[1]
    world.office.officers = [*kept[0], Officer(world.office.name, world.clock.today())]
    second = world.office.roster(world.clock.today())
    for roster in (first, second):
        world.log.append(roster.encode())
    world.followed()
    shown = world.request(held)
    assert [refused(world.show, held, shown, i) for i in range(4)] == ["office-forked"] * 4
