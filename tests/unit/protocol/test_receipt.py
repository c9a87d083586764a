"""Each rule of a receipt alone: all else in it belongs together, and was really signed."""

from typing import Any

import pytest

from habeas.foundation.errors import HabeasError
from habeas.protocol import Entry, Kind, Receipt, ReceiptError, Terms, seal, sign_entry, stream
from habeas.protocol.circle import verify_terms
from habeas.protocol.details import SealedDetails
from habeas.protocol.receipt import verify_parts
from habeas.protocol.statements import read_acknowledgement
from habeas.tlog import NoteSigner
from tests.unit.protocol.world import (
    CUSTODIAN_KEY,
    DAY,
    NAMES,
    PHOTO,
    REFERENCE,
    SERVICE,
    TRUSTEES,
    Case,
    Log,
    random,
    stream_of,
)

SALT = random("salt of an entry")


class Whole(Case):
    """A photo whose terms, entry and secrets are what a custodian likes, and fit each other."""

    def __init__(self, terms=None, track_key=None, entry=None, **entry_changes):
        super().__init__()
        fields = self.terms.fields()
        self.terms = Terms.read({**fields, **(terms or {})})
        self.sealed = seal.seal(PHOTO, self.terms, self.keys, self.secrets, stream_of("shares"))
        self.promise = self.sealed.promise
        self.digest = self.promise.digest().hex()
        self.track_key = track_key or self.secrets.track_key
        self.log = Log()
        made = {
            "signer": CUSTODIAN_KEY, "kind": Kind.SEALED, "service": self.promise.service,
            "tag": stream.tag(stream.stream_key(self.track_key, 0), 0), **entry_changes,
        }  # fmt: skip
        signer, kind = made.pop("signer"), made.pop("kind")
        details = SealedDetails(promise=self.digest)
        self.entry = entry or sign_entry(signer, kind, DAY, details, SALT, **made)
        self.log.append(self.entry)

    def receipt(self, acknowledged=range(4), **changes):
        notes = [
            {"trustee": NAMES[index], "note": self.acknowledgement(index)} for index in acknowledged
        ]
        pending = [name for index, name in enumerate(NAMES) if index not in acknowledged]
        return Receipt.read(
            {
                "v": 2, "kind": "habeas-receipt", "reference": REFERENCE,
                "case_salt": self.secrets.case_salt.hex(), "circle": self.note,
                "promise": self.promise.fields(), "track_key": self.track_key.hex(),
                "withdraw_secret": self.secrets.withdraw_secret.hex(),
                "entry": self.entry.encode().decode(), "salt": SALT.hex(),
                "proof": self.log.proof(0), "acknowledgements": notes, "pending": pending,
                **changes,
            }
        )  # fmt: skip


def refused(receipt):
    with pytest.raises(ReceiptError) as error:
        verify_parts(receipt)
    assert error.value.cause
    return error.value.cause


def test_a_whole_receipt():
    case = Whole()
    parts = verify_parts(case.receipt())
    assert (parts.index, parts.entry, parts.circle) == (0, case.entry, case.circle)
    assert parts.checkpoint.checkpoint.size == 1
    verify_parts(case.receipt([0, 1, 2]))


KEYS = Case().terms.fields()["trustees"]["keys"]
TERMS: dict[str, dict[str, Any]] = {
    "another circle": {"circle": "00" * 32},
    "another log": {"origin": "log.example/another"},
    "an office that the circle has not": {"recipients": ["police"]},
    "fewer shares to open": {"trustees": {"k": 3, "keys": KEYS}},
    "another order": {"trustees": {"k": 2, "keys": [KEYS[1], KEYS[0], *KEYS[2:]]}},
}


@pytest.mark.parametrize("name", TERMS)
def test_terms_that_the_circle_does_not_have(name):
    terms = Terms.read({**Case().terms.fields(), **TERMS[name]})
    with pytest.raises(HabeasError):
        verify_terms(Case().circle, terms)


@pytest.mark.parametrize("name", [name for name in TERMS if name != "another order"])
def test_a_receipt_under_such_terms(name):
    refused(Whole(terms=TERMS[name]).receipt())


def test_a_track_key_that_was_not_promised():
    """The entry is found with it, and trustees hold another: nothing else tells."""
    case = Whole(track_key=random("another track key"))
    assert "track key" in refused(case.receipt())


def test_secrets_of_another_photo():
    case = Whole()
    assert "withdrawal secret" in refused(case.receipt(withdraw_secret=random("other").hex()))
    assert "case" in refused(case.receipt(case_salt=random("other").hex()))
    assert "case" in refused(case.receipt(reference="HL-2027-000002"))


def test_an_entry_of_another_kind():
    refused(Whole(kind=Kind.CLOSED).receipt())


def test_an_entry_of_another_service():
    refused(Whole(service="dog-licence").receipt())


def test_an_entry_with_another_tag():
    key = stream.stream_key(Case().secrets.track_key, 0)
    for tag in (stream.tag(key, 1), stream.closing_tag(key)):
        refused(Whole(tag=tag).receipt())
    trustees = stream.stream_key(Case().secrets.track_key, 1)
    refused(Whole(tag=stream.tag(trustees, 0)).receipt())


@pytest.mark.parametrize(
    "signer", [TRUSTEES[0].statement, NoteSigner.generate("portal.example/custodian")]
)
def test_an_entry_by_another_writer(signer):
    assert "custodian" in refused(Whole(signer=signer).receipt())


def test_an_entry_that_names_the_custodian_and_is_signed_by_another():
    good = Whole().entry
    thief = NoteSigner.generate("portal.example/custodian")
    details = SealedDetails(promise=Case().digest)
    by_thief = sign_entry(
        thief, Kind.SEALED, DAY, details, SALT, service=SERVICE, tag=good.tag or ""
    )
    forged = Entry.read({**by_thief.fields(), "writer": good.writer})
    assert "signed" in refused(Whole(entry=forged).receipt())


def test_an_entry_that_commits_to_another_photo():
    case = Whole()
    other = sign_entry(
        CUSTODIAN_KEY, Kind.SEALED, DAY, SealedDetails(promise="00" * 32), SALT, service=SERVICE,
        tag=case.entry.tag or "",
    )  # fmt: skip
    refused(Whole(entry=other).receipt())
    refused(case.receipt(salt=random("another salt").hex()))


def test_a_proof_without_an_acting_quorum():
    case = Whole()
    verify_parts(case.receipt(proof=case.log.proof(0, TRUSTEES[:3])))
    refused(case.receipt(proof=case.log.proof(0, TRUSTEES[:2])))


def test_a_proof_of_another_entry():
    """Truly cosigned, and of a log on which something else stands."""
    elsewhere = Whole(kind=Kind.CLOSED)
    refused(Whole().receipt(proof=elsewhere.log.proof(0)))


def test_who_has_acknowledged():
    case = Whole()
    good = case.receipt().fields()
    notes = good["acknowledgements"]
    wrong = (
        {"acknowledgements": notes[:2], "pending": list(NAMES[2:])},
        {"acknowledgements": notes[:3], "pending": []},
        {"acknowledgements": notes[:3], "pending": [NAMES[2]]},
        {"acknowledgements": notes, "pending": [NAMES[3]]},
        {"acknowledgements": [*notes[:3], notes[0]], "pending": []},
        {"acknowledgements": [*notes[:3], {**notes[3], "note": notes[2]["note"]}], "pending": []},
        {"acknowledgements": [{**notes[0], "trustee": "somebody.example"}, *notes[1:]],
         "pending": []},
    )  # fmt: skip
    for changes in wrong:
        refused(Receipt.read({**good, **changes}))
    for field in ("promise", "key", "circle"):
        note = case.acknowledgement(0, {field: "00" * 32})
        changed = [{"trustee": NAMES[0], "note": note}, *notes[1:]]
        refused(Receipt.read({**good, "acknowledgements": changed}))
    note = case.acknowledgement(0, {"index": 1})
    refused(
        Receipt.read(
            {**good, "acknowledgements": [{"trustee": NAMES[0], "note": note}, *notes[1:]]}
        )
    )


def test_an_acknowledgement_is_given_as_it_was_said():
    case = Case()
    note = case.acknowledgement(1)
    said = read_acknowledgement(note, [TRUSTEES[1].statement.verifier], case.promise, 1)
    assert (said.trustee, said.index, said.day) == (TRUSTEES[1].name, 1, DAY)


def test_the_order_of_acknowledgements_is_nobodys_matter():
    good = Whole().receipt().fields()
    verify_parts(Receipt.read({**good, "acknowledgements": good["acknowledgements"][::-1]}))
