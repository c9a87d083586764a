"""A log that was restored from an older folder signs nothing more, and says why."""

import contextlib
import shutil
import subprocess
import sys

import httpx
import pytest

from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log, make_app
from habeas.tlog.witness import Witness
from habeas.tlog.witness_bodies import WitnessAnswer
from tests.service.tlog.running import listening, policy_of, served, witness_app
from tests.waiting import until

ORIGIN = "log.example/restored"


class Hiding(Witness):
    """A witness that may keep from monitors what it has cosigned, as some do."""

    shown = True

    def monitor(self, origin_hash):
        return super().monitor(origin_hash) if self.shown else WitnessAnswer(404, "")


class World:
    """One log and two witnesses, each of which can be away."""

    def __init__(self, place, quorum="w0"):
        self.folder = place / "log"
        self.backup = place / "backup"
        init_log(self.folder, ORIGIN, anybody=True)
        keys = policy_of(self.folder).logs
        self.witnesses, lines = [], [f"log {key.vkey}" for key in keys]
        self.urls = []
        self.stack = contextlib.ExitStack()
        for n in range(2):
            signer = tlog.CosignatureSigner.generate(f"w{n}.example")
            self.witnesses.append(Hiding(Database(), signer, keys))
            sock = listening()
            app = witness_app(self.witnesses[n])
            url = self.stack.enter_context(served(app, sock))
            lines.append(f"witness w{n} {signer.vkey} {url}")
        (self.folder / "policy.txt").write_text("\n".join([*lines, f"quorum {quorum}\n"]))

    @contextlib.contextmanager
    def log(self):
        with (
            served(make_app(self.folder, interval=0.01, patience=20)) as url,
            LogClient(url) as client,
        ):
            yield url, client

    def keep(self):
        shutil.copytree(self.folder, self.backup)

    def restore(self):
        """Bring the backup back, and the newest policy."""
        policy = (self.folder / "policy.txt").read_text()
        shutil.rmtree(self.folder)
        shutil.copytree(self.backup, self.folder)
        (self.folder / "policy.txt").write_text(policy)

    def signed(self):
        """Sizes that the log has signed, as its witnesses know them."""
        notes = [each.latest(ORIGIN) for each in self.witnesses]
        return [tlog.Checkpoint.parse(note.split("\n\n")[0] + "\n").size for note in notes if note]


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    with world.stack:
        yield world


def command(*arguments):
    line = [sys.executable, "-m", "habeas.tlog", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def health(url):
    return httpx.get(f"{url}/readyz")


def stopped(url):
    return until(lambda: (h := health(url)).json()["state"] == "log-rolled-back" and h, "stop")


@pytest.mark.parametrize("shown", [False, True])
def test_a_restored_log_stops_before_it_signs(world, shown):
    """Whether the witness shows the log's own signature to monitors, or only says its size."""
    with world.log() as (_, log):
        log.append(b"one")
    world.keep()
    with world.log() as (_, log):
        log.append(b"two")
    before = world.witnesses[0].latest(ORIGIN)
    world.restore()
    for each in world.witnesses:
        each.shown = shown
    for _ in range(2):  # a restart does not forget it
        with world.log() as (url, log):
            answer = stopped(url)
            assert answer.status_code == 503
            assert "2 entries" in answer.text
            with pytest.raises(tlog.RolledBackError):
                log.append(b"zwei")
            assert httpx.post(f"{url}/append", content=b"zwei").headers.get("retry-after") is None
            assert log.checkpoint().startswith(f"{ORIGIN}\n1\n")
    assert world.witnesses[0].latest(ORIGIN) == before


def test_a_log_that_has_only_its_key_stops_too(world):
    with world.log() as (_, log):
        log.append(b"one")
    for name in ("public", "log.sqlite3"):
        path = world.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for leftover in world.folder.glob("log.sqlite3-*"):
        leftover.unlink()
    with world.log() as (url, _):
        assert "1 entries" in stopped(url).text


def test_the_newest_folder_ends_the_state(world, tmp_path):
    with world.log() as (_, log):
        log.append(b"one")
    world.keep()
    with world.log() as (_, log):
        log.append(b"two")
    newest = tmp_path / "newest"
    shutil.copytree(world.folder, newest)
    world.restore()
    with world.log() as (url, _):
        stopped(url)
    marker = (world.folder / "rolled-back.json").read_bytes()
    shutil.rmtree(world.folder)
    shutil.copytree(newest, world.folder)
    (world.folder / "rolled-back.json").write_bytes(marker)
    with world.log() as (_, log):
        assert log.append(b"three").index == 2
    assert not (world.folder / "rolled-back.json").exists()


def test_a_mirror_makes_it_whole_as_the_remedy_says(world, tmp_path):
    mirror = tmp_path / "mirror"
    with world.log() as (url, log):
        log.append(b"one")
    world.keep()
    with world.log() as (url, log):
        log.append(b"two")
        policy = str(world.folder / "policy.txt")
        done = command(
            "mirror", url, "--policy", policy, "--data", mirror, "--name", "m.example", "--once"
        )
        assert done.returncode == 0, done.stderr
    world.restore()
    with world.log() as (url, log):
        answer = stopped(url)
        assert "habeas log rebuild MIRROR --data FOLDER" in answer.text
        with pytest.raises(tlog.RolledBackError, match="Witnesses cosign no shorter tree"):
            log.append(b"zwei")
    assert command("rebuild", mirror, "--data", world.folder).returncode == 0
    with world.log() as (_, log):
        assert log.append(b"two").index == 1
        assert log.append(b"three").index == 2


def test_another_tree_of_the_size_that_a_witness_has_seen(tmp_path):
    """The log was restored while its witness was away, and grew differently without it."""
    world = World(tmp_path, quorum="none")
    with world.stack:
        with world.log() as (_, log):
            log.append(b"one")
        world.keep()
        with world.log() as (_, log):
            log.append(b"two")
            until(lambda: world.signed() == [2, 2], "cosignatures")
        world.restore()
        policy = (world.folder / "policy.txt").read_text()
        alone = "\n".join(line for line in policy.split("\n") if not line.startswith("witness"))
        (world.folder / "policy.txt").write_text(alone)
        with world.log() as (_, log):
            log.append(b"zwei")
        (world.folder / "policy.txt").write_text(policy)
        world.witnesses[1].shown = False
        with world.log() as (url, _):
            assert "another tree of 2 entries" in stopped(url).text


def test_without_those_who_may_know_more_nothing_is_signed(world):
    """Either makes a quorum, so w0 alone can have cosigned what this folder does not know."""
    policy = (world.folder / "policy.txt").read_text()
    with world.log() as (_, log):
        log.append(b"one")
    (url0,) = [line.split()[-1] for line in policy.split("\n") if line.startswith("witness w0")]
    away = policy.replace(url0, "http://127.0.0.1:9").replace(
        "quorum w0", "group g any w0 w1\nquorum g"
    )
    (world.folder / "policy.txt").write_text(away)
    with world.log() as (url, log):
        answer = until(lambda: (h := health(url)).status_code == 503 and h, "red health")
        until(lambda: "w0 did not say" in health(url).text, "reason")
        assert answer.status_code == 503
        with pytest.raises(tlog.LogUnavailableError, match="w0 did not say"):
            log.append(b"two")


def test_a_witness_that_was_believed_may_be_taken_out_of_the_policy(world):
    """Its word alone stops the log; its operator decides that it was wrong."""
    for each in world.witnesses:
        each.shown = False
    with world.log() as (_, log):
        log.append(b"one")
    world.keep()
    with world.log() as (_, log):
        log.append(b"two")
    world.restore()
    with world.log() as (url, _):
        stopped(url)
    policy = (world.folder / "policy.txt").read_text()
    lines = [line for line in policy.split("\n") if not line.startswith("witness w0")]
    lines = [line for line in lines if not line.startswith("witness w1")]
    text = "\n".join(lines).replace("quorum w0", "quorum none")
    (world.folder / "policy.txt").write_text(text)
    with world.log() as (_, log):
        assert log.append(b"zwei").index == 1
