"""SIGKILL in the middle of work: what was answered holds, what was not is harmless."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest

from habeas import protocol, tlog
from habeas.protocol import Kind
from habeas.protocol.client import TrusteeUnreachableError
from tests.service.trustee.world import PHOTO
from tests.waiting import until


class Process:
    """The first trustee of a world, as a process that can be killed."""

    def __init__(self, world):
        self.world, self.name = world, world.names[0]
        self.url = world.identities[0].url
        world.stop(self.name)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "habeas.cli", "trustee", "serve",
             "--data", self.world.folder / self.name, "--port", self.url.rpartition(":")[2]],
        )  # fmt: skip

        def answers():
            assert self.process.poll() is None
            with contextlib.suppress(httpx.HTTPError):
                return httpx.get(f"{self.url}/health", trust_env=False).json()

        return until(answers, "the trustee")

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Load:
    """Deposits and releases at the first trustee, until it answers no more."""

    def __init__(self, world):
        self.world = world
        self.ready = [world.seal() for _ in range(3)]
        self.prepared = [world.prepare() for _ in range(100)]
        self.released, self.acknowledged = [], []
        self.threads = [threading.Thread(target=self.deposit)]
        self.threads += [threading.Thread(target=self.release, args=(h,)) for h in self.ready]

    def deposit(self):
        for held in self.prepared:
            try:
                note = self.world.client(0).deposit(held.promise, 0, held.deposits[0])
            except TrusteeUnreachableError:
                return
            self.acknowledged.append((held, note))

    def release(self, held):
        while True:
            ask = self.world.request(held)
            try:
                self.world.ask(held, ask, 0)
            except TrusteeUnreachableError:
                return
            self.released.append((held, tlog.leaf_hash(ask.entry).hex()))

    def verify(self):
        for held, note in self.acknowledged:
            assert self.world.client(0).deposit(held.promise, 0, held.deposits[0]) == note
        for held, leaf in self.released:
            events = self.world.client(0).history(held.digest, held.track_key)
            kinds = [protocol.Entry.decode(event.entry).kind for event in events]
            assert set(kinds) == {Kind.RELEASED}
            assert [event.details["request"] for event in events].count(leaf) == 1
            assert all(event.index is not None for event in events)


@pytest.mark.slow
def test_what_was_answered_survives_a_kill(new_world):
    world = new_world(quorum=2)
    service = Process(world)
    load = Load(world)
    for thread in load.threads:
        thread.start()
    time.sleep(random.uniform(0.2, 0.6))  # noqa: TID251 - killed at a moment of chance
    service.kill()
    for thread in load.threads:
        thread.join()
    assert load.acknowledged
    assert load.released
    try:
        service.start()
        until(
            lambda: not httpx.get(f"{service.url}/health", trust_env=False).json()["owed"],
            "what the trustee owes",
        )
        load.verify()
        for held in load.ready:
            assert world.open(held) == PHOTO
    finally:
        service.kill()
