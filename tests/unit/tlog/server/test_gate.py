"""Where other processes check what is appended, they do so beside the storage, and in order."""

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from habeas import tlog
from habeas.tlog.admission import InWorkers
from habeas.tlog.server import FileStorage, Sequencer, read_signer
from habeas.tlog.server.gate import Gate, Waiting
from tests.unit.tlog.serving import new_log, policy_of

#: More than any step of these tests takes; only a test that fails waits for it.
LONG = 30.0


class Good:
    """Takes what begins with "good"."""

    def admit(self, entry):
        if not entry.startswith(b"good"):
            raise tlog.NotAdmittedError("It is not good.")


class Storage(FileStorage):
    """Does something before it takes a batch."""

    before = staticmethod(lambda: None)

    def append(self, entries):
        self.before()
        return super().append(entries)


def run(folder, work, admission, storage=None):
    """Run *work* with a log in *folder* whose admission is asked by threads."""

    async def journey(pool):
        log = Sequencer(
            storage or FileStorage(folder), read_signer(folder), policy_of(folder),
            InWorkers(admission, pool), interval=0, patience=3600.0,
        )  # fmt: skip
        await log.start()
        async with contextlib.AsyncExitStack() as ending:
            ending.push_async_callback(log.stop)
            return await work(log, ending)

    with ThreadPoolExecutor(2) as pool:
        return asyncio.run(journey(pool))


@pytest.fixture
def folder(tmp_path):
    return new_log(tmp_path / "log")


def test_who_is_let_in_stands_in_order(folder):
    async def work(log, _):
        entries = [b"good %d" % n if n % 5 else b"bad %d" % n for n in range(2_000)]
        asked = [log.append(entry) for entry in entries]
        bundles = [log.append_many([b"good", b"good too"]), log.append_many([b"good", b"bad"])]
        return await asyncio.gather(*asked, *bundles, return_exceptions=True)

    *said, whole, refused = run(folder, work, Good())
    assert [isinstance(each, tlog.NotAdmittedError) for each in said] == [
        n % 5 == 0 for n in range(2_000)
    ]
    assert [each for each in said if isinstance(each, int)] == list(range(1_600))
    assert whole == [1_600, 1_601]
    assert isinstance(refused, tlog.NotAdmittedError)


def test_what_stands_on_the_log_may_come_again(folder):
    class Choosy(Good):
        closed = False

        def admit(self, entry):
            if self.closed:
                raise tlog.NotAdmittedError("No more.")
            super().admit(entry)

    choosy = Choosy()

    async def work(log, _):
        first = await log.append(b"good")
        choosy.closed = True
        asked = [log.append(b"good"), log.append(b"good too")]
        return first, *await asyncio.gather(*asked, return_exceptions=True)

    first, again, other = run(folder, work, choosy)
    assert (first, again, type(other)) == (0, 0, tlog.NotAdmittedError)


def test_the_next_batch_is_checked_while_one_is_stored(folder):
    asked = threading.Event()
    beside = []

    class Telling(Good):
        def admit(self, entry):
            super().admit(entry)
            if entry == b"good second":
                asked.set()

    async def work(log, _):
        loop, storing = asyncio.get_running_loop(), asyncio.Event()

        def before():
            loop.call_soon_threadsafe(storing.set)
            beside.append(asked.wait(LONG))

        storage.before = before
        first = log.append(b"good first")
        await storing.wait()
        second = log.append(b"good second")
        return await first, await second

    storage = Storage(folder)
    assert run(folder, work, Telling(), storage) == (0, 1)
    assert beside[0]


def test_who_is_being_checked_when_the_log_stops_is_told(folder):
    begun, ended = threading.Event(), threading.Event()

    class Slow(Good):
        def admit(self, _):
            begun.set()
            ended.wait(LONG)

    async def work(log, ending):
        asked = [log.append(b"good"), log.append(b"good too")]
        await asyncio.to_thread(begun.wait, LONG)
        stopping = asyncio.create_task(ending.aclose())
        said = await asyncio.gather(*asked, return_exceptions=True)
        ended.set()
        await stopping
        return said

    said = run(folder, work, Slow())
    assert [type(each) for each in said] == [tlog.LogUnavailableError] * 2


def test_half_of_many_are_asked_at_a_time():
    counts = []

    class Counting(InWorkers):
        def refusals(self, entries):
            counts.append(len(entries))
            return super().refusals(entries)

    async def work(pool):
        through = asyncio.Event()
        gate = Gate(Counting(Good(), pool), lambda: 4_000, through)
        for n in range(4_000):
            done = asyncio.get_running_loop().create_future()
            gate.enter(Waiting([b"good %d" % n], done, 0.0, single=True))
        asking = asyncio.create_task(gate.run())
        while len(gate.ready) < 4_000:
            await through.wait()
            through.clear()
        asking.cancel()
        return [each.entries[0] for each in gate.ready]

    with ThreadPoolExecutor(2) as pool:
        order = asyncio.run(work(pool))
    assert counts == [2_000, 2_000]
    assert order == [b"good %d" % n for n in range(4_000)]
