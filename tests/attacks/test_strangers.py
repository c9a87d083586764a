"""Attacks 1 and 10: bytes that end whoever reads them, and strangers that fill what others need."""

import json
import secrets

import pytest

from habeas.foundation.database import Database
from habeas.protocol import Foreign, Kind, canonical, keys, read_entry, sign_entry
from habeas.protocol.client import TrusteeRefusedError
from habeas.protocol.details import ErasedDetails
from habeas.protocol.entry import commitment
from habeas.register.admission import CircleAdmission
from habeas.register.copy import LogCopy
from habeas.register.figures import FOREIGN
from habeas.register.monitor import rules
from habeas.tlog import NoteSigner, TlogError
from habeas.tlog.monitor import Monitor
from tests.attacks.forger import with_
from tests.world import PHOTO


def signed(signer, **fields):
    """Bytes that somebody of the circle has signed, whatever they say."""
    unsigned = {
        "v": 2, "kind": "camera", "writer": keys.writer_id(signer.verifier.public_key),
        "day": "2027-01-15", "commit": "00" * 32, **fields,
    }  # fmt: skip
    try:
        content = canonical.encode(unsigned)
    except canonical.MalformedError:
        content = json.dumps(unsigned, separators=(",", ":"), sort_keys=True).encode()
        signature = keys.sign(signer, content)
        whole = {**unsigned, "signature": signature}
        return json.dumps(whole, separators=(",", ":"), sort_keys=True).encode()
    return canonical.encode({**unsigned, "signature": keys.sign(signer, content)})


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def poison(world):
    """What a writer of the circle, here the recorder, may put on a log that takes everything."""
    signer, salt = world.recorder, "11" * 32
    details = {"v": 2, "act": "registered", "camera": "north-gate"}
    return {
        "nested": signed(signer, salt=salt, details={"a": nested(200)}),
        "nested within the limit": signed(signer, salt=salt, details={"a": nested(10)}),
        "open brackets": b"[" * 813,
        "an impossible day": signed(signer, day="2027-02-30", salt=salt, details=details),
        "a far day": signed(signer, day="9999-12-31", salt=salt, details=details),
        "no day": signed(signer, day="", salt=salt, details=details),
        "half a character": signed(signer, salt=salt, details={"a": "\ud800"}),
        "a large number": b'{"v":' + b"9" * 5000 + b"}",
        "not a number": b'{"v":NaN}',
        "no text": bytes(range(128, 256)),
        "a key twice": b'{"v":2,"v":2}',
        "another kind": signed(signer, kind="x"),
        "of a version to come": signed(signer, v=3),
        "a null": signed(signer, details=None),
        "commits to something else": signed(signer, salt=salt, details=details),
        "commits rightly, and is no camera": signed(
            signer, salt=salt, details=details,
            commit=commitment(bytes.fromhex(salt), details),
        ),
    }  # fmt: skip


def test_no_bytes_on_the_log_end_whoever_reads_it(new_world, verify):
    """1. Trustees, verifiers, the register and the monitor read on; health tells of it."""
    world = new_world()
    held = world.seal()
    bad = poison(world)
    for name, content in bad.items():
        assert isinstance(read_entry(content, world.chain), Foreign), name
        world.log.append(content)
    assert world.open(held) == PHOTO
    world.settled()
    world.followed()
    for trustee in world.trustees.values():
        health = trustee.health()
        assert (health["ok"], health["foreign"]) == (True, len(bad))
    found = verify(world, held)
    assert (found.outcome, found.openings) == ("complete", 1)
    policy = world.circle.acting_policy()
    copy = LogCopy(Database(None), world.log, policy, world.chain)
    assert copy.catch_up() == world.size()
    counts = {figure.kind: figure.count for figure in copy.figures()}
    assert counts[FOREIGN] == len(bad)
    seen = Monitor(
        Database(None), world.log, policy, rules(world.chain, [world.receipt(held)])
    ).look()
    assert seen.failure is None
    codes = [finding.code for finding in seen.findings]
    assert codes.count("opened") == 2
    assert codes.count("foreign-entry") == 2, "at 1 and 10: a flood is no flood of findings"


def test_the_log_itself_takes_none_of_it(new_world):
    world = new_world()
    world.admission = CircleAdmission(world.chain, world.clock)
    world.restart_log()
    for name, content in poison(world).items():
        with pytest.raises(TlogError) as refused:
            world.log.append(content)
        assert refused.value.code not in ("log-unavailable", "internal"), name
    held = world.seal()
    assert world.open(held) == PHOTO


def test_half_a_character_in_a_reason(world):
    """1. What cannot be written cannot be asked: the answer says so, and the next one is good."""
    held = world.seal()
    shown = world.request(held)
    request = {**shown.body["request"], "reason": "\ud800"}
    http = world.client()._wire._http
    content = json.dumps({**shown.body, "request": request}).encode()
    answer = http.post(
        "/v2/releases", content=content, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert world.open(held, shown) == PHOTO


@pytest.fixture
def strict(new_world):
    """A world whose log takes entries of the circle alone, as in production."""
    world = new_world()
    world.admission = CircleAdmission(world.chain, world.clock)
    world.restart_log()
    return world


def test_strangers_write_nothing(strict, refused):
    """10. Nothing that somebody without a key does leaves an entry on the log."""
    world = strict
    held = world.seal()
    shown = world.request(held)
    world.settled()
    before = world.size()
    stranger = NoteSigner.generate("stranger.test")
    details = ErasedDetails(promise="00" * 32, because="withdrawn")
    words = sign_entry(
        stranger, Kind.ERASED, world.clock.today(), details, bytes(32), tag="00" * 16,
        service="words-of-my-choice",
    )  # fmt: skip
    with pytest.raises(TlogError) as foreign:
        world.log.append(words.encode())
    assert foreign.value.code == "writer"
    # Withdrawals of photos that there are not, requests that were changed, and deposits.
    for _ in range(5):
        digest = secrets.token_bytes(32)
        assert refused(world.client().withdraw, digest, secrets.token_bytes(32)) == "unknown-photo"
        wrong = with_(shown, salt=secrets.token_hex(32))
        assert refused(world.show, held, wrong) == "commitment"
        unsigned = {**shown.body["assertion"], "signature": "A" * 86 + "=="}
        elsewhere = with_(shown, proof="", assertion=unsigned)
        assert refused(world.show, held, elsewhere) == "not-on-the-log"
    deposit = world.prepare()
    order = world.order(deposit.promise, NoteSigner.generate("portal.test/custodian"))
    assert refused(world.deposit, deposit, 0, order=order) == "submitter-unknown"
    world.settled()
    assert world.size() == before


def test_strangers_deposits_do_not_stop_sealing(new_world, refused):
    """10. Without the custodian's order nothing is kept, so that nothing can be filled."""
    world = new_world(max_pending=2)
    stranger = NoteSigner.generate("portal.test/custodian")
    for _ in range(4):
        held = world.prepare()
        order = world.order(held.promise, stranger)
        assert refused(world.deposit, held, 0, order=order) == "submitter-unknown"
    # Nor is an order for one photo one for another.
    ordered, other = world.prepare(), world.prepare()
    order = world.order(ordered.promise)
    assert refused(world.deposit, other, 0, order=order) == "submitter-unknown"
    assert world.trustees[world.names[0]].health()["pending"] == 0
    assert world.open(world.seal()) == PHOTO


def test_refusals_are_not_spent_by_strangers(world):
    """10. Of a request that stands on the log others show rubbish first: it is answered still."""
    held = world.seal()
    shown = world.request(held)
    unsigned = {"type": "software", "signature": "A" * 86 + "=="}
    for _ in range(3):
        with pytest.raises(TrusteeRefusedError):
            world.show(held, with_(shown, assertion=unsigned))
    assert world.open(held, shown) == PHOTO
