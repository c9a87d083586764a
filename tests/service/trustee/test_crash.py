"""SIGKILL in the middle of work: what was answered holds, what was not is harmless."""

import contextlib
import random
import secrets
import subprocess
import sys
import threading
import time

import httpx
import pytest

from habeas import tlog
from habeas.protocol import Entry, Kind
from habeas.protocol.client import TrusteeUnreachableError
from tests.waiting import ready, until
from tests.world import PHOTO


class Process:
    """The first trustee of a world, as a process that can be killed."""

    def __init__(self, world):
        self.world, self.name = world, world.names[0]
        self.url = world.circle.trustees[0].url
        world.stop(self.name)
        self.start()

    def health(self):
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/readyz", trust_env=False).json()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "habeas.trustee", "serve",
             "--data", self.world.folder / self.name, "--port", self.url.rpartition(":")[2]],
        )  # fmt: skip

        def acts():
            state = self.health()
            return state and state["state"] == "ok"

        ready(self.process, acts, "the trustee")

    def kill(self):
        self.process.kill()
        self.process.wait()


class Load:
    """Deposits and releases at the first trustee, until it answers no more."""

    def __init__(self, world):
        self.world = world
        self.ready = [world.seal(openings_a_day=20) for _ in range(3)]
        self.prepared = [world.prepare() for _ in range(100)]
        self.released, self.acknowledged = [], []
        self.threads = [threading.Thread(target=self.deposit)]
        self.threads += [threading.Thread(target=self.release, args=(h,)) for h in self.ready]

    def deposit(self):
        for held in self.prepared:
            try:
                note = self.world.deposit(held, 0)
            except TrusteeUnreachableError:
                return
            self.acknowledged.append((held, note))

    def release(self, held):
        while held.number <= held.promise.openings_max:
            shown = self.world.request(held)
            try:
                self.world.show(held, shown, 0)
            except TrusteeUnreachableError:
                return
            self.released.append((held, tlog.leaf_hash(shown.entry).hex()))

    def verify(self):
        for held, note in self.acknowledged:
            assert self.world.deposit(held, 0) == note
        for held, leaf in self.released:
            end = self.world.client().stream_end(
                held.digest, held.stream_key(1), secrets.token_bytes(32)
            )
            kinds = [Entry.decode(own.entry.encode()).kind for own in end.answer.own]
            assert set(kinds) == {Kind.RELEASED}
            assert [own.details["request"] for own in end.answer.own].count(leaf) == 1
            assert all(own.index is not None for own in end.answer.own)


@pytest.mark.slow
def test_what_was_answered_survives_a_kill(new_world):
    world = new_world()
    service = Process(world)
    try:
        load = Load(world)
        for thread in load.threads:
            thread.start()
        until(lambda: load.released and load.acknowledged, "something was answered")
        time.sleep(random.uniform(0.0, 0.4))  # noqa: TID251 - killed at a moment of chance
        service.kill()
        for thread in load.threads:
            thread.join()
        service.start()
        until(lambda: not service.health()["owed"], "what the trustee owes")
        load.verify()
        for held in load.ready:
            if held.number <= held.promise.openings_max:
                assert world.open(held) == PHOTO
    finally:
        service.kill()
