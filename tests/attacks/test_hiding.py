"""Attacks 4, 5 and 6: an opening that its holder would not see."""

import hashlib
import secrets
from base64 import b64encode
from datetime import timedelta

import httpx
import pytest

from habeas import tlog
from habeas.protocol import Circle, Entry, Kind, MalformedError, verify_circle
from habeas.protocol.circle import CircleUnsafeError
from habeas.protocol.client import TrusteeAnswerError
from habeas.protocol.details import WithdrawnDetails
from habeas.tlog.errors import NotAdmittedError
from tests.attacks.forger import Old, checkpoint_of, entries_of, node_of, signed, unlogged
from tests.waiting import until
from tests.world import PHOTO
from tests.world.world import Server, listening


def test_an_old_checkpoint_proves_no_innocence(new_world, verify):
    """4. Truly cosigned, and of before the opening: what trustees have said since counts."""
    world = new_world()
    held = world.seal()
    world.followed()
    old = Old(world.log)
    assert verify(world, held, log=old).never_opened
    assert world.open(held) == PHOTO
    world.settled()
    world.followed()
    found = verify(world, held, log=old)
    assert not found.never_opened
    assert found.outcome != "complete"
    assert verify(world, held).openings == 1


def test_a_checkpoint_of_the_day_before_yesterday(new_world, verify):
    """4. The quorum's time tells: nothing is said of now."""
    world = new_world()
    held = world.seal()
    world.followed()
    found = verify(world, held, log=Old(world.log), now=world.clock() + timedelta(hours=25))
    assert found.unread is not None
    assert (found.outcome, found.never_opened) == ("incomplete", False)


def test_a_trustee_replays_an_old_answer(new_world, monkeypatch):
    """4. A stream end is signed for the reader's nonce."""
    world = new_world()
    held = world.seal()
    world.followed()
    client = world.client(3)
    key = held.stream_key(4)
    kept, answers = client._wire.call, []

    def replay(*asked):
        answers.append(kept(*asked))
        return answers[0]

    monkeypatch.setattr(client._wire, "call", replay)
    assert client.stream_end(held.digest, key, secrets.token_bytes(32))
    with pytest.raises(TrusteeAnswerError):
        client.stream_end(held.digest, key, secrets.token_bytes(32))


@pytest.mark.parametrize(
    ("k", "q", "r"), [(2, 2, 3), (2, 3, 2), (2, 2, 2), (3, 3, 3), (2, 1, 4), (2, 4, 1)]
)
def test_circles_that_could_be_forked_are_refused(world, k, q, r):
    """5. With n = 4, r + q has to reach n + k: such a circle is none, whoever has signed it."""
    fields = {**world.circle.fields(), "k": k, "q": q, "r": r}
    note = world.sign_circle(Circle.read(fields))
    with pytest.raises(CircleUnsafeError):
        verify_circle(note)


class Forking:
    """An operator that has one witness's key, and asks the honest ones about its branches."""

    def __init__(self, world):
        self.world = world
        self.traitor = world.names[3]

    def ask(self, name, entries, old):
        """A witness's answer to a branch."""
        url = next(each.url for each in self.world.circle.trustees if each.name == name)
        path = tlog.consistency_path(old, len(entries), node_of(entries))
        lines = [f"old {old}", *(b64encode(each).decode() for each in path)]
        body = "\n".join(lines) + "\n\n" + signed(self.world, entries)
        return httpx.post(f"{url}/add-checkpoint", content=body, trust_env=False)

    def own(self, entries):
        text = checkpoint_of(entries).text()
        at = int(self.world.clock().timestamp())
        return self.world.keys[self.traitor].witness.cosign(text, at).line()


def seen(world, name):
    """The size that a witness has cosigned last: one that is slow comes after the quorum."""
    url = next(each.url for each in world.circle.trustees if each.name == name)
    place = hashlib.sha256(world.circle.log.origin.encode()).hexdigest()
    note = httpx.get(f"{url}/{place}/checkpoint", trust_env=False).text
    return tlog.Checkpoint.parse(note.split("\n\n")[0] + "\n").size


def test_a_fork_with_one_dishonest_witness(new_world):
    """5. Of two branches, one can be acted upon or read, and never both."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    world.stop(world.names[3])
    real = entries_of(world)
    until(lambda: all(seen(world, each) == len(real) for each in world.names[:3]), "all witnesses")
    world.log_server.stop()
    try:
        opening = unlogged(world, held).entry
        fork = Forking(world)
        branch, other = [*real, opening], [*real, b"nothing happened"]
        lines, refusals = [fork.own(branch)], []
        for name in world.names[:2]:
            answer = fork.ask(name, branch, len(real))
            assert answer.status_code == 200, answer.text
            lines.append(answer.text)
        acted = signed(world, branch) + "".join(lines)
        assert world.circle.acting_policy().verify(acted)
        lines = [fork.own(other)]
        for name in world.names[:3]:
            answer = fork.ask(name, other, len(real))
            if answer.status_code == 200:
                lines.append(answer.text)
            else:
                refusals.append(answer.status_code)
        # Two of three have seen the other branch, and say so.
        assert refusals == [409, 409]
        shown = signed(world, other) + "".join(lines)
        with pytest.raises(tlog.QuorumError):
            world.circle.reading_policy().verify(shown)
    finally:
        world.log_server = Server(world.log_app(), listening(int(world.log_url.rpartition(":")[2])))


class Censor:
    """A log that takes the custodian's entries, and refuses what trustees have to tell."""

    def __init__(self, *kinds):
        self.kinds = kinds

    def admit(self, entry):
        try:
            kind = Entry.decode(entry).kind
        except MalformedError:
            return
        if kind in self.kinds:
            raise NotAdmittedError("We are closed.", "Come back.", code="closed")


@pytest.fixture
def censored(new_world):
    def make(*kinds):
        world = new_world()
        held = world.seal()
        world.settled()
        world.followed()
        world.admission = Censor(*kinds)
        world.restart_log()
        return world, held

    return make


TOLD = (Kind.RELEASED, Kind.REFUSED, Kind.ERASED, Kind.WITHDRAWN)


def test_a_log_that_refuses_releases_hides_nothing(censored, verify, refused):
    """6. What is owed is told to the holder; after a minute nothing more is given."""
    world, held = censored(*TOLD)
    assert world.open(held) == PHOTO
    found = verify(world, held)
    assert found.outcome == "incomplete"
    assert (found.openings, found.never_opened) == (1, False)
    assert any("owes the log" in cause for v in found.verdicts.values() for cause in v.causes)
    shown = world.request(held)
    world.clock.move(seconds=61)
    for index in (0, 1):
        assert refused(world.show, held, shown, index) == "owes-the-log"
        assert world.trustees[world.names[index]].health()["ok"] is False


def test_who_owes_does_not_cosign(censored):
    """6. A fresh reading quorum tells that none of it owes: two in debt leave none."""
    world, held = censored(*TOLD)
    assert world.open(held) == PHOTO
    world.clock.move(seconds=61)
    with pytest.raises(tlog.LogUnavailableError):
        world.log.append(b"an entry that needs a checkpoint")
    size = tlog.Checkpoint.parse(world.log.checkpoint().split("\n\n")[0] + "\n").size
    longer = [*entries_of(world)[:size], b"an entry that needs a checkpoint"]
    fork = Forking(world)
    for name in world.names[:2]:
        answer = fork.ask(name, longer, size)
        assert (answer.status_code, answer.json()["code"]) == (403, "owes-the-log")
    # What settles the debt is cosigned: the log takes the entries after all.
    world.admission = None
    world.restart_log()
    world.settled()
    world.log.append(b"an entry that needs a checkpoint")


class Liar:
    """What a trustee hears from a log that says it took an entry, and never shows it."""

    def __init__(self):
        self.taken = 0

    def append_many(self, entries):
        self.taken += len(entries)


def test_a_log_that_says_it_took_an_entry_has_one_minute(new_world, verify, refused):
    """6. What it says makes no debt younger, however often it says so."""
    world = new_world()
    held = world.seal()
    world.settled()
    world.followed()
    trustee = world.trustees[world.names[0]]
    honest, liar = trustee.outbox._log, Liar()
    trustee.outbox._log = liar
    assert world.open(held) == PHOTO
    until(lambda: liar.taken == 1, "the log to say that it took the entry")
    assert verify(world, held).outcome == "incomplete"
    shown = world.request(held)
    for times in (1, 2, 3):
        world.clock.move(seconds=61)
        world.log.append(b"so that the log is fresh %d" % times)
        trustee.outbox.wake()
        until(lambda times=times: liar.taken == 1 + times, "it to be sent again")
        assert refused(world.show, held, shown, 0) == "owes-the-log"
    trustee.outbox._log = honest
    world.clock.move(seconds=61)
    trustee.outbox.wake()
    world.settled()
    world.followed()
    assert trustee.health()["ok"]


def test_a_large_debt_of_several_trustees_is_paid(new_world):
    """6. More than one call to the log carries, at trustees without which there is no quorum."""
    world = new_world()
    world.settled()
    world.log_server.stop()
    for name in world.names[:2]:
        records = world.trustees[name]._records

        def owe(connection, records=records):
            for _ in range(600):
                said = WithdrawnDetails(promise=secrets.token_hex(32), secret=secrets.token_hex(32))
                records.write(connection, Kind.WITHDRAWN, said)

        world.trustees[name]._store.run(owe)
    world.clock.move(seconds=61)
    port = int(world.log_url.rpartition(":")[2])
    world.log_server = Server(world.log_app(), listening(port))
    world.settled()


def test_a_withdrawal_told_to_one_trustee_closes_all(censored, refused):
    """6. Although the log takes none of it: trustees tell each other."""
    world, held = censored(*TOLD)
    secret = held.secrets.withdraw_secret
    assert world.client(1).withdraw(held.digest, secret) is None, "owed, and not confirmed"
    until(
        lambda: all(world.trustees[name].health()["photos"] == 0 for name in world.names),
        "all have destroyed their shares",
    )
    shown = world.request(held)
    for index in range(4):
        assert refused(world.show, held, shown, index) == "withdrawn"
    # Nobody has confirmed what does not stand on the log; once it may, all do.
    assert all(world.client(index).withdraw(held.digest, secret) is None for index in range(4))
    world.admission = None
    world.restart_log()
    world.withdraw(held)
