"""Fields are read strictly: one way to write each value, and all of them written."""

import pytest
from pydantic import TypeAdapter, ValidationError

from habeas.protocol import Entry, MalformedError, Promise, Receipt, canonical, document
from habeas.protocol.credential import Credential
from habeas.protocol.details import SealedDetails, SuspendedDetails
from habeas.protocol.document import base64_of, unbase64
from habeas.protocol.request import Moment
from tests.unit.protocol.vectors.files import load
from tests.unit.protocol.world import TRUSTEES, random

GOOD = {
    "Hex16": "0" * 32,
    "Hex32": "af" * 32,
    "Slug": "licensing-office",
    "KeyName": "log.example/habeas",
    "Day": "2028-02-29",
    "Month": "2027-05",
    "Reference": "HL-2027/1",
    "Url": "https://portal.example:8443/a?b=c",
    "Vkey": TRUSTEES[0].statement.vkey,
    "WitnessVkey": TRUSTEES[0].witness.vkey,
    "XWingKey": base64_of(random("x", 1216)),
    "Signature64": base64_of(random("x", 64)),
}


def taken(kind, value):
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", GOOD)
def test_the_one_way_to_write_it(name):
    kind, value = getattr(document, name), GOOD[name]
    assert taken(kind, value)
    for other in (value + "\n", " " + value, value + "\x00", value + "Ä", "", value * 40):
        assert not taken(kind, other), other


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Hex16", "0" * 31), ("Hex32", "AF" * 32), ("Slug", "-a"), ("Slug", "a--b"),
        ("Slug", "a" * 65), ("KeyName", "a b"), ("KeyName", "a+b"), ("KeyName", "a" * 129),
        ("Day", "2027-02-29"), ("Day", "2027-13-01"), ("Day", "2027-00-10"),
        ("Day", "2019-12-31"), ("Day", "2200-01-01"), ("Day", "2027-1-1"), ("Day", "20270101"),
        ("Day", "２０27-01-01"), ("Month", "2027-13"), ("Month", "2019-12"), ("Month", "2200-01"),
        ("Month", "٢٠٢٧-05"), ("Reference", "a b"), ("Reference", "a" * 65),
        ("Url", "ftp://a"), ("Url", "https://a b"), ("Url", "https://" + "a" * 250),
        ("Vkey", TRUSTEES[0].witness.vkey), ("Vkey", "a+00000000+AA=="), ("Vkey", "é"),
        ("WitnessVkey", TRUSTEES[0].statement.vkey),
        ("XWingKey", base64_of(random("x", 1215))), ("Signature64", base64_of(bytes(63))),
    ],
)  # fmt: skip
def test_other_ways_are_refused(name, value):
    assert not taken(getattr(document, name), value)


@pytest.mark.parametrize("value", ["2020-01-01", "2199-12-31", "2024-02-29"])
def test_days_that_exist(value):
    assert taken(document.Day, value)


@pytest.mark.parametrize(
    "value",
    ["2027-01-15T24:00:00Z", "2027-02-30T00:00:00Z", "2027-01-15T10:00:60Z",
     "2027-01-15T10:00:00+00:00", "2027-01-15 10:00:00Z", "2019-12-31T10:00:00Z",
     "2027-01-15T10:00:00.5Z", "0000-01-15T10:00:00Z"],
)  # fmt: skip
def test_moments_that_are_none(value):
    assert taken(Moment, "2027-01-15T10:00:00Z")
    assert not taken(Moment, value)


def test_texts_have_no_controls_that_a_terminal_obeys():
    assert taken(document.Text, "Да,\tи\r\nнет 😀" + "ж" * 485)
    assert not taken(document.Text, "ж" * 501)
    for control in ("\x00", "\x1b[2J", "\x7f", "\x9b2J", "\x0b"):
        assert not taken(document.Text, control)


def test_the_longest_note_within_a_document():
    assert taken(document.Note, "a" * 49_152)
    assert not taken(document.Note, "a" * 49_153)


@pytest.mark.parametrize("text", ["AB==", "AA", "AA= =", "-_8=", "AA==\n", "A", "é", "=", "AAAA="])
def test_base64_that_is_not_canonical(text):
    with pytest.raises(ValueError, match="base64"):
        unbase64(text)


def test_base64_of_another_length():
    assert unbase64("") == b""
    assert unbase64("AAAA", least=3, most=3) == bytes(3)
    for least, most in ((4, 9), (0, 2)):
        with pytest.raises(ValueError, match="bytes are not"):
            unbase64("AAAA", least=least, most=most)


class Words(document.Document):
    """With texts of people, one in another."""

    text: str
    more: tuple[str, ...] = ()


def test_the_word_null_is_a_word():
    assert Words.decode(b'{"more":["null"],"text":"null and void"}').text == "null and void"
    for content in (b'{"text":null}', b'{"more":[null],"text":"a"}', b'{"more":null,"text":"a"}'):
        with pytest.raises(MalformedError):
            Words.decode(content)


def test_a_document_stays_what_it_is():
    words = Words(text="a")
    with pytest.raises(ValidationError):
        words.text = "b"
    assert words.text == "a"


def test_every_field_has_to_be_written():
    fields = SealedDetails(promise="0" * 64).fields()
    assert SealedDetails.read(fields).fields() == fields
    for wrong in ({**fields, "w": 1}, {"promise": "0" * 64}, {**fields, "v": 1}, {}, [], 7, None):
        with pytest.raises(MalformedError):
            SealedDetails.read(wrong)


def test_nothing_is_taken_for_something_like_it():
    fields = {"v": 2, "office": "a", "root": "0" * 64, "lifted": False}
    assert SuspendedDetails.read(fields).lifted is False
    for lifted in (0, "false", None):
        with pytest.raises(MalformedError):
            SuspendedDetails.read({**fields, "lifted": lifted})
    with pytest.raises(MalformedError):
        SuspendedDetails.read({**fields, "v": True})


def test_an_error_repeats_nothing_that_a_terminal_obeys():
    with pytest.raises(MalformedError) as caught:
        SealedDetails.read({"v": 2, "promise": "0" * 64, "\x1b[2J\u202e" + "x" * 999: 1})
    assert caught.value.cause.isascii()
    assert caught.value.cause.isprintable()
    assert len(caught.value.cause) < 200


def test_what_grew_too_large_is_not_written():
    class Small(document.Document):
        LIMIT = 20
        text: str

    assert Small(text="a" * 9).encode()
    with pytest.raises(MalformedError):
        Small(text="a" * 10).encode()
    with pytest.raises(MalformedError):
        Small.decode(b'{"text":"' + b"a" * 10 + b'"}')


def _read():
    """Documents of the vectors, as they were read."""
    yield Promise.read(load("promise")["promise"]["document"])
    for case in load("entries")["good"]:
        yield Entry.decode(case["entry"].encode())
    for case in load("receipt")["good"]:
        yield Receipt.read(case["receipt"])
    for case in load("credentials")["good"]:
        yield Credential.read(case["credential"])


def test_the_bytes_that_are_kept_are_those_that_it_would_be_written_to():
    kinds = {type(each) for each in _read()}
    assert kinds == {Promise, Entry, Receipt, Credential}
    for each in _read():
        assert each.encode() == canonical.encode(each.fields())
        made = type(each).model_validate(each.model_dump())
        assert (made, made.encode()) == (each, each.encode())


def test_a_changed_copy_has_bytes_of_its_own():
    before = next(each for each in _read() if isinstance(each, Promise))
    first = before.digest()
    after = before.model_copy(update={"service": "another"})
    assert after.encode() == canonical.encode(after.fields())
    assert after.digest() != first == before.digest()
