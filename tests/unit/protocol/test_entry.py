"""Entries and their reading: who may write what, and what is foreign."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.protocol import (
    Chain,
    CommitmentError,
    Entry,
    Foreign,
    Kind,
    MalformedError,
    Role,
    canonical,
    commitment,
    read_entry,
    sign_entry,
    verify_commitment,
    writer_id,
)
from habeas.protocol.details import CircleDetails, SealedDetails
from habeas.protocol.entry import MAX_BYTES, MAX_LARGE_BYTES, SHAPES, Shape
from habeas.protocol.keys import sign
from habeas.protocol.reading import details_of
from tests.places import ROOT
from tests.unit.protocol.vectors.circles import second_note
from tests.unit.protocol.vectors.files import load
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    DAY,
    RECORDER_KEY,
    ROOT_KEY,
    SERVICE,
    TRUSTEES,
    Case,
    circle_note,
    random,
)

KEYS = {
    Role.CUSTODIAN: CUSTODIAN_KEY,
    Role.TRUSTEE: TRUSTEES[0].statement,
    Role.OFFICE: ROOT_KEY,
    Role.RECORDER: RECORDER_KEY,
}
GOOD = {case["name"]: case["entry"].encode() for case in load("entries")["good"]}


def chain_of():
    first, *others = load("entries")["chain"]
    chain = Chain.start(first, 0)
    for note in others:
        chain = chain.extend(note, 0)
    return chain


CHAIN = chain_of()


def resigned(content, signer, **changes):
    fields = {**json.loads(content), **changes, "writer": writer_id(signer.verifier.public_key)}
    kept = {name: value for name, value in fields.items() if value is not None}
    del kept["signature"]
    kept["signature"] = sign(signer, canonical.encode(kept))
    return canonical.encode(kept)


@pytest.mark.parametrize("name", GOOD)
def test_each_kind_is_written_by_its_own_roles_alone(name):
    content = GOOD[name]
    entry = read_entry(content, CHAIN)
    assert isinstance(entry, Entry)
    own = CHAIN.writers[entry.writer].role
    assert own in SHAPES[entry.kind].roles
    for role, key in KEYS.items():
        read = read_entry(resigned(content, key), CHAIN)
        if role is own:
            # The newcomer of a circle is a trustee of it as well.
            assert isinstance(read, Entry)
        elif role not in SHAPES[entry.kind].roles:
            assert isinstance(read, Foreign)
            assert read.code == "writer"


def test_every_kind_is_among_the_vectors():
    assert {json.loads(content)["kind"] for content in GOOD.values()} == set(Kind)


@pytest.mark.parametrize("name", GOOD)
def test_an_entry_has_the_fields_of_its_kind_and_no_others(name):
    content = GOOD[name]
    entry = Entry.decode(content)
    values = {"service": "a", "office": "a", "purpose": "appeal", "code": "a", "tag": "0" * 32,
              "slot": "0" * 32}  # fmt: skip
    shape = SHAPES[entry.kind]
    for field, value in values.items():
        changed = None if getattr(entry, field) is not None else value
        content_changed = resigned(content, CUSTODIAN_KEY, **{field: changed})
        if field in shape.optional:
            Entry.decode(content_changed)
        else:
            with pytest.raises(MalformedError):
                Entry.decode(content_changed)


def test_details_stand_open_for_institutions_alone():
    for name, content in GOOD.items():
        entry = Entry.decode(content)
        if not SHAPES[entry.kind].open:
            with pytest.raises(MalformedError):
                details_of(entry)
        else:
            assert details_of(entry).fields() == entry.details, name


@given(st.data())
@settings(max_examples=300)
def test_any_changed_byte_makes_a_leaf_foreign(data):
    content = bytearray(data.draw(st.sampled_from(sorted(GOOD.values()))))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    assert isinstance(read_entry(bytes(content), CHAIN), Foreign)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_entry_or_foreign(content):
    assert isinstance(read_entry(content, CHAIN), Foreign)


@given(st.sampled_from(sorted(GOOD.values())), st.integers(0, 3000), st.integers(0, 3000))
def test_a_part_of_an_entry_is_foreign(content, begin, end):
    part = content[begin:end]
    assert part == content or isinstance(read_entry(part, CHAIN), Foreign)


def test_what_is_signed_is_all_but_the_signature():
    """The bytes are cut out, not written again: held to the definition here."""
    for content in GOOD.values():
        fields = json.loads(content)
        del fields["signature"]
        before, _, after = content.rpartition(b',"signature":"')
        assert before + after[89:] == canonical.encode(fields)


def test_a_signature_within_details_is_not_the_entrys():
    camera = json.loads(GOOD["camera"])["details"]
    camera["entry"]["name"]["en"] = 'x","signature":"' + "A" * 88
    content = resigned(
        GOOD["camera"],
        RECORDER_KEY,
        details=camera,
        commit=commitment(bytes.fromhex(json.loads(GOOD["camera"])["salt"]), camera),
    )
    assert isinstance(read_entry(content, CHAIN), Entry)


def test_a_commitment_binds_details_and_salt():
    salt, details = random("salt"), SealedDetails(promise="0" * 64)
    fields = {"service": SERVICE, "tag": "0" * 32}
    entry = sign_entry(CUSTODIAN_KEY, Kind.SEALED, DAY, details, salt, **fields)
    verify_commitment(entry, salt, details)
    for wrong in ((random("other"), details), (salt, SealedDetails(promise="1" * 64)),
                  (salt[:31], details)):  # fmt: skip
        with pytest.raises(CommitmentError):
            verify_commitment(entry, *wrong)
    # A commitment to a shorter salt is one, and still no commitment of these formats.
    short = sign_entry(CUSTODIAN_KEY, Kind.SEALED, DAY, details, salt[:31], **fields)
    with pytest.raises(CommitmentError):
        verify_commitment(short, salt[:31], details)


def test_sizes():
    assert (MAX_BYTES, MAX_LARGE_BYTES) == (4096, 49_152), "docs/protocol/formats.md, Sizes"
    content = GOOD["withdrawn"]
    fields = json.loads(content)
    for size, kind, taken in ((MAX_BYTES, "withdrawn", True), (MAX_BYTES + 1, "withdrawn", False),
                              (MAX_BYTES + 1, "roster", True), (MAX_LARGE_BYTES, "roster", True),
                              (MAX_LARGE_BYTES + 1, "roster", False)):  # fmt: skip
        made = dict(fields, kind=kind, **({"office": "a"} if kind == "roster" else {}))
        made["details"] = {"x": ""}
        padding = size - len(canonical.encode(made))
        made["details"] = {"x": "x" * padding}
        made["commit"] = commitment(bytes.fromhex(made["salt"]), made["details"])
        encoded = canonical.encode(made)
        assert len(encoded) == size
        if taken:
            Entry.decode(encoded)
        else:
            with pytest.raises(MalformedError):
                Entry.decode(encoded)


def test_a_writer_of_a_later_circle_counts_once_it_is_in_the_chain():
    content = GOOD["circle, by its newcomer"]
    alone = Chain.start(circle_note(), 0)
    # It follows the newest circle: the newcomer may announce it, and nothing else.
    assert isinstance(read_entry(content, alone), Entry)
    key = resigned(GOOD["recovery"], TRUSTEES[0].statement)
    assert isinstance(read_entry(key, alone), Entry)
    from tests.unit.protocol.vectors.circles import NEWCOMER

    recovery = json.loads(GOOD["recovery"])["details"] | {"trustee": NEWCOMER.name}
    own = resigned(
        GOOD["recovery"], NEWCOMER.statement, details=recovery,
        commit=commitment(bytes.fromhex(json.loads(GOOD["recovery"])["salt"]), recovery),
    )  # fmt: skip
    assert isinstance(read_entry(own, alone), Foreign)
    assert isinstance(read_entry(own, CHAIN), Entry)


def test_who_leaves_a_circle_does_not_announce_it():
    alone = Chain.start(circle_note(), 0)
    details = CircleDetails(circle=second_note(alone.newest.circle))
    for signer, taken in ((TRUSTEES[0], True), (TRUSTEES[3], False)):
        entry = sign_entry(signer.statement, Kind.CIRCLE, DAY, details, random("s"))
        read = read_entry(entry.encode(), alone)
        assert isinstance(read, Entry) == taken
        assert taken or read == Foreign(
            "writer", "A circle is put on the log by one of its own trustees."
        )


def test_a_circle_that_does_not_follow_is_foreign():
    case = Case()
    fork = second_note(case.circle, r=4)
    entry = sign_entry(
        TRUSTEES[0].statement, Kind.CIRCLE, DAY, CircleDetails(circle=fork), random("s")
    )
    assert isinstance(read_entry(entry.encode(), case.chain), Entry)
    assert read_entry(entry.encode(), CHAIN) == Foreign(
        "circle-order", "This circle does not follow number 2."
    )


# The same in the other language

_TYPESCRIPT = (ROOT / "web" / "formats" / "entry.ts").read_text()


def _between(before, after):
    return _TYPESCRIPT.partition(before)[2].partition(after)[0]


def _words(text):
    return frozenset(word for each in re.findall(r'"([^"]*)"', text) for word in each.split())


def _shape_there(how, arguments):
    """A shape, as `photo` and `institution` make it of their arguments there."""
    limit = MAX_LARGE_BYTES if "MAX_LARGE_BYTES" in arguments else MAX_BYTES
    if how == "photo":
        role, fields, optional = (*arguments.split(", ", 2), "")[:3]
        return Shape(_words(role), _words(fields), _words(optional), open=False, limit=limit)
    named = dict(re.findall(r"(fields|optional): (\[[^]]*\])", arguments))
    return Shape(
        _words(arguments.partition("]")[0]), _words(named.get("fields", "")),
        _words(named.get("optional", "")), open=True, limit=limit,
    )  # fmt: skip


def test_browsers_know_the_same_fields_of_the_same_kinds():
    listed = _between("export const SHAPES = {", "} satisfies")
    there = re.findall(
        r'^  "?([\w-]+)"?: (photo|institution)\((.*?)\),$', listed, re.MULTILINE | re.DOTALL
    )
    assert {kind: _shape_there(how, said) for kind, how, said in there} == dict(SHAPES)
    plain = {name for each in SHAPES.values() for name in each.fields | each.optional}
    assert _words(_between("const PLAIN = ", "as const")) == plain
    fields = re.findall(
        r"^  (\w+): ", _between("EntryFields = v.strictObject({", "});"), re.MULTILINE
    )
    assert set(fields) == set(Entry.model_fields)
