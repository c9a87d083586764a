"""Everybody misbehaves at random, below the threshold: the promises hold all the same.

The trustees are real; operator, log, one trustee, the officer and the clocks do what they like.
`HYPOTHESIS_PROFILE=thorough` searches for longer.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, sign_entry, stream
from habeas.protocol.details import (
    ClosedDetails,
    ErasedDetails,
    RefusedDetails,
    ReleasedDetails,
    WithdrawnDetails,
)
from habeas.trustee import photos as kept
from habeas.trustee.errors import MonthError
from tests.model.society import BRANCHES, HONEST, NAMES, TRAITOR, Asked, Photo, Society

branches = st.sampled_from([*BRANCHES, "public", "public"])
honest = st.sampled_from(HONEST)
PURPOSES = [*["decide-application"] * 3, "applicant-copy", "appeal", "produce-document"]


class Misbehaving(RuleBasedStateMachine):
    photos = Bundle("photos")
    requests = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="society-"))
        self.society = Society(self.folder)
        self.made: list[Photo] = []
        self.copies: dict[int, Path] = {}
        #: The one honest trustee whose machine may be restored, and whose clock may be wrong.
        self.rolled: int | None = None

    def teardown(self) -> None:
        self.society.close()
        shutil.rmtree(self.folder)

    @initialize(target=photos)
    def begin(self) -> Any:
        return self.seal("public", {0, 1, 2, 3}, 3, 2, 2, 0)

    # The applicant, the office, the holder ------------------------------------------------

    @rule(
        target=photos, branch=branches, keepers=st.sets(st.integers(0, 3), min_size=2),
        days=st.integers(0, 3), most=st.integers(1, 3), a_day=st.integers(1, 2),
        closed_days=st.sampled_from([0, 1, 30]),
    )  # fmt: skip
    def seal(
        self, branch: str, keepers: set[int], days: int, most: int, a_day: int, closed_days: int
    ) -> Any:
        try:
            photo = self.society.seal(
                branch, sorted(keepers), days=days, openings_max=most,
                openings_a_day=min(a_day, most), closed_days=closed_days,
            )  # fmt: skip
        except MonthError:
            return multiple()  # a clock that is wrong by a month makes no key
        self.made.append(photo)
        return photo

    @rule(
        target=requests, photo=photos, branch=branches, purpose=st.sampled_from(PURPOSES),
        honestly=st.sampled_from([True, True, True, False]), skip=st.sampled_from([0, 0, 0, -1, 1]),
        shown=st.sets(honest),
    )  # fmt: skip
    def ask(
        self, photo: Photo, branch: str, purpose: str, honestly: bool, skip: int, shown: set[int]
    ) -> Asked:
        number = min(max(photo.number + skip, 1), 100)
        asked = self.society.ask(photo, branch, honestly=honestly, purpose=purpose, number=number)
        for index in sorted(shown):
            self.show(asked, index)
        return asked

    @rule(target=requests, photo=photos, purpose=st.sampled_from(PURPOSES))
    def open(self, photo: Photo, purpose: str) -> Asked:
        """A request that the officer has signed, shown to all."""
        number = min(photo.number, 100)
        asked = self.society.ask(photo, "public", number=number, purpose=purpose)
        for index in HONEST:
            self.show(asked, index)
        return asked

    @rule(photo=photos, purposes=st.lists(st.sampled_from(PURPOSES), min_size=1, max_size=3))
    def a_quiet_hour(self, photo: Photo, purposes: list[str]) -> None:
        """The log takes what it is told, all follow it; the photo is opened too often."""
        log = self.society.log
        log.refusing = log.lying = False
        self.society.put("public", b"an hour " + secrets.token_bytes(4))
        for _ in range(2):
            for index in HONEST:
                self.society.trustees[index].follower.tail()
                self.society.trustees[index].outbox.deliver()
        for purpose in purposes:
            self.open(photo, purpose)

    @rule(asked=requests, index=honest)
    def show(self, asked: Asked, index: int) -> None:
        """To one trustee: the first time, again, much later, under whatever proof there is."""
        society, photo = self.society, asked.photo
        before = society.trustees[index]
        gone = index in photo.told
        if not society.show(asked, index):
            return
        event("a share was given")
        promise, request = photo.sealed.promise, asked.request
        assert request.message() in society.signed, "nobody asked"
        assert request.purpose in promise.purposes
        assert request.office in promise.recipients
        today = (society.now() + society.skew[index]).date().isoformat()
        assert today <= promise.opens_until
        assert request.number <= promise.openings_max
        assert not gone, "the holder had told it"
        assert before.health()["state"] == "ok"

    @rule(photo=photos, index=honest)
    def withdraw(self, photo: Photo, index: int) -> None:
        # One that has no such share will take none.
        with contextlib.suppress(HabeasError):
            self.society.trustees[index].withdraw(photo.digest, photo.secrets.withdraw_secret)
        photo.told.add(index)

    # The operator -------------------------------------------------------------------------

    @rule(refusing=st.sampled_from([False, False, True]), lying=st.sampled_from([False, True]))
    def censor(self, refusing: bool, lying: bool) -> None:
        """The log takes what trustees have to tell, refuses it, or says that it took it."""
        self.society.log.refusing, self.society.log.lying = refusing, lying

    @rule(victims=st.sets(st.sampled_from(NAMES[:3]), max_size=2), reader=st.booleans())
    def fork(self, victims: set[str], reader: bool) -> None:
        self.society.log.fork(*victims, *(["reader"] if reader else []))

    @rule(reader=st.sampled_from(BRANCHES))
    def show_reader(self, reader: str) -> None:
        if reader in self.society.log.branches:
            self.society.log.views["reader"] = reader

    @rule(branch=branches)
    def publish(self, branch: str) -> None:
        self.society.put(branch, b"nothing " + secrets.token_bytes(4))

    @rule(branch=branches, content=st.binary(min_size=1, max_size=40))
    def rubbish(self, branch: str, content: bytes) -> None:
        self.society.put(branch, content)

    @rule(
        photo=photos, branch=branches, kind=st.integers(0, 4), writer=st.integers(0, 4),
        number=st.integers(0, 3), custodian=st.booleans(),
    )  # fmt: skip
    def forge(
        self, photo: Photo, branch: str, kind: int, writer: int, number: int, custodian: bool
    ) -> None:
        """An entry under anybody's tag, signed by the custodian or the one that has turned."""
        society = self.society
        promise, nobody = photo.digest.hex(), "00" * 32
        about: dict[str, Any] = {
            "service": photo.sealed.promise.service, "office": "licensing-office",
            "purpose": "decide-application",
        }  # fmt: skip
        made = (
            (Kind.RELEASED, ReleasedDetails(promise=promise, request=nobody), about),
            (Kind.REFUSED, RefusedDetails(code="purpose", office="licensing-office",
                                          purpose="decide-application", request=nobody),
             about | {"code": "purpose"}),
            (Kind.ERASED, ErasedDetails(promise=promise, because="withdrawn"),
             {"service": about["service"]}),
            (Kind.CLOSED, ClosedDetails(promise=promise, because="ended"),
             {"service": about["service"]}),
            (Kind.WITHDRAWN, WithdrawnDetails(promise=promise, secret=secrets.token_hex(32)), None),
        )  # fmt: skip
        what, details, fields = made[kind]
        key = stream.stream_key(photo.secrets.track_key, writer)
        closing = what is Kind.CLOSED and not custodian
        tag = stream.closing_tag(key) if closing else stream.tag(key, number)
        shown = {} if fields is None else fields | {"tag": tag}
        signer = society.custodian if custodian else society.keys[TRAITOR].statement
        day = society.now().date().isoformat()
        entry = sign_entry(signer, what, day, details, secrets.token_bytes(32), **shown)
        society.put(branch, entry.encode())

    @rule(photo=photos, branch=branches)
    def close_photo(self, photo: Photo, branch: str) -> None:
        society = self.society
        key = stream.stream_key(photo.secrets.track_key, 0)
        entry = sign_entry(
            society.custodian, Kind.CLOSED, "2027-01-15",
            ClosedDetails(promise=photo.digest.hex(), because="decided"), secrets.token_bytes(32),
            service=photo.sealed.promise.service, tag=stream.closing_tag(key),
        )  # fmt: skip
        if photo.closed is None:
            photo.closed = society.now()
        society.put(branch, entry.encode())

    # Trustees, time -----------------------------------------------------------------------

    @rule(index=honest)
    def follow(self, index: int) -> None:
        self.society.trustees[index].follower.tail()

    @rule(index=honest)
    def deliver(self, index: int) -> None:
        self.society.trustees[index].outbox.deliver()

    @rule(index=honest, reachable=st.sets(st.integers(0, 3)))
    def tell(self, index: int, reachable: set[int]) -> None:
        """A trustee hands on what the holder told it, to those that it reaches now."""
        society = self.society

        def hand(name: str, digest: bytes, secret: bytes) -> bool:
            to = NAMES.index(name)
            if to not in reachable:
                raise HabeasError("It does not answer.")
            if to == TRAITOR:
                return True
            try:
                return society.trustees[to].withdraw(digest, secret).statement is not None
            except HabeasError:
                return True
            finally:
                for photo in self.made:
                    if photo.digest == digest:
                        photo.told.add(to)

        society.trustees[index]._withdrawals.forward(hand)

    @rule(index=honest)
    def sweep(self, index: int) -> None:
        self.society.trustees[index].sweep()

    @rule(minutes=st.sampled_from([1, 2, 9, 60, 24 * 60, 40 * 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.society.offset += timedelta(minutes=minutes)

    @rule(hours=st.sampled_from([0, 0, -30, 3, 40 * 24]))
    def wrong_clock(self, hours: int) -> None:
        """The clock of one honest trustee."""
        self.society.skew[0] = timedelta(hours=hours)

    @rule(silent=st.booleans())
    def silence(self, silent: bool) -> None:
        self.society.silent = silent

    @rule()
    def restart(self) -> None:
        self.society.restart(1, lambda _: None)

    @rule()
    def copy(self) -> None:
        """A backup of one trustee's database, against all advice."""

        def keep(folder: Path) -> None:
            place = self.folder / "copy"
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for file in folder.glob("trustee.db*"):
                shutil.copy(file, place)
            self.copies[2] = place

        self.society.restart(2, keep)

    @rule()
    def restore(self) -> None:
        """Its old copy is brought back, once; its witness's file stays."""
        if 2 not in self.copies or self.rolled is not None:
            return

        def bring_back(folder: Path) -> None:
            for file in folder.glob("trustee.db*"):
                file.unlink()
            for file in self.copies[2].iterdir():
                shutil.copy(file, folder)

        self.society.restart(2, bring_back)
        self.rolled = 2

    # What must hold -----------------------------------------------------------------------

    @invariant()
    def limits_hold(self) -> None:
        """Of one photo no more requests are answered than were promised, ever and in a day."""
        for photo in self.made:
            asked = {leaf: request for leaf, index, request in photo.released
                     if index != self.rolled}  # fmt: skip
            promise = photo.sealed.promise
            assert len(asked) <= promise.openings_max
            days = Counter(request.day for request in asked.values())
            assert all(count <= promise.openings_a_day for count in days.values())

    @invariant()
    def nothing_is_destroyed_by_others(self) -> None:
        society = self.society
        for index in HONEST:
            store = society.trustees[index]._store
            for photo in self.made:
                found = store.run(lambda c, d=photo.digest: kept.find(c, d))
                if found is None or found.because is None or index == self.rolled:
                    continue
                event(f"destroyed: {found.because}")
                promise = photo.sealed.promise
                today = society.now().date()
                match found.because:
                    case "withdrawn":
                        assert photo.told, "nobody who has the secret has shown it"
                    case "expired":
                        over = today.isoformat() > promise.opens_until
                        assert over or photo.closed is not None
                        if not over and photo.closed is not None:
                            waited = today - photo.closed.date()
                            assert waited > timedelta(days=promise.closed_days)
                    case "orphaned":
                        assert photo.receipt is None, "the applicant was told that it counts"

    @rule(photo=photos)
    def verify(self, photo: Photo) -> None:
        """Whatever is shown to the holder: never *never opened* after an opening."""
        if photo.receipt is None:
            return
        before = [
            index for _, index, _ in photo.released if index != self.rolled
        ]  # fmt: skip
        found = self.society.verify(photo)
        event(f"verified: {found.outcome}, {'opened' if before else 'not opened'}")
        if before:
            assert not found.never_opened
        if found.outcome == "complete":
            true = {leaf.hex() for leaf, index, _ in photo.released if index != self.rolled}
            said = {
                act.details["request"] for act in found.acts
                if act.entry.kind is Kind.RELEASED and act.details is not None
            }  # fmt: skip
            assert true <= said
        for index in HONEST:
            if index != self.rolled:
                verdict = found.verdicts[NAMES[index]]
                # Who keeps the rules is accused of nothing, but where the log has shown two trees.
                if "other" not in self.society.log.branches:
                    assert verdict.outcome != "contradicted", verdict


TestMisbehaving = Misbehaving.TestCase
pytestmark = pytest.mark.slow
TestMisbehaving.settings = settings(
    max_examples=settings().max_examples // 4, stateful_step_count=40, deadline=None,
    suppress_health_check=list(HealthCheck), print_blob=True,
    # Over real databases, making it smaller takes longer than reading the steps.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
