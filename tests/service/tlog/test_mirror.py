"""C2SP tlog-mirror: a log is pushed to a mirror, over HTTP."""

import base64
import gzip
import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from habeas import tlog
from habeas.foundation.problem import Problem
from habeas.tlog.client import LogClient
from habeas.tlog.mirroring import MirrorInfo, Upload, encode_package
from habeas.tlog.pushing import MirrorRefusedError, Pusher
from habeas.tlog.server import FileStorage, init_log, make_app, read_signer
from habeas.tlog.server.mirror import Mirror
from habeas.tlog.server.mirror_app import mirror_app
from habeas.tlog.tiles import TileNodes
from habeas.tlog.verifying import Folder, verify_log
from tests.service.tlog.flaky import Flaky
from tests.service.tlog.running import policy_of, served

ORIGIN = "log.example/pushed"
PREFIX = hashlib.sha256(ORIGIN.encode()).hexdigest()
KEY = tlog.MldsaCosignatureSigner.generate("mirror.example/m")


def grow(folder, count, first=0):
    signer = read_signer(folder)
    with FileStorage(folder) as storage:
        storage.append([b"entry %d" % n for n in range(first, first + count)])
        storage.lay_out()
        tree = storage.tree
        storage.publish(signer.sign(tlog.Checkpoint(ORIGIN, tree.size, tree.root()).text(), 1))
    return Folder(folder / "public")


@pytest.fixture
def folder(tmp_path):
    init_log(tmp_path / "log", ORIGIN)
    return tmp_path / "log"


class Place:
    """A mirror's folder, and the mirror where it is served."""

    def __init__(self, folder, policy):
        self.folder, self.policy = folder, policy

    def open(self, source=None):
        return Mirror(self.folder, source, self.policy, KEY)

    def app(self):
        return mirror_app(self.open())


@pytest.fixture
def place(tmp_path, folder):
    return Place(tmp_path / "mirror", policy_of(folder))


def push(source, url, **options):
    with Pusher(source, url, KEY.verifier, sleep=lambda _: None, **options) as pusher:
        return pusher.push()


def copied(url, policy, size):
    """The copy that is shown is whole, and bears the mirror's signature."""
    with LogClient(f"{url}/{PREFIX}") as copy:
        assert verify_log(copy, policy).checkpoint.size == size
        assert tlog.open_note(copy.checkpoint(), [KEY.verifier]).verified


@pytest.mark.parametrize("sizes", [[0, 1], [1, 255, 256, 257], [20_000, 20_001, 45_000]])
def test_a_log_that_grows_is_pushed(folder, place, sizes):
    before = 0
    with served(place.app()) as url:
        for size in sizes:
            source = grow(folder, size - before, before)
            lines = push(source, url)
            assert lines.startswith("— mirror.example/m ")
            copied(url, place.policy, size)
            assert push(source, url), "what the mirror has is cosigned again"
            before = size
    with served(place.app()) as url:
        copied(url, place.policy, sizes[-1])


def test_one_pusher_goes_on_from_what_it_sent(folder, place):
    counts = []
    with served(place.app()) as url:
        with Pusher(grow(folder, 700), url, KEY.verifier) as pusher:
            pusher.push()
            grow(folder, 300, 700)
            real = pusher._http.post
            pusher._http.post = lambda *a, **k: counts.append(a) or real(*a, **k)
            pusher.push()
        copied(url, place.policy, 1000)
    assert len(counts) == 2, "one add-checkpoint, one add-entries"


def test_a_log_that_runs_is_pushed_by_whoever_can_read_it(folder, place):
    grow(folder, 3000)
    with (
        served(make_app(folder, interval=0.01)) as log,
        served(place.app()) as url,
        LogClient(log) as source,
    ):
        push(source, url)
        copied(url, place.policy, 3000)


@pytest.mark.parametrize("every", [100, 5, 3])
def test_a_mirror_that_fails_now_and_then(folder, place, every):
    app = Flaky(place.app(), every)
    source = grow(folder, 30_000)
    with served(app) as url:
        push(source, url)
        app._every = 1 << 30
        copied(url, place.policy, 30_000)
    assert app.failed or every == 100


def test_many_push_at_once(folder, place):
    source = grow(folder, 30_000)
    with served(place.app()) as url, ThreadPoolExecutor(6) as pool:
        for lines in pool.map(lambda _: push(source, url), range(6)):
            assert tlog.open_note(source.checkpoint() + lines, [KEY.verifier]).verified
        copied(url, place.policy, 30_000)


def test_a_mirror_is_pushed_and_reads_the_log_itself(folder, place, tmp_path):
    source = grow(folder, 9000)
    mirror = place.open(source)
    mirror.catch_up()
    with served(mirror_app(mirror)) as url:
        push(grow(folder, 1000, 9000), url)
        copied(url, place.policy, 10_000)
        assert mirror.catch_up().checkpoint.size == 10_000
        grow(folder, 5, 10_000)
        assert mirror.catch_up().checkpoint.size == 10_005
        push(source, url)
        copied(url, place.policy, 10_005)


# The table of answers, by requests that are made here from the specification.


def request(url, source, begin, end, *, count=None, origin=ORIGIN, damage=None, **more):
    nodes = TileNodes(end, source.tile)
    upload = Upload(origin, begin, end, more.pop("ticket", b""))
    body = upload.encode()
    for package in list(upload.packages())[:count]:
        entries = list(source.entries(package.begin, package.end))
        proof = tlog.subtree_consistency_path(package.first, package.end, end, nodes)
        body += encode_package(entries, proof)
    body = damage(body) if damage else body
    headers = {"content-type": "application/octet-stream"} | more.pop("headers", {})
    return httpx.post(f"{url}/add-entries", content=body, headers=headers)


def add_checkpoint(url, source, old=0):
    note = source.checkpoint()
    size = int(note.split("\n")[1])
    proof = tlog.consistency_path(old, size, TileNodes(size, source.tile))
    lines = "".join(base64.b64encode(each).decode() + "\n" for each in proof)
    return httpx.post(f"{url}/add-checkpoint", content=f"old {old}\n{lines}\n{note}".encode())


def info(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/x.tlog.mirror-info"
    assert "gzip" in answer.headers["accept-encoding"]
    return MirrorInfo.parse(answer.text)


def test_a_client_that_knows_nothing_asks_first(folder, place):
    source = grow(folder, 600)
    with served(place.app()) as url:
        assert info(request(url, source, 0, 0), 409) == MirrorInfo(0, 0)
        answer = add_checkpoint(url, source)
        assert (answer.status_code, answer.text) == (200, "")
        assert info(request(url, source, 0, 0), 409) == MirrorInfo(600, 0)
        assert httpx.get(f"{url}/{PREFIX}/checkpoint").status_code == 503, "nothing is shown yet"


def test_an_upload_in_parts(folder, place):
    source = grow(folder, 600)
    with served(place.app()) as url:
        add_checkpoint(url, source)
        assert info(request(url, source, 0, 600, count=1), 202) == MirrorInfo(600, 256)
        # It breaks off within the second package: what came whole is kept.
        cut = request(url, source, 256, 600, damage=lambda body: body[:-300])
        assert info(cut, 202) == MirrorInfo(600, 512)
        answer = request(url, source, 512, 600)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert tlog.open_note(source.checkpoint() + answer.text, [KEY.verifier]).verified
        copied(url, place.policy, 600)
        assert info(request(url, source, 0, 0), 409) == MirrorInfo(600, 600)
        assert request(url, source, 600, 600).status_code == 200, "nothing is missing"


def test_an_upload_that_begins_within_a_bundle(folder, place):
    with served(place.app()) as url:
        push(grow(folder, 300), url)
        source = grow(folder, 300, 300)
        assert add_checkpoint(url, source, 300).status_code == 200
        assert request(url, source, 300, 600).status_code == 200
        copied(url, place.policy, 600)


def test_an_upload_may_end_at_an_earlier_pending_checkpoint(folder, place):
    with served(place.app()) as url:
        source = grow(folder, 300)
        add_checkpoint(url, source)
        shutil.copytree(folder / "public", folder / "earlier")
        earlier = Folder(folder / "earlier")
        source = grow(folder, 300, 300)
        add_checkpoint(url, source, 300)
        assert info(request(url, earlier, 0, 300, count=1), 202) == MirrorInfo(300, 256)
        assert request(url, earlier, 256, 300).status_code == 200
        copied(url, place.policy, 300)
        assert request(url, source, 300, 600).status_code == 200
        # The mirror's checkpoint does not go back.
        assert info(request(url, earlier, 300, 300), 409) == MirrorInfo(600, 600)
        copied(url, place.policy, 600)


def test_a_checkpoint_that_was_overtaken_is_shown_whole(folder, place):
    """The entries came with a later one, so that no batch ended where this one does."""
    mirror = place.open()
    with served(mirror_app(mirror)) as url:
        source = grow(folder, 300)
        add_checkpoint(url, source)
        shutil.copytree(folder / "public", folder / "earlier")
        source = grow(folder, 8700, 300)
        mirror._source, real = source, source.entries
        source.entries = lambda begin, end: real(begin, end) if not begin else ()
        with pytest.raises(tlog.StaleViewError):
            mirror.catch_up()  # it breaks off after the first span
        source.entries = real
        answer = request(url, Folder(folder / "earlier"), 300, 300)
        assert answer.status_code == 200
        copied(url, place.policy, 300)
        mirror.catch_up()
        copied(url, place.policy, 9000)


def test_what_is_read_and_pushed_at_once_is_kept_once(folder, place):
    source = grow(folder, 9000)
    mirror = place.open(source)
    real = source.entries
    with served(mirror_app(mirror, every=3600.0)) as url:
        pushes = iter([lambda: push(Folder(folder / "public"), url)])

        def entries(begin, end):
            read = list(real(begin, end))
            next(pushes, lambda: None)()
            return read

        source.entries = entries
        mirror.catch_up()
        grow(folder, 10, 9000)
        mirror.catch_up()
        copied(url, place.policy, 9010)


def test_what_is_refused(folder, place):
    source = grow(folder, 600)

    def other(body):
        return body.replace(b"entry 7", b"entry 8", 1)

    with served(place.app()) as url:
        add_checkpoint(url, source)
        assert request(url, source, 0, 600, origin="log.example/other").status_code == 404
        assert request(url, source, 0, 600, damage=other).status_code == 422
        assert (
            request(url, source, 0, 600, damage=lambda body: body[:-40], count=1).status_code == 400
        )
        for wrong in (b"", b"\x00", Upload(ORIGIN, 5, 3).encode(), Upload(ORIGIN, 0, 600).encode()):
            assert httpx.post(f"{url}/add-entries", content=wrong).status_code == 400
        assert info(request(url, source, 10, 600), 409) == MirrorInfo(600, 0)
        assert info(request(url, source, 0, 599, count=0), 409) == MirrorInfo(600, 0)
        assert request(url, source, 0, 600, headers={"content-encoding": "br"}).status_code == 415
        no_gzip = request(url, source, 0, 600, headers={"content-encoding": "gzip"})
        assert no_gzip.status_code == 400
        assert info(request(url, source, 0, 0), 409).next == 0, "nothing of it was kept"
        packed = request(
            url, source, 0, 600, damage=gzip.compress, headers={"content-encoding": "gzip"}
        )
        assert packed.status_code == 200


def test_a_body_that_swells_is_not_held_in_memory(folder, place):
    """A gigabyte of zeros in a megabyte: entries of no bytes, which the first proof refutes."""
    source = grow(folder, 600)
    with served(place.app()) as url:
        add_checkpoint(url, source)
        bomb = gzip.compress(Upload(ORIGIN, 0, 600).encode() + bytes(1 << 26))
        headers = {"content-encoding": "gzip"}
        answer = httpx.post(f"{url}/add-entries", content=bomb, headers=headers)
        assert answer.status_code == 422


def fork_of(folder, tmp_path, size):
    other = tmp_path / "fork"
    other.mkdir()
    for name in ("log.key", "log-mldsa44.key", "policy.txt"):
        shutil.copy(folder / name, other / name)
    return grow(other, size, first=1)


def test_a_log_that_forks_moves_no_mirror(folder, place, tmp_path):
    source = grow(folder, 600)
    with served(place.app()) as url:
        push(source, url)
        with pytest.raises(MirrorRefusedError, match="422"):
            push(fork_of(folder, tmp_path, 700), url)
        copied(url, place.policy, 600)


def test_what_is_sent_of_another_tree_is_not_mixed_in(folder, place, tmp_path):
    source, fork = grow(folder, 600), fork_of(folder, tmp_path, 600)
    with served(place.app()) as url:
        add_checkpoint(url, source)
        assert info(request(url, source, 0, 600, count=1), 202).next == 256
        assert request(url, fork, 256, 600).status_code == 422
        assert request(url, source, 256, 600).status_code == 200
        copied(url, place.policy, 600)


def test_a_stranger_pushes_nothing(folder, place, tmp_path):
    init_log(tmp_path / "stranger", ORIGIN)
    other = grow(tmp_path / "stranger", 10)
    with served(place.app()) as url, pytest.raises(MirrorRefusedError, match="403"):
        push(other, url)


def test_a_mirror_that_signs_with_another_key_is_not_believed(folder, place):
    source = grow(folder, 10)
    other = tlog.MldsaCosignatureSigner.generate("mirror.example/m")
    with (
        served(place.app()) as url,
        Pusher(source, url, other.verifier) as pusher,
        pytest.raises(tlog.SignatureError),
    ):
        pusher.push()


def test_a_mirror_that_lost_its_pending_checkpoint(folder, place):
    """It goes on from the checkpoint that it shows."""
    with served(place.app()) as url:
        push(grow(folder, 600), url)
    for left in place.folder.glob("mirror.sqlite3*"):
        left.unlink()
    with served(place.app()) as url:
        assert add_checkpoint(url, Folder(folder / "public"), 600).status_code == 200
        push(grow(folder, 10, 600), url)
        copied(url, place.policy, 610)


def test_a_disk_that_fails_under_a_mirror(folder, place):
    source, mirror = grow(folder, 600), place.open()
    with served(mirror_app(mirror)) as url:
        add_checkpoint(url, source)
        write = mirror._storage._objects.write
        mirror._storage._objects.write = lambda _: (_ for _ in ()).throw(OSError(28, "full"))
        answer = request(url, source, 0, 600)
        assert answer.status_code == 503
        assert Problem.decode(answer.content, 503).code == "log-unavailable"
        assert answer.headers["retry-after"]
        mirror._storage._objects.write = write
        push(source, url)
        copied(url, place.policy, 600)
