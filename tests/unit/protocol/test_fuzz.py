"""The fuzzer of documents: its seeds are taken, it finds what is planted, and nothing else."""

import pytest

from fuzz import protocol
from habeas.protocol import canonical
from habeas.protocol.document import Document


@pytest.mark.parametrize("kind", protocol.FORMATS)
def test_seeds_are_taken_and_mutations_are_refused_or_known(kind):
    target = protocol.Target(kind)
    corpus = protocol.seeds(kind)
    assert {target(content) for content in corpus} == {"taken"}
    mutator = target.mutator(corpus, 1)
    outcomes = {target(mutator.next()) for _ in range(300)}
    assert len(outcomes) > 1
    assert not [outcome for outcome in outcomes if outcome.startswith("!")]


def test_mutations_are_the_same_for_the_same_number():
    target, corpus = protocol.Target("entry"), protocol.seeds("entry")
    first, second = (target.mutator(corpus, 7) for _ in range(2))
    assert [first.next() for _ in range(50)] == [second.next() for _ in range(50)]


def test_a_reader_that_lets_an_error_through_is_found(monkeypatch):
    def careless(content, **_):
        return {"kind": content.decode()}

    target = protocol.Target("entry")
    mutator = target.mutator(protocol.seeds("entry"), 1)
    monkeypatch.setattr(canonical, "decode", careless)
    monkeypatch.setattr(Document, "_validate", classmethod(lambda _, content: content.missing))
    assert any(target(mutator.next()).startswith("!") for _ in range(50))


def test_a_reader_that_takes_what_nobody_signed_is_found(monkeypatch):
    target = protocol.Target("webauthn")
    mutator = target.mutator(protocol.seeds("webauthn"), 1)
    monkeypatch.setattr(protocol, "verify_assertion", lambda *_: None)
    assert "!taken unsigned" in {target(mutator.next()) for _ in range(300)}
