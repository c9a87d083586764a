"""A log asks its witnesses, and bears whatever they answer."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from habeas import tlog
from habeas.tlog.server.witness_app import witness_app
from habeas.tlog.server.witnesses import Witnesses
from habeas.tlog.witness import Witness
from tests.unit.tlog.serving import Hosts
from tests.unit.tlog.test_witness import LOG, body, database, node, tree


def answering(reply):
    async def add(request: Request) -> Response:
        return await reply(await request.body())

    return Starlette(routes=[Route("/add-checkpoint", add, methods=["POST"])])


def fixed(status, content=b"", media_type="text/plain"):
    async def reply(_):
        return Response(content, status, media_type=media_type)

    return answering(reply)


async def _endless(_):
    return Response(b"x" * 200_000, 200)


ODD = {
    "400": fixed(400),
    "403": fixed(403),
    "404": fixed(404),
    "409 without size": fixed(409, b"what?"),
    "409 for ever": fixed(409, b"2\n", "text/x.tlog.size"),
    "409 digits of another script": fixed(409, "\u0663\n".encode()),
    "422": fixed(422),
    "429": fixed(429),
    "500": fixed(500),
    "302": fixed(302),
    "200 with nothing": fixed(200),
    "200 with a page": fixed(200, b"<html>"),
    "200 not text": fixed(200, b"\xff\xfe"),
    "200 signed by another": fixed(
        200, tlog.CosignatureSigner.generate("w0").cosign(tree(9)[0].text(), 1).line().encode()
    ),
    "too long": answering(_endless),
}


def policy(*witnesses, quorum):
    lines = [f"log {LOG.vkey}"]
    lines += [f"witness {name} {signer.vkey} {url}" for name, signer, url in witnesses]
    return tlog.Policy.parse("\n".join([*lines, *quorum]))


async def cosign(rules, hosts, *sizes, claims=None):
    async def weigh(claim):
        assert claims is not None, claim
        claims.append(claim)

    # Whoever waits for what never comes would wait until the timeout, and fail there.
    asking = Witnesses(rules, weigh, timeout=3600.0, transport=hosts)
    try:
        notes = []
        for size in sizes:
            checkpoint, signed = tree(size)
            notes.append(
                await asking.cosign(
                    signed, checkpoint, lambda old, at: tlog.consistency_path(old, at.size, node)
                )
            )
        return notes
    finally:
        await asking.close()


@pytest.mark.parametrize("name", ODD)
def test_an_odd_witness_costs_no_more_than_its_cosignature(name):
    good, odd = (tlog.CosignatureSigner.generate(f"w{n}") for n in range(2))
    app = witness_app(Witness(database(), good, [LOG.verifier]))
    hosts = Hosts()
    witnesses = ("g", good, hosts.add(app)), ("o", odd, hosts.add(ODD[name]))
    rules = policy(*witnesses, quorum=["quorum g"])
    for note in asyncio.run(cosign(rules, hosts, 3, 9)):
        assert [each.name for each in rules.verify(note).cosignatures] == ["g"]


@pytest.mark.parametrize(("size", "other"), [(999_999, False), (3, True)])
def test_a_witness_that_has_seen_what_the_log_may_not_hold_is_heard(size, other):
    """Of a larger tree, or (as v1.0.0 of the specification says it) of another of this size."""
    odd = tlog.CosignatureSigner.generate("w")
    claims = []
    hosts = Hosts()
    url = hosts.add(fixed(409, b"%d\n" % size, "text/x.tlog.size"))
    rules = policy(("o", odd, url), quorum=["quorum o"])
    asyncio.run(cosign(rules, hosts, 3, claims=claims))
    assert [(each.who, each.size, each.other) for each in claims] == [("o", size, other)]


def test_a_slow_witness_delays_nobody_who_does_not_need_it():
    good, slow = (tlog.CosignatureSigner.generate(f"w{n}") for n in range(2))
    app = witness_app(Witness(database(), good, [LOG.verifier]))

    async def slow_answer(_):
        await asyncio.Event().wait()  # for ever

    hosts = Hosts()
    witnesses = ("g", good, hosts.add(app)), ("s", slow, hosts.add(answering(slow_answer)))
    rules = policy(*witnesses, quorum=["quorum g"])
    # The notes are there before the slow one has said anything.
    assert len(asyncio.run(cosign(rules, hosts, 3, 9, 12))) == 3


def test_a_witness_that_knows_more_or_less_than_the_log_thinks_is_caught_up_with():
    signer = tlog.MldsaCosignatureSigner.generate("w")
    witness = Witness(database(), signer, [LOG.verifier])
    assert witness.add_checkpoint(body(0, 5), 1).status == 200
    hosts = Hosts()
    rules = policy(("w", signer, hosts.add(witness_app(witness)) + "/"), quorum=["quorum w"])
    for note in asyncio.run(cosign(rules, hosts, 7, 9)):
        rules.verify(note)


class Scripted:
    """A foreign witness, made again from the specification: what it answers, in order."""

    def __init__(self, signer, *kinds):
        self.signer = signer
        self.kinds = list(kinds)
        self.asked = []

    async def __call__(self, body):
        self.asked.append(body.decode().split("\n")[0])
        kind = self.kinds.pop(0) if self.kinds else "cosigned"
        text = body.decode().split("\n\n")[1] + "\n"
        line = self.signer.cosign(text, 1_700_000_000).line()
        stranger = tlog.CosignatureSigner("stranger.example", bytes(32)).cosign(text, 5).line()
        return {
            "cosigned": Response(line),
            # Several keys of its own, of which the log knows one.
            "with other keys": Response(stranger + line + stranger),
            "behind": Response("2\n", 409, {"content-type": "text/x.tlog.size"}),
            # A framework that adds its charset.
            "with a charset": Response(
                "2\n", 409, {"content-type": "text/x.tlog.size; charset=utf-8"}
            ),
            "busy": Response("", 429, {"retry-after": "1"}),
            "time 0": Response(self.signer.cosign(text, 0).line()),
            "far ahead": Response(self.signer.cosign(text, 1 << 40).line()),
        }[kind]


@pytest.mark.parametrize(
    ("kinds", "asked", "cosigned"),
    [
        (["cosigned", "cosigned"], ["old 0", "old 3"], [True, True]),
        (["with other keys"], ["old 0", "old 3"], [True, True]),
        (["behind", "cosigned"], ["old 0", "old 2", "old 3"], [True, True]),
        (["with a charset", "cosigned"], ["old 0", "old 2", "old 3"], [True, True]),
        (["busy"], ["old 0", "old 0"], [False, True]),
        (["time 0"], ["old 0", "old 0"], [False, True]),
        (["far ahead"], ["old 0", "old 0"], [False, True]),
    ],
)
@pytest.mark.parametrize("kind", [tlog.CosignatureSigner, tlog.MldsaCosignatureSigner])
def test_a_conversation_with_a_foreign_witness(kind, kinds, asked, cosigned):
    witness = Scripted(kind.generate("foreign.example"), *kinds)
    hosts = Hosts()
    url = hosts.add(answering(witness))
    rules = policy(("f", witness.signer, url), quorum=["quorum none"])
    all_of = policy(("f", witness.signer, url), quorum=["quorum f"])
    notes = asyncio.run(cosign(all_of, hosts, 3, 9))
    assert witness.asked == asked
    assert [bool(rules.verify(note).cosignatures) for note in notes] == cosigned
