"""Random sequences of all acts, with failing trustees, restarts and clock moves.

Against a simple model: no sequence opens a photo outside its promise or without its
entries, and each acknowledged photo within its promise opens while k trustees live.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from habeas.custody.reader import OneTimeKey, WrappedShare
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from habeas import protocol, tlog
from habeas.protocol import Kind
from habeas.protocol.client import TrusteeRefusedError, TrusteeUnreachableError
from habeas.trustee.settings import Quotas
from tests.service.trustee.world import PHOTO, Ask, Held, World

QUORUM = 2
DOWN = "down"
SOME_CODES = {"recipient", "purpose", "expired", "one-time-key", "request-time",
              "stale-checkpoint", "withdrawn", "erased-elsewhere"}  # fmt: skip


@dataclass
class Model:
    """What must hold about one photo."""

    held: Held
    opens_until: date
    #: Trustees (share index) that have confirmed the erasure.
    erased: set[int] = field(default_factory=set)
    #: Where the log says that it was withdrawn.
    withdrawn_at: int | None = None
    #: Shares that left, as (share index, leaf hash of the request).
    released: set[tuple[int, bytes]] = field(default_factory=set)


@dataclass
class Asked:
    """A request on the log, and whether the promise allows it."""

    model: Model
    ask: Ask
    promised: bool
    size: int
    at: Any


class Journey(RuleBasedStateMachine):
    world: World
    photos = Bundle("photos")
    requests = Bundle("requests")

    @initialize(target=photos)
    def begin(self) -> Model:
        self.models: list[Model] = []
        for name in self.world.names:
            if name not in self.world.servers:
                self.world.start(name)
        return self.sealed(40)

    @property
    def live(self) -> list[int]:
        return [i for i, name in enumerate(self.world.names) if name in self.world.servers]

    @property
    def today(self) -> date:
        return self.world.clock().date()

    def logs(self) -> bool:
        """The log needs a quorum of witnesses, which the trustees are."""
        return len(self.live) >= QUORUM

    def answer(self, held: Held, ask: Ask, index: int) -> tuple[WrappedShare | None, str]:
        """A trustee's share, or the code of its refusal."""
        try:
            return self.world.ask(held, ask, index), ""
        except TrusteeUnreachableError:
            return None, DOWN
        except TrusteeRefusedError as error:
            return None, error.code

    # Acts ---------------------------------------------------------------------------------

    @precondition(lambda self: len(self.live) == 3)
    @rule(target=photos, days=st.sampled_from([0, 1, 40]))
    def seal(self, days: int) -> Model:
        return self.sealed(days)

    def sealed(self, days: int) -> Model:
        until = self.today + timedelta(days=days)
        model = Model(self.world.seal(opens_until=until), until)
        self.models.append(model)
        return model

    @precondition(lambda self: len(self.live) < 3 and self.logs())
    @rule(target=photos)
    def seal_without_all(self) -> Any:
        """All trustees must take part: nothing is acknowledged, and nothing opens."""
        held = None
        with pytest.raises(TrusteeUnreachableError):
            held = self.world.seal()
        assert held is None
        return multiple()

    @precondition(lambda self: self.logs())
    @rule(
        target=requests, model=photos,
        purpose=st.sampled_from(["decide-application", "applicant-copy", "appeal"]),
        office=st.sampled_from(["licensing-office", "licensing-office", "police"]),
        shown=st.integers(0, 3),
    )  # fmt: skip
    def request(self, model: Model, purpose: str, office: str, shown: int) -> Asked:
        ask = self.world.request(model.held, purpose=purpose, office=office)
        promised = purpose != "appeal" and office == "licensing-office"
        size = tlog.Policy.parse(self.world.policy).verify(
            tlog.TlogProof.parse(ask.proof).checkpoint
        ).checkpoint.size  # fmt: skip
        asked = Asked(model, ask, promised, size, self.world.clock())
        for index in self.live[:shown]:
            self.show_to(asked, index)
        return asked

    @rule(asked=requests, index=st.integers(0, 2))
    def show(self, asked: Asked, index: int) -> None:
        """Show a request to one trustee: the first time, again, or much later."""
        self.show_to(asked, index)

    def show_to(self, asked: Asked, index: int) -> None:
        model = asked.model
        share, code = self.answer(model.held, asked.ask, index)
        if share is None:
            assert code in SOME_CODES or (code == DOWN and index not in self.live), code
            return
        assert index in self.live
        assert asked.promised
        assert self.today <= model.opens_until
        assert index not in model.erased
        assert model.withdrawn_at is None or model.withdrawn_at >= asked.size
        assert self.world.clock() - asked.at < timedelta(minutes=13)
        model.released.add((index, tlog.leaf_hash(asked.ask.entry)))

    @rule(asked=requests, index=st.integers(0, 2))
    def steal(self, asked: Asked, index: int) -> None:
        """Show a request with another key than the one on the log."""
        details = {**asked.ask.details, "one_time_key": self.world.details(
            asked.model.held, OneTimeKey())["one_time_key"]}  # fmt: skip
        ask = Ask(asked.ask.key, asked.ask.entry, details, asked.ask.salt, asked.ask.proof, -1)
        with pytest.raises((TrusteeRefusedError, TrusteeUnreachableError)):
            self.world.ask(asked.model.held, ask, index)

    @precondition(lambda self: self.logs())
    @rule(model=photos)
    def open(self, model: Model) -> None:
        """The whole opening, by those trustees that live."""
        may = self.today <= model.opens_until and not model.erased and model.withdrawn_at is None
        ask = self.world.request(model.held)
        leaf = tlog.leaf_hash(ask.entry)
        shares = []
        for index in self.live:
            share, code = self.answer(model.held, ask, index)
            if share is None:
                assert not may, code
                assert code in SOME_CODES, code
            else:
                shares.append(share)
                model.released.add((index, leaf))
        if may:
            opened = ask.key.open(
                model.held.promise.encode(), ask.entry, shares, model.held.ciphertext
            )
            assert opened.photo == PHOTO
        elif self.today > model.opens_until or model.withdrawn_at is not None:
            assert not shares
        assert not model.erased & {share.index for share in shares}

    @rule(model=photos, index=st.integers(0, 2))
    def withdraw_directly(self, model: Model, index: int) -> None:
        try:
            client = self.world.client(index)
            client.withdraw(model.held.digest, model.held.withdraw_secret)
        except TrusteeUnreachableError:
            assert index not in self.live
        else:
            model.erased.add(index)

    @precondition(lambda self: self.logs())
    @rule(model=photos)
    def withdraw_by_the_log(self, model: Model) -> None:
        if model.withdrawn_at is None:
            digest = model.held.digest.hex()
            details = protocol.ErasedDetails(promise=digest, because="withdrawn").fields()
            _, _, appended = self.world.write(model.held, Kind.WITHDRAWN, details)
            model.withdrawn_at = appended.index

    @precondition(lambda self: len(self.live) > 1)
    @rule(index=st.integers(0, 2))
    def fail(self, index: int) -> None:
        if index in self.live:
            self.world.stop(self.world.names[index])

    @rule(index=st.integers(0, 2))
    def restart(self, index: int) -> None:
        if index in self.live:
            self.world.stop(self.world.names[index])
        self.world.start(self.world.names[index])

    @rule(minutes=st.sampled_from([1, 9, 9, 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.world.clock.move(minutes=minutes)
        for name in self.world.servers:
            self.world.trustees[name].sweep()

    # What must hold -----------------------------------------------------------------------

    @invariant()
    def acknowledged_shares_are_kept(self) -> None:
        for model in getattr(self, "models", []):
            for index in self.live:
                gone = index in model.erased or self.today > model.opens_until
                if not gone and model.withdrawn_at is None:
                    note = self.world.client(index).deposit(
                        model.held.promise, index, model.held.deposits[index]
                    )
                    assert note == model.held.acknowledgements[index]

    def teardown(self) -> None:
        """Every share that left is on the log, with its request before it; nothing is skipped."""
        for name in self.world.names:
            if name not in self.world.servers:
                self.world.start(name)
        places = {entry.tag: place for place, entry in enumerate(self.world.settled()) if entry.tag}
        for model in getattr(self, "models", []):
            key = model.held.track_key
            for stream in range(4):
                numbers = [protocol.tag(key, stream, number) in places for number in range(40)]
                assert numbers == sorted(numbers, reverse=True), "a number was skipped"
            for index, leaf in model.released:
                events = self.world.client(index).history(model.held.digest, key)
                answered = [
                    event for event in events
                    if protocol.Entry.decode(event.entry).kind is Kind.RELEASED
                    and event.details["request"] == leaf.hex()
                ]  # fmt: skip
                assert len(answered) == 1


@pytest.mark.slow
def test_no_sequence_opens_outside_the_promise(tmp_path):
    world = World(
        tmp_path, quorum=QUORUM, poll_seconds=0.1,
        quotas=Quotas(office=10**6, officer=10**6, purpose=10**6).model_dump(),
    )  # fmt: skip
    machine = type("Journey", (Journey,), {"world": world})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=15, stateful_step_count=20, deadline=None, database=None,
                suppress_health_check=list(HealthCheck),
                # Over real services, shrinking takes longer than reading the steps.
                phases=[Phase.generate],
            ),
        )  # fmt: skip
    finally:
        world.close()
