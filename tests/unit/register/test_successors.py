"""Circles as trustees show them: which of them leads on, and which of them judges."""

import pytest

from habeas.protocol import Chain
from habeas.protocol.client import TrusteeUnreachableError
from habeas.register.successors import in_force, newest_trustees
from tests.unit.protocol.vectors.circles import second_note
from tests.unit.protocol.world import NAMES, Case

CASE = Case()
SECOND = second_note(CASE.circle)
OTHER = second_note(CASE.circle, r=4)
CHAIN = Chain.start(CASE.note, 0)


class Shows:
    """The trustees of the sample circle, each of which shows those circles and no others."""

    def __init__(self, *shown):
        self.shown = dict(zip(NAMES, shown, strict=True))
        self.clients = [self.Client(name, notes) for name, notes in self.shown.items()]

    class Client:
        def __init__(self, name, notes):
            self.name, self._notes = name, notes

        def circle(self, number):
            if number not in self._notes:
                raise TrusteeUnreachableError("It shows none of this number.")
            return self._notes[number]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def succeed(self, _):
        """Nobody hangs here."""

    def ask(self, names, question, **_):
        answers, errors = {}, {}
        for at, client in enumerate(self.clients):
            assert client.name in names
            try:
                answers[client.name] = question(client, at)
            except TrusteeUnreachableError as error:
                errors[client.name] = error
        return answers, errors


def followed(*shown):
    """The digest of the circle that leads on, and that of the one that judges."""
    receipt = CASE.receipt([0, 1, 2, 3])
    with newest_trustees(receipt, lambda *_: Shows(*shown)) as (chain, panel):
        return chain.newest.digest, in_force(chain, panel).digest().hex()


def digest(note):
    return CHAIN.extend(note, 0).newest.digest


FIRST, NONE = CASE.circle.digest().hex(), {}


@pytest.mark.parametrize(
    ("shown", "leads", "judges"),
    [
        ((NONE, NONE, NONE, NONE), FIRST, FIRST),
        (({2: SECOND}, NONE, NONE, NONE), digest(SECOND), FIRST),
        (({2: SECOND}, NONE, {2: SECOND}, NONE), digest(SECOND), digest(SECOND)),
        (({2: OTHER}, {2: SECOND}, {2: SECOND}, NONE), digest(SECOND), digest(SECOND)),
        (({2: OTHER}, {2: SECOND}, NONE, NONE), digest(OTHER), FIRST),
        (({2: CASE.note}, {2: "no circle"}, NONE, NONE), FIRST, FIRST),
    ],
    ids=["none", "by one", "by k", "two of one number", "by one each", "what is none"],
)
def test_most_lead_and_k_judge(shown, leads, judges):
    assert followed(*shown) == (leads, judges)


def test_who_shows_an_old_circle_for_ever_ends(monkeypatch):
    monkeypatch.setattr(Shows.Client, "circle", lambda *_: SECOND)
    assert followed(NONE, NONE, NONE, NONE) == (digest(SECOND), digest(SECOND))
