"""Every reader of bytes from outside is total: a document, or an error of ours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.foundation.errors import HabeasError
from habeas.protocol import Promise, Receipt, Request, circle, exchange, statements
from habeas.protocol.circle import verify_circle
from habeas.protocol.credential import Credential, Membership, Roster, verify_credential
from habeas.protocol.document import Document
from habeas.protocol.footage import CameraDetails, RecordedDetails, ViewedDetails
from habeas.protocol.office import Answers, Pointer, WrappedKey
from habeas.protocol.receipt import verify_parts
from habeas.protocol.statements import read_statement
from habeas.tlog import NoteVerifier
from tests.unit.protocol.test_vectors import STATEMENTS
from tests.unit.protocol.vectors.files import load
from tests.unit.protocol.world import TRUSTEES

_ENTRIES = {case["name"]: json.loads(case["entry"]) for case in load("entries")["good"]}
_OFFICE = load("office")
#: Documents by their type, each with a good one.
DOCUMENTS = {
    Promise: load("promise")["promise"]["document"],
    Receipt: load("receipt")["good"][0]["receipt"],
    circle.Circle: json.loads(load("circle")["chain"][0]["note"].split("\n")[0]),
    Request: load("assertions")["good"][0]["request"],
    Credential: load("assertions")["good"][0]["credential"],
    Roster: load("credentials")["rosters"][0]["roster"],
    Membership: load("credentials")["good"][0]["membership"],
    Pointer: _OFFICE["pointer"]["document"],
    Answers: _OFFICE["answers"]["document"],
    WrappedKey: _OFFICE["wrapped_keys"]["good"][0]["wrapped"],
    CameraDetails: _ENTRIES["camera"]["details"],
    RecordedDetails: _ENTRIES["footage, recorded"]["details"],
    ViewedDetails: _ENTRIES["footage, viewed"]["details"],
    exchange.StreamEndAnswer: {"statement": "", "checkpoint": "", "own": [], "custodian": [1]},
    **{STATEMENTS[case["fields"]["kind"]]: case["fields"] for case in load("statements")["good"]},
}
leaves = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=20)
values = st.recursive(
    leaves | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=4,
)


@st.composite
def changed(draw, value):
    """*value* with something in it replaced, taken away, or put in."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(value)))
        match draw(st.integers(0, 5)):
            case 0:
                return {key: each for key, each in value.items() if key != name}
            case 1:
                return {**value, draw(st.text(max_size=9)): draw(values)}
            case _:
                return {**value, name: draw(changed(value[name]))}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], draw(changed(value[at])), *value[at + 1 :]]
    if isinstance(value, str) and value and draw(st.booleans()):
        at = draw(st.integers(0, len(value) - 1))
        return value[:at] + draw(st.text(max_size=2)) + value[at + 1 :]
    return draw(values)


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_good_documents_are_read_as_they_stand(kind):
    fields = DOCUMENTS[kind]
    document = kind.read(fields)
    assert document.fields() == fields
    assert kind.decode(document.encode()) == document


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_what_a_field_says_by_itself_is_what_readers_ask_for(kind):
    for name in ("v", "kind"):
        if name in kind.model_fields:
            assert kind.model_fields[name].default == DOCUMENTS[kind][name]


def _kinds(kind):
    """All kinds of documents below *kind*."""
    return {kind}.union(*(_kinds(each) for each in kind.__subclasses__()))


def test_every_document_is_of_the_version_that_its_readers_ask_for():
    found = [each for each in _kinds(Document) if "v" in each.model_fields]
    assert len(found) > 20
    for each in found:
        assert each.model_fields["v"].default == 2, each


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_whatever_is_taken_stands_for_itself(kind, data):
    """A changed document is refused, or is another one: never a reading that mends it."""
    fields = data.draw(changed(DOCUMENTS[kind]))
    try:
        document = kind.read(fields)
    except HabeasError:
        return
    assert document.fields() == fields
    document.digest()


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
@given(content=st.binary(max_size=100))
def test_any_bytes(kind, content):
    with pytest.raises(HabeasError):
        kind.decode(content)


texts = st.text(max_size=60) | st.text("\n—+ \ud800ab{}", max_size=60)


@given(texts)
def test_any_text_as_a_note(text):
    with pytest.raises(HabeasError):
        verify_circle(text)
    verifier = NoteVerifier.parse(TRUSTEES[0].statement.vkey)
    with pytest.raises(HabeasError):
        read_statement(text, "a", [verifier], statements.KeyStatement)


@given(st.data())
def test_a_changed_note_of_a_circle(data):
    note = load("circle")["chain"][0]["note"]
    at = data.draw(st.integers(0, len(note) - 1))
    other = note[:at] + data.draw(st.text(max_size=2)) + note[at + 1 :]
    try:
        taken = verify_circle(other)
    except HabeasError:
        return
    # What all have signed is taken, with whatever signatures of strangers beside theirs.
    assert taken == verify_circle(note)


@given(changed(load("receipt")["good"][0]["receipt"]))
def test_a_changed_receipt(fields):
    good = load("receipt")["good"][0]["receipt"]
    try:
        receipt = Receipt.read(fields)
        verify_parts(receipt)
    except HabeasError:
        return
    # Unknown signatures beside the known ones are all that may differ; and the seed may be gone,
    # as in receipts whose secrets were drawn each for itself: what follows from it is there.
    may_differ = _NOTES if "seed" in fields else (*_NOTES, "seed")
    same = {name: value for name, value in receipt.fields().items() if name not in may_differ}
    assert same == {name: value for name, value in good.items() if name not in may_differ}


_NOTES = ("circle", "proof", "acknowledgements")


@given(changed(load("assertions")["good"][0]["credential"]))
def test_a_changed_credential(fields):
    try:
        verify_credential(Credential.read(fields))
    except HabeasError:
        return
    assert fields["public_key"] == load("assertions")["good"][0]["credential"]["public_key"]
