"""The two clients drive the same questions: what they answer for any server's replies."""

import asyncio
import json

import httpx
import pytest

from habeas import tlog
from habeas.tlog.aio import AsyncLogClient
from habeas.tlog.client import LogClient
from habeas.tlog.questions import proof_tiles
from habeas.tlog.retry import Retry
from tests.unit.tlog.memory import POLICY, MemoryLog

URL = "http://log.example/prefix"
ENTRIES = [b"entry %d" % n for n in range(70_000)]
LOG = MemoryLog(*ENTRIES)


class Replies:
    """A server that answers each path as it is told, and remembers what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def handle(self, request):
        self.asked.append((request.method, request.url.path.removeprefix("/prefix")))
        answered = self.answer(request)
        if isinstance(answered, Exception):
            raise answered
        # httpx uses each response once.
        return httpx.Response(
            answered.status_code, headers=answered.headers, content=answered.content
        )


def of_memory(log):
    def answer(request):
        path = request.url.path.removeprefix("/prefix/")
        content = log.checkpoint().encode() if path == "checkpoint" else log.files.get(path)
        return httpx.Response(404) if content is None else httpx.Response(200, content=content)

    return answer


class Waiting:
    """The client that waits, spoken to as the other one."""

    def __init__(self, replies, **options):
        self.pauses = []
        self._log = LogClient(
            URL, transport=httpx.MockTransport(replies.handle), sleep=self.pauses.append, **options
        )

    def ask(self, name, *arguments):
        with self._log as log:
            answer = getattr(log, name)(*arguments)
            return list(answer) if name == "entries" else answer


class Asynchronous:
    def __init__(self, replies, **options):
        self.pauses = []

        async def handle(request):
            return replies.handle(request)

        async def sleep(seconds):
            self.pauses.append(seconds)

        self._log = AsyncLogClient(
            URL, transport=httpx.MockTransport(handle), sleep=sleep, **options
        )

    def ask(self, name, *arguments):
        async def asked():
            async with self._log as log:
                answer = getattr(log, name)(*arguments)
                if name == "entries":
                    return [each async for each in answer]
                return await answer

        return asyncio.run(asked())


@pytest.fixture(params=[Waiting, Asynchronous])
def client(request):
    return request.param


def test_what_stands_there_is_read(client):
    replies = Replies(of_memory(LOG))
    assert POLICY.verify(client(replies).ask("checkpoint")).checkpoint.size == 70_000
    assert client(replies).ask("tile", tlog.Tile(1, 0)) == LOG.tile(tlog.Tile(1, 0))
    assert client(replies).ask("entries", 250, 520) == ENTRIES[250:520]
    assert client(replies).ask("entries", 0, 256) == ENTRIES[:256]
    assert client(replies).ask("entries", 5, 5) == []
    assert replies.asked[:2] == [("GET", "/checkpoint"), ("GET", "/tile/1/000")]


@pytest.mark.parametrize("index", [0, 255, 65_535, 65_536, 69_999])
def test_a_proof_is_made_from_the_tiles_that_it_needs(client, index):
    replies = Replies(of_memory(LOG))
    proof = tlog.TlogProof.parse(client(replies).ask("proof", index))
    assert proof.verify(ENTRIES[index], POLICY).checkpoint.size == 70_000
    asked = {path for _, path in replies.asked[1:]}
    assert asked == {f"/{tile.path()}" for tile in proof_tiles(index, 70_000)}
    assert len(replies.asked) == 1 + len(asked)


def test_the_leafs_own_tile_is_needed_even_where_no_neighbour_lies_in_it():
    assert tlog.Tile(0, 1, 1) in proof_tiles(256, 257)
    assert proof_tiles(0, 1) == [tlog.Tile(0, 0, 1)]


def test_no_proof_beyond_the_end_and_none_of_other_tiles(client):
    with pytest.raises(tlog.ProofError):
        client(Replies(of_memory(LOG))).ask("proof", 70_000)
    wrong = MemoryLog(*ENTRIES[:300])
    wrong.files["tile/0/000"] = bytes(8192)
    with pytest.raises(tlog.RootMismatchError):
        client(Replies(of_memory(wrong))).ask("proof", 3)


def test_wrong_tiles_are_not_kept():
    wrong = MemoryLog(*ENTRIES[:300])
    right = wrong.files["tile/0/000"]
    wrong.files["tile/0/000"] = bytes(8192)
    replies = Replies(of_memory(wrong))
    with LogClient(URL, transport=httpx.MockTransport(replies.handle)) as log:
        with pytest.raises(tlog.RootMismatchError):
            log.proof(3)
        wrong.files["tile/0/000"] = right
        assert tlog.TlogProof.parse(log.proof(3)).verify(ENTRIES[3], POLICY)
        before = len(replies.asked)
        log.proof(4)
        assert len(replies.asked) == before + 1  # the checkpoint: the tile is known
        wrong.add(b"one more")
        assert tlog.TlogProof.parse(log.proof(300)).verify(b"one more", POLICY)


def test_a_partial_tile_that_is_gone_is_cut_from_the_full_one(client):
    replies = Replies(of_memory(LOG))
    assert client(replies).ask("tile", tlog.Tile(0, 3, 7)) == LOG.tile(tlog.Tile(0, 3))[:224]
    assert replies.asked == [("GET", "/tile/0/003.p/7"), ("GET", "/tile/0/003")]
    assert client(replies).ask("entries", 1, 3) == ENTRIES[1:3]


@pytest.mark.parametrize("status", [403, 404, 410])
def test_what_is_not_there(client, status):
    replies = Replies(lambda _: httpx.Response(status))
    for name, arguments in (("checkpoint", ()), ("tile", (tlog.Tile(0, 0),))):
        with pytest.raises(tlog.LogUnavailableError, match=r"not have|no checkpoint"):
            client(replies).ask(name, *arguments)
    assert len(replies.asked) == 2
    with LogClient(URL, transport=httpx.MockTransport(replies.handle)) as log:
        assert log.read("tile/0/000") is None
        assert log.widths(tlog.Tile(0, 0)) == []


@pytest.mark.parametrize("status", [204, 301, 400, 418])
def test_other_answers_are_not_asked_for_again(client, status):
    replies = Replies(lambda _: httpx.Response(status))
    with pytest.raises(tlog.LogUnavailableError, match=f"status {status}"):
        client(replies).ask("checkpoint")
    assert len(replies.asked) == 1


def test_what_fails_in_passing_is_asked_for_again(client):
    content = LOG.checkpoint().encode()
    failing = iter([httpx.Response(503), httpx.ReadTimeout("late"), httpx.Response(429)])
    replies = Replies(lambda _: next(failing, httpx.Response(200, content=content)))
    asking = client(replies, retry=Retry(jitter=0.0))
    assert asking.ask("checkpoint") == content.decode()
    assert asking.pauses == [0.1, 0.2, 0.4]


def test_a_server_is_obeyed_when_it_names_a_pause(client):
    failing = iter([httpx.Response(503, headers={"Retry-After": "7"})])
    replies = Replies(lambda _: next(failing, httpx.Response(200, content=b"x\n")))
    asking = client(replies)
    assert asking.ask("checkpoint") == "x\n"
    assert asking.pauses == [7.0]


@pytest.mark.parametrize(
    ("failure", "name", "calls"),
    [
        (httpx.Response(503), "checkpoint", 4),
        (httpx.Response(503), "tile", 5),
        (httpx.ReadError("broken"), "tile", 5),
        (httpx.ConnectError("nobody"), "tile", 3),
        (httpx.InvalidURL("no URL"), "tile", 3),
    ],
)
def test_patience_ends(client, failure, name, calls):
    replies = Replies(lambda _: failure)
    asking = client(replies, retry=Retry(attempts=5))
    with pytest.raises(tlog.LogUnavailableError) as caught:
        asking.ask(name, *([tlog.Tile(0, 0)] if name == "tile" else []))
    assert len(replies.asked) == calls
    assert len(asking.pauses) == calls - 1
    words = "503" if isinstance(failure, httpx.Response) else f"{URL} does not answer"
    assert words in caught.value.cause


def test_appending_is_never_repeated(client):
    replies = Replies(lambda _: httpx.ReadError("broken"))
    for name, given in (("append", b"entry"), ("append_many", [b"entry"])):
        asking = client(replies)
        with pytest.raises(tlog.LogUnavailableError):
            asking.ask(name, given)
        assert asking.pauses == []
    assert replies.asked == [("POST", "/append"), ("POST", "/append-bundle")]


def test_appending(client):
    body = json.dumps({"index": 7, "proof": "p"}).encode()
    appended = client(Replies(lambda _: httpx.Response(200, content=body))).ask("append", b"e")
    assert (appended.index, appended.proof) == (7, "p")
    body = json.dumps({"indices": [3, 4]}).encode()
    two = Replies(lambda _: httpx.Response(200, content=body))
    assert client(two).ask("append_many", [b"a", b"b"]) == [3, 4]
    with pytest.raises(tlog.LogUnavailableError, match="another number"):
        client(two).ask("append_many", [b"a"])


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"3", b"\xff", b'{"index": "x", "indices": 3}', b"[" * 100_000,
     b'{"index": null, "proof": "p", "indices": [null]}'],
)  # fmt: skip
def test_an_answer_that_cannot_be_read(client, body):
    replies = Replies(lambda _: httpx.Response(200, content=body))
    for name, given in (("append", b"entry"), ("append_many", [b"entry"])):
        with pytest.raises(tlog.LogUnavailableError):
            client(replies).ask(name, given)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (410, "log-rolled-back", tlog.RolledBackError),
        (503, "log-unavailable", tlog.LogUnavailableError),
        (429, "log-busy", tlog.LogUnavailableError),
        (400, "tlog-format", tlog.FormatError),
        (401, "token-unknown", tlog.NotAdmittedError),
    ],
)
def test_refusals_keep_their_words(client, status, code, error):
    assert tlog.RolledBackError.code == "log-rolled-back"
    body = json.dumps({"code": code, "detail": "So it is.", "remedy": "Do that."}).encode()
    with pytest.raises(error, match="So it is") as caught:
        client(Replies(lambda _: httpx.Response(status, content=body))).ask("append", b"entry")
    assert caught.value.remedy == "Do that."
    if error is tlog.NotAdmittedError:
        assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize("status", [400, 500])
def test_refusals_without_words(client, status):
    with pytest.raises(tlog.LogUnavailableError, match=str(status)):
        client(Replies(lambda _: httpx.Response(status, content=b"<html>"))).ask("append", b"e")


def test_answers_that_are_too_long_or_no_text(client):
    long = Replies(lambda _: httpx.Response(200, content=bytes(1_000_001)))
    with pytest.raises(tlog.FormatError, match="more than it can have"):
        client(long).ask("checkpoint")
    with pytest.raises(tlog.FormatError, match="no text"):
        client(Replies(lambda _: httpx.Response(200, content=b"\xff"))).ask("checkpoint")
    tile = Replies(lambda _: httpx.Response(200, content=bytes(8193)))
    with pytest.raises(tlog.FormatError, match="more than it can have"):
        client(tile).ask("tile", tlog.Tile(0, 0))


@pytest.mark.parametrize("content", [b"\0", b"\0\x05abc", b"\0\x01a"])
def test_bundles_that_are_none(client, content):
    replies = Replies(lambda _: httpx.Response(200, content=content))
    with pytest.raises(tlog.FormatError):
        client(replies).ask("entries", 0, 2)


def test_a_token_is_sent_and_only_where_there_is_one():
    seen = []

    def handle(request):
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200, content=b'{"index": 0, "proof": ""}')

    for token in ("secret", None):
        with LogClient(URL, token, transport=httpx.MockTransport(handle)) as log:
            log.append(b"entry")
    assert seen == ["Bearer secret", None]
