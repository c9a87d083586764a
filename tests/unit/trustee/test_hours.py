"""A trustee cosigns the log of hours without reading it, and never against what was anchored."""

import base64

import pytest

from habeas import tlog
from habeas.protocol import Kind, sign_entry
from habeas.protocol.details import AnchoredDetails
from habeas.tlog import NoteSigner
from habeas.trustee.errors import Refusal
from tests.unit.protocol.world import random
from tests.unit.trustee.quiet import quiet

ORIGIN = "log.test/hours"
KEY = NoteSigner.generate(ORIGIN)
HOURS = {"origin": ORIGIN, "url": "http://127.0.0.1:1", "vkeys": [KEY.vkey]}
LEAVES = [f"hour {each}".encode() for each in range(6)]


def node(leaves):
    def of(level, index):
        if level == 0:
            return tlog.leaf_hash(leaves[index])
        return tlog.node_hash(of(level - 1, 2 * index), of(level - 1, 2 * index + 1))

    return of


def root(leaves):
    return tlog.Frontier().extend(tlog.leaf_hash(each) for each in leaves).root()


def body(leaves, old=0):
    """An add-checkpoint request, for a tree of these leaves."""
    proof = tlog.consistency_path(old, len(leaves), node(leaves)) if old else []
    head = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
    note = KEY.sign(tlog.Checkpoint(ORIGIN, len(leaves), root(leaves)).text())
    return f"old {old}\n{head}\n{note}".encode()


def anchor(world, leaves):
    details = AnchoredDetails(
        origin=ORIGIN, size=len(leaves), root=root(leaves).hex(), hour="2027-01-15T10Z"
    )
    salt = random(f"anchor {len(leaves)} {root(leaves).hex()}")
    entry = sign_entry(world.custodian, Kind.ANCHORED, world.clock.today(), details, salt)
    world.log.append(entry.encode())
    world.followed()


@pytest.fixture
def world(tmp_path):
    with quiet(tmp_path, circle={"hours": HOURS}) as made:
        yield made


@pytest.fixture
def trustee(world):
    world.followed()
    return world.trustees[world.names[0]]


def test_it_cosigns_what_extends_the_last(trustee):
    assert trustee.add_checkpoint(body(LEAVES[:2])).status == 200
    assert trustee.add_checkpoint(body(LEAVES[:5], 2)).status == 200
    forged = [*LEAVES[:4], b"another hour", LEAVES[5]]
    assert trustee.add_checkpoint(body(forged, 5)).status == 422
    assert trustee.add_checkpoint(body(LEAVES[:3])).status == 409, "smaller than the last"


def test_a_circle_without_one_has_no_such_log(tmp_path):
    with quiet(tmp_path) as made:
        assert made.trustee(1).add_checkpoint(body(LEAVES)).status == 404


def test_what_it_owes_the_log_keeps_it_from_nothing_there(world, trustee):
    held = world.seal()
    world.followed()
    world.open(held)
    world.clock.move(minutes=5)
    assert trustee.health()["state"] == "owes-the-log"
    assert trustee.add_checkpoint(body(LEAVES[:2])).status == 200


def test_a_paused_one_cosigns_nothing(trustee):
    trustee.pause()
    with pytest.raises(Refusal) as refused:
        trustee.add_checkpoint(body(LEAVES[:2]))
    assert refused.value.code == "paused"


@pytest.mark.parametrize(
    "shown", [LEAVES[:2], [*LEAVES[:3], b"another hour"]], ids=["rewound", "another"]
)
def test_one_that_forgot_what_it_cosigned_still_knows_what_was_anchored(world, trustee, shown):
    """Its witness's file is gone; the log that it reads says how far the log of hours was."""
    anchor(world, LEAVES[:4])
    with pytest.raises(Refusal) as refused:
        trustee.add_checkpoint(body(shown))
    assert refused.value.code == "hours-rewound"
    assert trustee.add_checkpoint(body(LEAVES[:4])).status == 200


def test_the_newest_anchor_counts(world, trustee):
    """A custodian that anchored nonsense once does not stop the log of hours for ever."""
    anchor(world, [*LEAVES, b"one that was never there"])
    anchor(world, LEAVES[:4])
    assert trustee.add_checkpoint(body(LEAVES[:5])).status == 200
