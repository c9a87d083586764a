"""What no attacker can read, make or have accepted; and which rule each claim rests on."""

import re
from pathlib import Path

import pytest

from tests.model.deduction import Knowledge, seal, sign, t
from tests.model.symbolic import PHOTOS, RULES, TRUSTEES, World

PAGE = Path(__file__).parents[2] / "docs" / "protocol" / "model" / "symbolic.md"


def read(world):
    return [photo for photo in PHOTOS if world.knows.has(f"photo {photo}")]


def kept_as_changed(world):
    return [kept for kept in world.kept if kept.promise.office != "A"]


def unsigned(world):
    return [given for given in world.released if given.request not in world.signed]


def unpromised(world):
    return [
        given for given in world.released
        if (given.request.promise, given.request.office, given.request.purpose)
        != (given.kept.promise.digest, given.kept.promise.office, given.kept.promise.purpose)
    ]  # fmt: skip


def publicly_another(world):
    return [
        given for given in world.released
        if (given.entry.office, given.entry.purpose, given.entry.request)
        != (given.request.office, given.request.purpose, given.request)
    ]  # fmt: skip


def given_at_all(world):
    return list(world.released)


def unfindable(world):
    held = set(world.accepted())
    return [
        given for given in world.released
        if given.kept.promise in held
        and given.entry.tag != ("tag", ("stream", given.kept.promise.track, "0"), "next")
    ]  # fmt: skip


def unacknowledged(world):
    def keepers(promise):
        return sum((kept.promise, kept.track) == (promise, promise.track) for kept in world.kept)

    return [promise for promise in world.accepted() if keepers(promise) < 2]


def unwritten(world):
    return [said for said in world.read() if said not in world.wrote]


def unwilled(world):
    return [erased for erased in world.erased if erased[1] not in world.withdrawn]


def unconfirmed(world):
    return [said for said in world.confirmed() if said not in world.erased]


def linked(world):
    streams = [("stream", f"track {photo}", str(i)) for photo in PHOTOS for i in (0, *TRUSTEES)]
    return [stream for stream in streams if world.knows.has(stream)]


def linked_by_officers(world):
    """The office has the custodian's stream, and no trustee's."""
    return [stream for stream in linked(world) if stream[2] != "0"]


def misled(world):
    return [meant for meant in world.meant if meant[0] != meant[1]]


def another_circle(world):
    return ["fake"] if world.next_circle() else []


def kept_for_strangers(world):
    return list(world.kept)


IDLE, BUSY = {}, {"cases": ("1", "2")}
TURNED = {"officer": True}
#: Claim of the protocol, what would break it, in which world, and the rules that it falls without.
CLAIMS = [
    ("C1", read, IDLE, ["PINNED", "INFO", "RECIPIENT", "OFFICER_UNKNOWN", "OFFICER_SIGNATURE"]),
    ("C1", read, BUSY, ["OFFICE_PAGE"]),
    ("C1", misled, {"cases": ("1",)}, ["CASE"]),
    ("C1", another_circle, IDLE, ["CHAIN"]),
    ("C1", kept_for_strangers, {"custodian": "absent"}, ["ORDER"]),
    ("C2", kept_as_changed, IDLE, ["INFO"]),
    ("C3", given_at_all, IDLE, ["OFFICER_UNKNOWN", "OFFICER_SIGNATURE"]),
    ("C3", given_at_all, {"custodian": "honest", **TURNED}, ["ENTRY_SIGNATURE"]),
    ("C3", unsigned, BUSY, ["OFFICER_UNKNOWN", "OFFICER_SIGNATURE", "OFFICE_PAGE"]),
    ("C3", unpromised, TURNED, ["RECIPIENT", "PURPOSE", "ANOTHER_PHOTO"]),
    ("C3", publicly_another, TURNED, ["ENTRY_DIFFERS", "COMMITMENT"]),
    ("C5", unfindable, {"server": True, **TURNED}, ["TRACK_HASH", "TAG_FOREIGN"]),
    ("C5", unacknowledged, IDLE, ["PINNED"]),
    ("C5", unwritten, BUSY, ["ENTRY_SIGNATURE"]),
    ("C6", unwilled, {"withdrawn": ("1",)}, ["SECRET"]),
    ("C7", unconfirmed, {"withdrawn": ("1",)}, ["SIGNED_STATEMENT"]),
    ("C8", read, {"later": "backups"}, ["MONTH_KEY_ENDS"]),
    ("C9", linked, {"dishonest": ()}, ["SEALED_POINTER"]),
    ("C9", linked_by_officers, {"dishonest": (), **TURNED}, ["STREAM_KEYS"]),
    ("C10", read, {"later": "quantum", "dishonest": ()}, ["X_WING"]),
]


@pytest.mark.parametrize(
    ("broken", "world"),
    [pytest.param(broken, world, id=f"{claim}-{broken.__name__}")
     for claim, broken, world, _ in CLAIMS],
)  # fmt: skip
def test_with_all_rules_the_claim_holds(broken, world):
    assert broken(World(**world)) == []


@pytest.mark.parametrize(
    ("broken", "world", "rule"),
    [pytest.param(broken, world, rule, id=f"{claim}-{broken.__name__}-{rule}")
     for claim, broken, world, rules in CLAIMS for rule in rules],
)  # fmt: skip
def test_each_rule_left_out_is_found(broken, world, rule):
    assert broken(World(**world, without=frozenset({rule})))


def test_each_rule_is_left_out_for_some_claim():
    assert {rule for *_, rules in CLAIMS for rule in rules} == RULES


def test_the_page_tells_what_is_searched():
    rows = re.findall(r"^\| (C\d+) \| `(\w+)` \|.*\| ([^|]*) \|$", PAGE.read_text(), re.MULTILINE)
    told = [(claim, name, sorted(re.findall(r"`(\w+)`", rules))) for claim, name, rules in rows]
    searched = [(claim, broken.__name__, sorted(rules)) for claim, broken, _, rules in CLAIMS]
    assert told == searched
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(), re.MULTILINE)) == RULES


def test_two_dishonest_trustees_read_every_photo():
    """That is what k is: the search is not blind."""
    assert read(World(dishonest=(3, 4))) == ["1", "2"]


def test_an_honest_officer_opens_what_is_asked_for():
    world = World(cases=("1",))
    assert {given.kept.promise.photo for given in world.released} == {"1"}
    assert len({given.kept.trustee for given in world.released}) == 3
    world.knows.learn("one-time 1")
    assert read(world) == ["1"], "who has the one-time key has the photo, and no other"


def test_an_officer_that_has_turned_reads_what_it_asks_for():
    assert read(World(**TURNED)) == ["1", "2"]


def test_what_knowledge_gives():
    knows = Knowledge()
    knows.learn(seal("k", "info", "secret"), sign("s", "said"), ("share", "x", "1"))
    assert knows.has("said")
    assert not knows.has("secret")
    assert not knows.has("s")
    assert not knows.has("x")
    knows.learn(t("k", ("share", "x", "2")))
    assert knows.has("secret")
    assert knows.has("x")
    assert knows.has(sign("k", t("x", "said")))
