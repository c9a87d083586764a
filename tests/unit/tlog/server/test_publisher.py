"""Before it signs, a log asks its witnesses what they have seen; what they say may stop it."""

import asyncio
import contextlib
import functools
import shutil

import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.admission import AdmitAnything
from habeas.tlog.server import (
    FileStorage,
    LogLockedError,
    QueueFullError,
    Sequencer,
    Standstill,
    read_signer,
)
from habeas.tlog.server.witness_app import witness_app
from habeas.tlog.server.witnesses import Witnesses
from habeas.tlog.witness import Witness
from habeas.tlog.witness_bodies import WitnessAnswer
from tests.unit.tlog.serving import Hosts, new_log, policy_of

NOW = 1_800_000_000


async def soon(condition):
    """Return once it holds; until then, everything else in the loop goes on."""
    while not condition():  # noqa: ASYNC110 - it is no event of the code under test
        await asyncio.sleep(0)


class Hiding(Witness):
    """A witness that may keep from monitors what it has cosigned, as some do."""

    shown = True

    def monitor(self, origin_hash):
        return super().monitor(origin_hash) if self.shown else WitnessAnswer(404, "")


class World:
    """A log and its witness, in one process."""

    def __init__(self, place):
        self.place = place
        self.folder = new_log(place / "log")
        keys = policy_of(self.folder).logs
        signer = tlog.CosignatureSigner.generate("w.example")
        self.witness = Hiding(Database(), signer, keys)
        self.hosts = Hosts()
        self.url = self.hosts.add(witness_app(self.witness, lambda: NOW))
        self.keys = "".join(f"log {key.vkey}\n" for key in keys)
        self.line = f"witness w {signer.vkey} {self.url}\n"
        self.policy(self.keys + self.line + "quorum w\n")

    def policy(self, text):
        (self.folder / "policy.txt").write_text(text)

    @contextlib.asynccontextmanager
    async def log(self, **options):
        """The log's writer, started; it has nobody's patience but the test's."""
        sequencer = Sequencer(
            FileStorage(self.folder), read_signer(self.folder), policy_of(self.folder),
            AdmitAnything(), standstill=Standstill(self.folder / "rolled-back.json"),
            **{"interval": 0, "patience": 3600.0, "clock": lambda: NOW, **options},
        )  # fmt: skip
        await sequencer.start()
        try:
            yield sequencer
        finally:
            await sequencer.stop()

    def run(self, *entries):
        """Append, each after the other; gives where they stand."""

        async def journey():
            async with self.log() as log:
                return [await log.append(each) for each in entries]

        return asyncio.run(journey())

    def keep(self, name="backup"):
        shutil.copytree(self.folder, self.place / name)

    def restore(self, name="backup"):
        shutil.rmtree(self.folder)
        shutil.copytree(self.place / name, self.folder)

    def problem(self):
        """What is wrong once it is known, and the published checkpoint."""

        async def journey():
            async with self.log() as log:
                await soon(lambda: log.problem is not None)
                with pytest.raises(type(log.problem)):
                    await log.append(b"another")
                return log.problem, log.note

        return asyncio.run(journey())


@pytest.fixture
def world(tmp_path, monkeypatch):
    world = World(tmp_path)
    reaching = functools.partial(Witnesses, transport=world.hosts)
    monkeypatch.setattr("habeas.tlog.server.publisher.Witnesses", reaching)
    return world


def test_a_checkpoint_bears_the_quorums_cosignatures(world):
    assert world.run(b"one", b"two") == [0, 1]
    note = (world.folder / "public/checkpoint").read_text()
    verified = policy_of(world.folder).verify(note)
    assert [(each.name, each.timestamp) for each in verified.cosignatures] == [("w", NOW)]
    assert world.run(b"one", b"three") == [0, 2]


@pytest.mark.parametrize("shown", [False, True])
def test_a_restored_log_stops_before_it_signs(world, shown):
    """Whether the witness shows the log's own signature to monitors, or only says its size."""
    world.run(b"one")
    world.keep()
    world.run(b"two")
    before = world.witness.latest(tlog.Checkpoint.parse(_text(world)).origin)
    world.restore()
    world.witness.shown = shown
    for _ in range(2):  # a restart does not forget it
        problem, note = world.problem()
        assert isinstance(problem, tlog.RolledBackError)
        assert "2 entries; this log holds 1" in problem.cause
        assert ("shows, signed by this log," in problem.cause) == shown
        assert tlog.Checkpoint.parse(note.split("\n\n")[0] + "\n").size == 1
    assert world.witness.latest(tlog.Checkpoint.parse(_text(world)).origin) == before


def _text(world):
    return (world.folder / "public/checkpoint").read_text().split("\n\n")[0] + "\n"


def test_the_newest_folder_ends_the_state(world):
    world.run(b"one")
    world.keep()
    world.run(b"two")
    world.keep("newest")
    world.restore()
    world.problem()
    marker = (world.folder / "rolled-back.json").read_bytes()
    world.restore("newest")
    (world.folder / "rolled-back.json").write_bytes(marker)
    assert world.run(b"three") == [2]
    assert not (world.folder / "rolled-back.json").exists()


def test_another_tree_of_the_size_that_a_witness_has_seen(world):
    world.run(b"one")
    world.keep()
    world.run(b"two")
    policy = (world.folder / "policy.txt").read_text()
    world.restore()
    world.policy(world.keys + "quorum none\n")
    world.run(b"zwei")
    world.policy(policy)
    assert "another tree of 2 entries" in world.problem()[0].cause


def test_without_those_who_may_know_more_nothing_is_signed(world):
    world.run(b"one")
    (world.folder / "policy.txt").write_text(
        (world.folder / "policy.txt").read_text().replace(world.url, "http://nobody.example")
    )

    async def journey():
        async with world.log(patience=0.01) as log:
            with pytest.raises(tlog.LogUnavailableError, match=r"w did not say|counts yet"):
                await log.append(b"two")
            await soon(lambda: "w did not say" in str(log._failure))
            return log.note

    assert tlog.Checkpoint.parse(asyncio.run(journey()).split("\n\n")[0] + "\n").size == 1


def test_a_witness_that_was_believed_may_be_taken_out_of_the_policy(world):
    """Its word alone stops the log; its operator decides that it was wrong."""
    world.witness.shown = False
    world.run(b"one")
    world.keep()
    world.run(b"two")
    world.restore()
    world.problem()
    world.policy(world.keys + "quorum none\n")
    assert world.run(b"zwei") == [1]


def test_a_witness_whose_word_is_remembered_must_answer(world):
    """It stopped the log; until it is asked again, or left out, nothing is signed."""
    world.witness.shown = False
    world.run(b"one")
    world.keep()
    world.run(b"two")
    world.restore()
    world.problem()
    text = world.keys + world.line.replace(world.url, "http://nobody.example") + "quorum none\n"
    world.policy(text)

    async def journey():
        async with world.log() as log:
            await soon(lambda: log._failure is not None)
            return log._failure

    assert "w did not say" in asyncio.run(journey()).cause


def test_another_writer_is_no_rollback(world):
    """The witness knows of what the other one has added: this one only has to stop."""
    world.run(b"one")

    async def journey():
        async with world.log() as log:
            await log.append(b"two")
            stored = log._storage._state.load()
            # As if the other writer had committed one more.
            real = type(stored)(stored.tree.extend([bytes(32)]), stored.settled)
            log._storage._state.load = lambda: real
            with pytest.raises(LogLockedError):
                await log._publisher._weigh(_claim(3))
            del log._storage._state.load
            assert log.problem is None

    asyncio.run(journey())


def _claim(size):
    from habeas.tlog.server.witnesses import Allegation

    return Allegation("w", size)


def test_a_full_queue_and_a_stop_are_said(world):
    async def journey():
        async with world.log(queue=2) as log:
            first = log.append_many([b"1", b"2"])
            with pytest.raises(QueueFullError):
                log.append(b"3")
            assert await first == [0, 1]
            assert log.waiting == 0
            left = log.append(b"4")
        with pytest.raises(tlog.LogUnavailableError, match="being stopped"):
            await left

    asyncio.run(journey())


def test_a_refused_storage_refuses_callers_for_a_moment(world):
    async def journey():
        async with world.log() as log:
            await log.append(b"1")

            def failing(_):
                raise tlog.LogUnavailableError("The disk is full.")

            log._storage.append = failing
            with pytest.raises(tlog.LogUnavailableError, match="full"):
                await log.append(b"2")
            with pytest.raises(tlog.LogUnavailableError, match="full"):
                log.append(b"3")  # at once

    asyncio.run(journey())


def test_the_writer_outlives_what_nobody_foresaw(world):
    async def journey():
        async with world.log() as log:
            await log.append(b"1")
            real, log._storage.append = log._storage.append, lambda _: 1 / 0
            waiting = log.append(b"2")
            await soon(lambda: log.failures)
            assert "ZeroDivisionError" in log._failure.cause
            assert not waiting.done()  # it is tried again
            log._storage.append = real
            assert await waiting == 1
            await soon(lambda: not log.failures)
            assert log.problem is None

    asyncio.run(journey())


def test_a_marker_that_cannot_be_read_stops_the_log(tmp_path):
    file = tmp_path / "rolled-back.json"
    for content in ("", "{}", '{"who": "w", "size": "x", "root": ""}', '{"root": "!"}', "3"):
        file.write_text(content)
        with pytest.raises(tlog.RolledBackError, match="unreadably"):
            Standstill(file)
