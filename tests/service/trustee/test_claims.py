"""A lost receipt: what trustees' offices can do for its holder, and what others try."""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, Pins
from habeas.protocol.client import TrusteeRefusedError
from habeas.protocol.details import ClaimedDetails
from habeas.protocol.entry import sign_entry
from habeas.protocol.lost import LostReceipt, OtherPhotoError
from habeas.protocol.seal import pointer_of
from habeas.register.verifying import verify_photo
from habeas.trustee.command import app
from habeas.trustee.errors import NoShareError
from tests.world.world import OFFICE


def lost(held, **changes):
    """What the office gives."""
    pointer = pointer_of(held.promise, held.reference, held.secrets)
    return LostReceipt.of(pointer, OFFICE).model_copy(update=changes)


def claim(world, index, held, act="destroy"):
    world.trustees[world.names[index]].claim(lost(held), act)
    world.settled()
    world.followed()


def pass_days(world, days):
    """Move the clock, and let every trustee follow to a tree that was cosigned then."""
    world.later(days=days)
    world.publish_roster()
    for name in world.names:
        world.trustees[name].sweep()
    world.settled()
    world.followed()


def held_by(world, held, names=None):
    digest = held.digest
    found = []
    for name in names or world.names:
        key = held.stream_key(world.names.index(name) + 1)
        client = next(each for each in world.panel.clients if each.name == name)
        found.append(client.stream_end(digest, key, b"n" * 32).statement.held)
    return found


def refused(world, held, index=0):
    with pytest.raises(TrusteeRefusedError) as error:
        world.open(held, indexes=(index, index + 1))
    return error.value.code


def test_one_claim_stops_openings_and_destroys_nothing(new_world):
    world = new_world()
    held = world.seal()
    world.open(held)
    claim(world, 0, held)
    assert [refused(world, held, index) for index in (0, 2)] == ["claimed", "claimed"]
    pass_days(world, 8)
    assert held_by(world, held) == [True] * 4, "one trustee destroys nothing"
    pass_days(world, 30)
    world.open(held)  # nobody has joined, and the claim counts no more


def test_k_claims_destroy_after_the_delay(new_world):
    world = new_world()
    held, other = world.seal(), world.seal()
    claim(world, 0, held)
    claim(world, 2, held)
    pass_days(world, 6)
    assert held_by(world, held) == [True] * 4
    pass_days(world, 2)
    assert held_by(world, held) == [False] * 4
    assert held_by(world, other) == [True] * 4
    world.open(other)
    said = [entry for entry in world.entries() if entry.kind is Kind.CLAIMED]
    assert [entry.details["promise"] for entry in said] == [held.digest.hex()] * 2
    assert held.reference not in json.dumps([entry.fields() for entry in said])


def test_one_who_takes_it_back_stops_the_rest(new_world):
    world = new_world()
    held = world.seal()
    claim(world, 0, held)
    claim(world, 1, held)
    pass_days(world, 5)
    claim(world, 1, held, "lift")
    assert refused(world, held, 2) == "claimed", "the other still stands"
    pass_days(world, 10)
    assert held_by(world, held) == [True] * 4
    claim(world, 0, held, "lift")
    world.open(held)


def test_a_copy_freezes_nothing(new_world):
    world = new_world()
    held = world.seal()
    for index in range(4):
        claim(world, index, held, "copy")
    pass_days(world, 20)
    shown = world.request(held, purpose="applicant-copy")
    assert world.open(held, shown) is not None


def test_the_holder_of_the_receipt_sees_who_claims(new_world):
    world = new_world()
    held = world.seal()
    claim(world, 1, held)
    pins = Pins(circles=frozenset({world.circle.digest().hex()}))
    found = verify_photo(world.receipt(held), pins, world.log, datetime.now(UTC), bytes)
    (act,) = [act for act in found.acts if act.entry.kind is Kind.CLAIMED]
    assert (act.writer, act.details["act"]) == (world.names[1], "destroy")
    assert found.outcome == "complete"
    assert found.openings == 0


def test_an_office_cannot_name_another_photo(new_world):
    world = new_world()
    mine, theirs = world.seal(), world.seal()
    trustee = world.trustees[world.names[0]]
    for changes in (
        {"reference": "HL-0000-0000"}, {"salt": "0" * 64}, {"promise": theirs.digest.hex()},
    ):  # fmt: skip
        with pytest.raises(OtherPhotoError):
            trustee.claim(lost(mine, **changes), "destroy")
    with pytest.raises(NoShareError):
        trustee.claim(lost(mine, promise="0" * 64), "destroy")
    assert not [entry for entry in world.settled() if entry.kind is Kind.CLAIMED]


def test_nobody_claims_in_anothers_name(new_world):
    """Neither the custodian, nor an office, nor one trustee for two."""
    world = new_world()
    held = world.seal()

    def put(signer, trustee):
        details = ClaimedDetails(trustee=trustee, promise=held.digest.hex(), act="destroy")
        entry = sign_entry(signer, Kind.CLAIMED, world.clock.today(), details, b"s" * 32)
        world.log.append(entry.encode())

    own = world.keys[world.names[0]].statement
    put(world.custodian, world.names[0])
    put(own, world.names[1])
    world.followed()
    world.open(held)
    put(own, world.names[0])
    put(own, world.names[0])
    world.followed()
    assert refused(world, held, 1) == "claimed"
    pass_days(world, 20)
    # The first has seen a word of its own that it did not say, and says nothing more.
    assert held_by(world, held, world.names[1:]) == [True] * 3, "twice one is one"


def test_what_is_withdrawn_cannot_be_claimed(new_world):
    world = new_world()
    held = world.seal()
    world.withdraw(held)
    with pytest.raises(NoShareError):
        world.trustees[world.names[0]].claim(lost(held), "copy")


def clerk(*arguments):
    return CliRunner().invoke(app, ["claim", *(str(each) for each in arguments)])


def test_the_clerks_command(new_world, tmp_path):
    world = new_world()
    held = world.seal(reference="HL-2A7C-K9QD")
    file = tmp_path / "lost.json"
    file.write_bytes(lost(held).encode() + b"\n")
    data = world.folder / world.names[0]
    common = ("--data", data, file, "--reference")
    wish = ("--want", "destroy", "--yes")
    unseen = clerk(*common, held.reference, *wish)
    assert "seen who the person is" in str(unseen.exception)
    other = clerk(*common, "HL-0000-0000", *wish, "--identity-seen")
    assert "HL-0000-0000" in str(other.exception)
    assert not [entry for entry in world.settled() if entry.kind is Kind.CLAIMED]
    done = clerk(*common, "hl-2a7c-k9qd", *wish, "--identity-seen")
    assert done.exit_code == 0, done.exception
    assert "Nobody opens the photo" in done.output
    world.followed()
    assert refused(world, held, 1) == "claimed"
    assert clerk(*common, held.reference, "--want", "lift").exit_code == 0
    world.followed()
    world.open(held, indexes=(1, 2))


def test_a_file_that_is_none_is_said_so(new_world, tmp_path):
    world = new_world()
    data = world.folder / world.names[0]
    for content in (b"", b"[]", b"{}", b"\xff"):
        (tmp_path / "file.json").write_bytes(content)
        done = clerk(
            "--data", data, tmp_path / "file.json", "--reference", "X", "--want", "copy",
            "--identity-seen",
        )  # fmt: skip
        assert isinstance(done.exception, HabeasError), content
