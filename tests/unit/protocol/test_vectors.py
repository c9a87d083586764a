"""The published vectors are what this code makes, takes, and refuses with their codes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.protocol import (
    Chain,
    Entry,
    Foreign,
    Promise,
    Receipt,
    Request,
    canonical,
    office,
    read_entry,
    seal,
    sealing,
    statements,
    stream,
    terms,
    verify_circle,
)
from habeas.protocol.app import AppRebuilt
from habeas.protocol.assertion import read_assertion, verify_assertion
from habeas.protocol.credential import (
    Credential,
    Membership,
    Roster,
    roster_of,
    verify_credential,
    verify_membership,
)
from habeas.protocol.entry import commitment
from habeas.protocol.keys import writer_id
from habeas.protocol.opening import WrappedShare, open_photo
from habeas.protocol.parties import Identity
from habeas.protocol.receipt import verify_parts
from habeas.protocol.recovery import binding
from habeas.protocol.signin import SignIn
from habeas.protocol.terms import AppReference
from habeas.tlog import NoteVerifier
from tests.unit.protocol.vectors.files import FOLDER, Case, load, written
from tests.unit.protocol.vectors.made import made

STATEMENTS = {
    "key": statements.KeyStatement,
    "key-destroyed": statements.KeyDestroyedStatement,
    "acknowledged": statements.Acknowledgement,
    "released": statements.ReleasedStatement,
    "refused": statements.RefusedStatement,
    "erased": statements.ErasedStatement,
    "stream-end": statements.StreamEndStatement,
    "order": statements.Order,
    "app-rebuilt": AppRebuilt,
}


def b(text: str) -> bytes:
    return bytes.fromhex(text)


class Origin:
    """The relying party of the vectors."""

    def __init__(self, fields: Any) -> None:
        self.office = fields["office"]
        self.rp_id = fields["rp_id"]
        self.origins = tuple(fields["origins"])


def of_canonical(case: Case) -> Any:
    content = base64.b64decode(case["base64"]) if "base64" in case else case["canonical"].encode()
    return canonical.decode(content)


def of_promise(case: Case) -> Any:
    return Promise.read(case["document"])


def of_shares(case: Case) -> str:
    return sealing.combine([b(share) for share in case["shares"][-case.get("k", 255) :]]).hex()


def of_photo(case: Case) -> str:
    parts = [b(case[name]) for name in ("data_key", "key_commitment", "terms_digest", "ciphertext")]
    return sealing.decrypt(*parts).hex()


def of_deposits(case: Case) -> Any:
    deposit = base64.b64decode(case["deposit"])
    opened = sealing.open_deposit(
        b(case["seed"]), b(case["info"]), deposit, b(case["share_sha256"])
    )
    return opened.share.hex(), opened.track_key.hex()


def of_releases(case: Case) -> str:
    release = base64.b64decode(case["release"])
    return sealing.open_release(
        b(case["seed"]), b(case["info"]), release, b(case["share_sha256"])
    ).hex()


def of_opening(case: Case) -> Any:
    shares = [
        WrappedShare(each["trustee"], each["index"], base64.b64decode(each["release"]))
        for each in case["shares"]
    ]
    opened = open_photo(
        b(case["one_time_seed"]), Promise.decode(case["promise"].encode()),
        case["entry"].encode(), shares, base64.b64decode(case["ciphertext"]),
    )  # fmt: skip
    return base64.b64encode(opened.photo).decode(), list(opened.bad)


def of_receipt(case: Case) -> Any:
    return verify_parts(Receipt.read(case["receipt"]))


def of_checkpoints(case: Case) -> Any:
    circle = verify_circle(load("checkpoints")["circle"])
    return circle.acting_policy().verify(case["note"])


def of_sealing(case: Case) -> tuple[seal.Sealed, Receipt]:
    """What the browser does with the same inputs; the promise is the same, deposits are not."""
    circle = verify_circle(case["circle"])
    keys = [
        statements.read_statement(note, seat.name, [seat.verifier()], statements.KeyStatement)
        for seat, note in zip(circle.trustees, case["keys"], strict=True)
    ]
    wishes, secrets = case["wishes"], case["secrets"]
    lists = {name: tuple(wishes[name]) for name in ("recipients", "purposes")}
    app = AppReference.read(wishes["app"])
    agreed = seal.Wishes(**{**wishes, **lists, "app": app}, sealed_by="browser")
    drawn = seal.Secrets(**{name: b(value) for name, value in secrets.items()})
    built = seal.build_terms(circle, keys, agreed, drawn)
    photo = base64.b64decode(case["photo"])
    sealed = seal.seal(photo, built, keys, drawn, lambda _: b(case["coefficients"]))
    receipt = seal.assemble_receipt(
        sealed.promise, wishes["reference"], drawn, case["circle"],
        Entry.decode(case["entry"].encode()), b(case["salt"]), case["proof"],
        case["acknowledgements"],
    )  # fmt: skip
    return sealed, receipt


def of_circle(case: Case) -> Any:
    if "previous" in case:
        return Chain.start(case["previous"], 0).extend(case["note"], 0)
    return verify_circle(case["note"])


def of_entries(case: Case) -> Any:
    first, *others = load("entries")["chain"]
    chain = Chain.start(first, 0)
    for note in others:
        chain = chain.extend(note, 0)
    entry = read_entry(case["entry"].encode(), chain)
    if isinstance(entry, Foreign):
        error = HabeasError(entry.cause)
        error.code = entry.code
        raise error
    return entry


def of_statements(case: Case) -> Any:
    kind = STATEMENTS[case["kind"] if "kind" in case else case["fields"]["kind"]]
    verifier = NoteVerifier.parse(case["vkey"])
    return statements.read_statement(case["note"], case["signer"], [verifier], kind).fields()


def of_credentials(case: Case) -> None:
    credential = Credential.read(case["credential"])
    verify_credential(credential)
    verify_membership(Roster.read(case["roster"]), credential, Membership.read(case["membership"]))


def of_assertions(case: Case) -> None:
    verify_assertion(
        read_assertion(case["assertion"]), Request.read(case["request"]),
        Credential.read(case["credential"]), Origin(load("assertions")["office"]),
    )  # fmt: skip


def of_pointers(case: Case) -> Any:
    promise, sealed = Promise.read(case["promise"]), base64.b64decode(case["sealed"])
    pointer = office.open_pointer(b(case["seed"]), sealed, case["reference"])
    office.verify_pointer(pointer, promise)
    return pointer


def of_answers(case: Case) -> Any:
    sealed = base64.b64decode(case["sealed"])
    return office.open_answers(b(case["seed"]), sealed, case["reference"]).fields()


def of_wrapped(case: Case) -> Any:
    wrapped = office.WrappedKey.read(case["wrapped"])
    secret = case["passphrase"] if "passphrase" in case else b(case["secret"])
    return office.unwrap_key(wrapped, secret).hex()


READERS: dict[str, Callable[[Case], Any]] = {
    "canonical": of_canonical, "promise": of_promise, "shares": of_shares, "photo": of_photo,
    "deposits": of_deposits, "releases": of_releases, "opening": of_opening,
    "receipt": of_receipt, "sealing": of_sealing, "circle": of_circle,
    "checkpoints": of_checkpoints, "entries": of_entries,
    "statements": of_statements, "credentials": of_credentials, "assertions": of_assertions,
}  # fmt: skip


def _bad() -> list[Any]:
    cases = [
        pytest.param(reader, case, id=f"{name}: {case['name']}")
        for name, reader in READERS.items()
        for case in load(name)["bad"]
    ]
    other = load("office")
    cases += [
        pytest.param(of_pointers, c, id=f"pointer: {c['name']}") for c in other["bad_pointers"]
    ]
    cases += [pytest.param(of_answers, c, id=f"answers: {c['name']}") for c in other["bad_answers"]]
    wrapped = other["wrapped_keys"]["bad"]
    return [*cases, *(pytest.param(of_wrapped, c, id=f"wrapped key: {c['name']}") for c in wrapped)]


@pytest.mark.parametrize(("reader", "case"), _bad())
def test_what_is_bad_is_refused_with_its_code(reader: Callable[[Case], Any], case: Case) -> None:
    with pytest.raises(HabeasError) as caught:
        reader(case)
    assert caught.value.code == case["code"], caught.value


def test_the_files_are_what_the_generator_makes():
    files = made()
    assert {path.stem for path in FOLDER.glob("*.json")} == set(files)
    for name, value in files.items():
        assert (FOLDER / f"{name}.json").read_text() == written(value), name


def test_canonical():
    for case in load("canonical")["good"]:
        assert of_canonical(case) == case["document"]
        assert canonical.encode(case["document"]).decode() == case["canonical"]


def test_keys():
    file = load("keys")
    for case in file["writers"]:
        assert writer_id(NoteVerifier.parse(case["vkey"]).public_key) == case["id"]
    for case in file["trustee_keys"]:
        public = sealing.public_key(b(case["seed"]))
        assert base64.b64encode(public).decode() == case["public_key"]
        assert terms.trustee_key_id(public) == case["key_id"]


def test_streams():
    file = load("streams")
    for case in file["streams"]:
        key = stream.stream_key(b(file["track_key"]), case["writer"])
        assert key.hex() == case["key"]
        for number, tag in case["tags"].items():
            assert stream.tag(key, int(number)) == tag
        assert stream.closing_tag(key) == case["closing"]
        for number, details_key in case["details_keys"].items():
            assert stream.details_key(key, int(number)).hex() == details_key
        for name, mac in case["reader_macs"].items():
            assert stream.reader_mac(key, name) == mac
    for case in file["slots"]:
        assert stream.slot(b(file["slot_key"]), case["day"], case["nth"]) == case["slot"]


def test_circle_and_its_policies():
    cases = load("circle")["chain"]
    chain = Chain.start(cases[0]["note"], cases[0]["seen"])
    for case in cases[1:]:
        chain = chain.extend(case["note"], case["seen"])
    for case, link in zip(cases, chain.links, strict=True):
        assert (link.digest, link.effective) == (case["digest"], case["effective"])
        assert link.circle.acting_policy() == tlog.Policy.parse(case["acting_policy"])
        assert link.circle.reading_policy() == tlog.Policy.parse(case["reading_policy"])


def test_checkpoints_of_a_log_with_keys_of_both_types():
    for case in load("checkpoints")["good"]:
        found = of_checkpoints(case)
        assert (found.checkpoint.size, found.quorum_time) == (case["size"], case["time"])


def test_promise():
    file = load("promise")
    promise = Promise.decode(file["promise"]["canonical"].encode())
    assert promise.digest().hex() == file["promise"]["sha256"]
    assert promise.terms().digest().hex() == file["terms"]["sha256"]
    secrets = file["secrets"]
    assert terms.track_hash(b(secrets["track_key"])) == promise.track_hash
    assert terms.withdraw_hash(b(secrets["withdraw_secret"])) == promise.withdraw_hash
    assert terms.case_hash(secrets["reference"], b(secrets["case_salt"])) == promise.case


def test_shares_photo_and_messages():
    for case in load("shares")["good"]:
        assert of_shares(case) == case["secret"]
    for case in load("photo")["good"]:
        assert of_photo(case) == case["photo"]
    for case in load("deposits")["good"]:
        assert of_deposits(case) == (case["share"], case["track_key"])
    for case in load("releases")["good"]:
        assert of_releases(case) == case["share"]
    for case in load("opening")["good"]:
        assert of_opening(case) == (case["photo"], case["bad"])


def test_receipt():
    for case in load("receipt")["good"]:
        of_receipt(case)
        assert case["receipt"]["pending"] == case["pending"]


def test_sealing():
    for case in load("sealing")["good"]:
        sealed, receipt = of_sealing(case)
        assert sealed.promise.encode().decode() == case["promise"]
        assert base64.b64encode(sealed.ciphertext).decode() == case["ciphertext"]
        assert receipt.encode().decode() == case["receipt"]


def test_entries():
    for case in load("entries")["good"]:
        entry = of_entries(case)
        assert tlog.leaf_hash(case["entry"].encode()).hex() == case["leaf_hash"]
        assert commitment(b(case["salt"]), case["details"]) == entry.commit


def test_statements():
    file = load("statements")
    for case in file["good"]:
        assert of_statements(case) == case["fields"]
    case = file["recovery"]
    newcomer = Identity.read(case["newcomer"])
    assert binding(b(case["circle"]), case["helpers"], newcomer).hex() == case["binding"]


def test_credentials_and_assertions():
    file = load("credentials")
    before = None
    for case in file["rosters"]:
        members = [Credential.read(each) for each in case["credentials"]]
        roster = roster_of(case["roster"]["office"], members, before)
        assert roster.fields() == case["roster"]
        assert roster.digest().hex() == case["digest"]
        before = roster
    for case in file["good"]:
        of_credentials(case)
    file = load("assertions")
    for case in file["good"]:
        of_assertions(case)
    case = file["sign_in"]
    credential = Credential.read(case["credential"])
    sign_in = SignIn.read(case["sign_in"])
    assertion = read_assertion(case["assertion"])
    verify_assertion(assertion, sign_in, credential, Origin(file["office"]))


def test_office():
    file = load("office")
    assert of_pointers(file["pointer"]).fields() == file["pointer"]["document"]
    assert of_answers(file["answers"]) == file["answers"]["document"]
    for case in file["padding"]:
        content = b"\x80" * case["bytes"]
        assert len(sealing.pad(content)) == case["padded"]
        assert sealing.unpad(sealing.pad(content)) == content
    for case in file["wrapped_keys"]["good"]:
        assert of_wrapped(case) == case["seed"]
