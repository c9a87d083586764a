"""Leases by random sequences: whatever is slow, late or dead, no camera is recorded twice."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from habeas.cameras import lease
from habeas.cameras.lease import Held, Lease, LeaseError, LeaseTerms
from habeas.cameras.leases import Keeper

TERMS = LeaseTerms()
NODES = 3


class MemoryStore:
    """A store that can lose its answers; the fence moves with the lease, as `LeaseFiles` has it."""

    def __init__(self):
        self.stored, self.fence, self.mute = None, 0, False

    def read(self, _camera):
        return self.stored

    def swap(self, camera, before, after):
        if self.stored != before:
            return False
        self.fence = lease.admitted(self.fence, after.token, camera)
        self.stored = after
        if self.mute:
            self.mute = False
            raise OSError("the answer was lost")
        return True


@dataclass
class Node:
    """A machine with a clock of its own rate, that may stand still between any two steps."""

    number: int
    rate: float
    store: MemoryStore
    clock: float = 0.0
    held: Held | None = None
    #: Real time since which it records what it has not stored yet.
    since: float | None = None
    keeper: Keeper = field(init=False)

    def __post_init__(self):
        self.clock = 1000.0 * self.number
        self.keeper = Keeper(self.store, "gate", f"node-{self.number}", TERMS, lambda: self.clock)

    @property
    def believes(self):
        return self.held is not None and self.clock < self.held.until


class Leases(RuleBasedStateMachine):
    """Nodes that take, renew, lose and let go of one camera's lease, and write under it."""

    skew = TERMS.drift

    @initialize(rates=st.lists(st.floats(-1, 1), min_size=NODES, max_size=NODES))
    def start(self, rates):
        self.store, self.time = MemoryStore(), 0.0
        self.nodes = [Node(n, 1 + each * self.skew, self.store) for n, each in enumerate(rates)]
        #: Segments that count: node, token, real begin and end.
        self.counted = []

    @rule(seconds=st.sampled_from([0.1, 0.5, 1.0, 1.5, 2.0, 2.5, 5.0, 7.0, 9.0, 20.0]))
    def pass_time(self, seconds):
        self.time += seconds
        for each in self.nodes:
            each.clock += seconds * each.rate

    @rule(number=st.integers(0, NODES - 1), mute=st.booleans())
    def take(self, number, mute):
        node = self.nodes[number]
        if node.held is not None:
            return
        self.store.mute = mute
        try:
            node.held = node.keeper.take()
        except OSError:
            node.held = None  # it was stored, and nobody knows: it runs out
        self.store.mute = False
        node.since = self.time if node.held else None

    @rule(number=st.integers(0, NODES - 1), mute=st.booleans())
    def renew(self, number, mute):
        node = self.nodes[number]
        if node.held is None:
            return
        self.store.mute = mute
        try:
            node.held.verify(node.clock)
            node.held = node.keeper.renew(node.held)
        except LeaseError:
            node.held = node.since = None
        except OSError:
            pass  # as `Keeper.keep` does: it is asked again
        self.store.mute = False

    @rule(number=st.integers(0, NODES - 1))
    def write(self, number):
        """A write may come late: its node stood still after it had looked at its lease."""
        node = self.nodes[number]
        if node.held is None or node.since is None:
            return
        token = node.held.lease.token
        try:
            self.store.fence = lease.admitted(self.store.fence, token, "gate")
        except LeaseError:
            node.held = node.since = None
            return
        self.counted.append((number, token, node.since, self.time))
        node.since = self.time

    @rule(number=st.integers(0, NODES - 1))
    def let_go(self, number):
        node = self.nodes[number]
        if node.held is not None:
            node.keeper.release()
            node.held = node.since = None

    @rule(number=st.integers(0, NODES - 1))
    def die(self, number):
        node = self.nodes[number]
        self.nodes[number] = Node(number, node.rate, self.store)

    @invariant()
    def no_segment_counts_twice(self):
        tokens = [token for _, token, _, _ in getattr(self, "counted", [])]
        assert tokens == sorted(tokens), "an earlier holder wrote after a later one"
        by_token = {}
        for number, token, _, _ in getattr(self, "counted", []):
            assert by_token.setdefault(token, number) == number, "two nodes have one token"
        for a, b in zip(self.counted, self.counted[1:], strict=False):
            assert a[3] <= b[2], "two segments show the same moment"

    @precondition(lambda self: self.skew <= TERMS.drift)
    @invariant()
    def two_never_believe_at_once(self):
        assert sum(each.believes for each in self.nodes) <= 1


class WrongClocks(Leases):
    """Clocks far beyond what is assumed: two may believe, and still only one of them counts."""

    skew = 0.9


TestLeases = Leases.TestCase
TestWrongClocks = WrongClocks.TestCase


def test_a_dead_holder_is_followed_by_another_after_the_wait_and_no_sooner():
    store = MemoryStore()
    first, second = Node(0, 1.0, store), Node(1, 1.0, store)
    assert first.keeper.take().lease.token == 1
    assert second.keeper.take() is None
    second.clock += TERMS.waited - 0.001
    assert second.keeper.take() is None
    second.clock += 0.002
    assert second.keeper.take().lease.token == 2


def test_who_sees_the_holder_alive_waits_anew():
    store = MemoryStore()
    first, second = Node(0, 1.0, store), Node(1, 1.0, store)
    held = first.keeper.take()
    for _ in range(20):
        assert second.keeper.take() is None
        second.clock += TERMS.waited / 2
        held = first.keeper.renew(held)
    assert (held.lease.token, held.lease.beat) == (1, 20)


def test_who_has_let_go_is_followed_at_once():
    store = MemoryStore()
    first, second = Node(0, 1.0, store), Node(1, 1.0, store)
    first.keeper.take()
    first.keeper.release()
    assert store.stored.released
    assert second.keeper.take().lease.token == 2
    assert first.keeper.take() is None


def test_a_lease_that_was_not_renewed_in_time_is_not_believed():
    held = lease.granted(Lease(camera="gate", token=1, beat=0, holder="a"), 10.0, TERMS)
    held.verify(10.0 + TERMS.lasts - 0.001)
    with pytest.raises(LeaseError):
        held.verify(10.0 + TERMS.lasts)


@given(st.integers(0, 100), st.integers(0, 100))
def test_the_fence_only_rises(fence, token):
    if token < fence:
        with pytest.raises(LeaseError):
            lease.admitted(fence, token, "gate")
    else:
        assert lease.admitted(fence, token, "gate") == token


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 100))
def test_by_clocks_within_the_bound_nobody_takes_what_another_still_believes(slow, fast, reads):
    """The tightest case: who waits saw the lease in the moment in which it was stored."""
    store = MemoryStore()
    holder, other = (Node(n, 1 + TERMS.drift * rate, store) for n, rate in enumerate((slow, fast)))
    asked = holder.clock
    held = holder.keeper.take()
    assert other.keeper.take() is None
    real = TERMS.waited / other.rate * (1.000001 + reads / 100)
    other.clock += real * other.rate
    holder.clock = asked + real * holder.rate
    assert other.keeper.take() is not None
    assert holder.clock >= held.until


def test_who_stands_by_leaves_a_free_lease_to_others_for_as_long_as_anothers():
    store, clock = MemoryStore(), [0.0]
    standby = Keeper(store, "gate", "b", TERMS, lambda: clock[0], standby=True)
    assert standby.take() is None
    clock[0] = TERMS.waited
    assert standby.take() is None
    first = Keeper(store, "gate", "a", TERMS, lambda: clock[0])
    assert first.take().lease.token == 1
    first.release()
    clock[0] += 1.0
    assert standby.take() is None
    clock[0] += TERMS.waited
    assert standby.take() is None
    clock[0] += 0.1
    assert standby.take().lease.token == 2


def test_who_stands_by_takes_a_camera_that_nobody_ever_records():
    clock = [0.0]
    standby = Keeper(MemoryStore(), "gate", "b", TERMS, lambda: clock[0], standby=True)
    assert standby.take() is None
    clock[0] = TERMS.waited + 0.1
    assert standby.take().lease.token == 1
