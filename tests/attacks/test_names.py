"""Attacks 2, 3 and 8: somebody acts, or destroys, or seals, in another's name."""

import secrets
from contextlib import closing

import pytest

from habeas.foundation.database import Database
from habeas.protocol import (
    CUSTODIAN,
    Circle,
    Foreign,
    Kind,
    Pins,
    Promise,
    Receipt,
    ReceiptError,
    read_entry,
    sealing,
    sign_entry,
    stream,
    terms,
    writer_id,
)
from habeas.protocol.details import (
    ClosedDetails,
    ErasedDetails,
    KeyDetails,
    RefusedDetails,
    ReleasedDetails,
    WithdrawnDetails,
)
from habeas.protocol.document import base64_of
from habeas.protocol.receipt import verify_parts
from habeas.protocol.statements import (
    KeyDestroyedStatement,
    KeyStatement,
    sign_statement,
)
from habeas.register.monitor import rules
from habeas.register.verifying import verify_photo
from habeas.tlog import NoteSigner, leaf_hash
from habeas.tlog.monitor import Monitor
from tests.attacks.forger import share_of, write_as
from tests.world import PHOTO, Officer, Shown, World
from tests.world.world import OneTimeKey

NOBODY = "00" * 32


def findings(world, held=None):
    """What a monitor says of the whole log."""
    receipts = [] if held is None else [world.receipt(held)]
    with closing(Database(None)) as database:
        watched = rules(world.chain, receipts)
        seen = Monitor(database, world.log, world.circle.acting_policy(), watched).look()
    assert seen.failure is None
    return [finding.code for finding in seen.findings]


def shares_held(world):
    return [world.trustees[name].health()["photos"] for name in world.servers]


@pytest.fixture
def betrayed(new_world):
    """A world whose last trustee has turned: it is not served any more, and its keys are used."""

    def make(**options):
        world = new_world(**options)
        held = world.seal()
        world.settled()
        world.followed()
        traitor = world.names[3]
        world.stop(traitor)
        return world, held, traitor

    return make


def test_one_dishonest_trustee_destroys_nothing(betrayed):
    """2. Whatever it writes, in whosever stream: nobody has the secret, and no share goes."""
    world, held, traitor = betrayed()
    promise = held.digest.hex()
    guess = WithdrawnDetails(promise=promise, secret=secrets.token_hex(32))
    write_as(world, traitor, Kind.WITHDRAWN, guess)
    service = held.promise.service
    for writer in range(5):
        # In the custodian's stream, in each other's, and in its own.
        tag = stream.tag(held.stream_key(writer), 1)
        details = ErasedDetails(promise=promise, because="withdrawn")
        write_as(world, traitor, Kind.ERASED, details, tag=tag, service=service)
    for kind, details, tag in (
        (Kind.CLOSED, ClosedDetails(promise=promise, because="decided"),
         stream.closing_tag(held.stream_key())),
        (Kind.SEALED, ErasedDetails(promise=promise, because="expired"),
         stream.tag(held.stream_key(), 1)),
    ):  # fmt: skip
        write_as(world, traitor, kind, details, tag=tag, service=service)
    world.followed()
    for trustee in list(world.servers):
        world.trustees[trustee].sweep()
    assert shares_held(world) == [1, 1, 1]
    assert world.open(held) == PHOTO


def test_the_operator_and_a_trustee_destroy_nothing(betrayed):
    """2. The same with the custodian's key: closing freezes, and lets nothing go early."""
    world, held, traitor = betrayed()
    details = WithdrawnDetails(promise=held.digest.hex(), secret=secrets.token_hex(32))
    entry = sign_entry(
        world.custodian, Kind.WITHDRAWN, world.clock.today(), details, secrets.token_bytes(32)
    )
    world.log.append(entry.encode())
    write_as(world, traitor, Kind.WITHDRAWN, details)
    world.close_photo(held)
    for trustee in list(world.servers):
        world.trustees[trustee].sweep()
    assert shares_held(world) == [1, 1, 1]


def test_an_opening_does_not_read_as_a_refusal(betrayed, verify):
    """2. Others write `refused` under the trustees' next tags: the openings are read still."""
    world, held, traitor = betrayed()
    world.start(traitor)
    world.followed()
    refused = RefusedDetails(
        code="purpose", office="licensing-office", purpose="decide-application", request=NOBODY
    )
    fields = {
        "service": held.promise.service, "office": "licensing-office",
        "purpose": "decide-application", "code": "purpose",
    }  # fmt: skip
    stranger = NoteSigner.generate(f"{world.names[0]}/statements")
    for index in (0, 1):
        tag = stream.tag(held.stream_key(index + 1), 0)
        for signer in (world.custodian, stranger, world.recorder):
            entry = sign_entry(
                signer, Kind.REFUSED, world.clock.today(), refused, secrets.token_bytes(32),
                tag=tag, **fields,
            )  # fmt: skip
            world.log.append(entry.encode())
    world.stop(traitor)
    for index in (0, 1):
        tag = stream.tag(held.stream_key(index + 1), 0)
        write_as(world, traitor, Kind.REFUSED, refused, tag=tag, **fields)
    assert world.open(held) == PHOTO
    world.settled()
    world.followed()
    found = verify(world, held)
    assert found.openings == 1
    assert {act.entry.code for act in found.acts} == {None}
    outcomes = {name: verdict.outcome for name, verdict in found.verdicts.items()}
    assert outcomes == {
        **dict.fromkeys(world.names[:3], "complete"), traitor: "incomplete",
    }  # fmt: skip
    assert findings(world, held).count("opened") == 2


def test_a_release_that_was_never_made(betrayed, verify):
    """2. One trustee invents an opening, in its own name or another's: the other is not accused."""
    world, held, traitor = betrayed()
    details = ReleasedDetails(promise=held.digest.hex(), request=NOBODY)
    fields = {
        "service": held.promise.service, "office": "licensing-office",
        "purpose": "decide-application",
    }  # fmt: skip
    tag = stream.tag(held.stream_key(1), 0)
    write_as(world, traitor, Kind.RELEASED, details, tag=tag, **fields)
    own = stream.tag(held.stream_key(4), 0)
    write_as(world, traitor, Kind.RELEASED, details, tag=own, **fields)
    world.followed()
    found = verify(world, held)
    assert found.verdicts[world.names[0]].outcome == "complete"
    assert "release-without-request" in findings(world, held)


def test_another_track_key_than_the_receipts(world, refused):
    """3. Trustees open the deposit, and it holds another track key: it is not acknowledged."""
    held = world.prepare()
    other = secrets.token_bytes(32)
    for index in range(4):
        key = world.client(index).key(held.promise.opens_until[:7])
        info = sealing.deposit_info(held.digest, bytes.fromhex(key.key_id()), index)
        share = sealing.split(held.secrets.data_key, 2, 4, secrets.token_bytes)[index]
        deposit = sealing.seal_deposit(key.key(), info, sealing.Deposit(share, other))
        assert refused(world.deposit, held, index, deposit=deposit) == "deposit"
    # The right share, and the wrong key: only the hash in the terms tells.
    seeds = [secrets.token_bytes(32), other]
    sealed = [deposit_with(world, held, track_key) for track_key in seeds]
    for deposit in sealed:
        assert refused(world.deposit, held, 0, deposit=deposit) == "deposit"
    assert world.deposit(held, 0, deposit=deposit_with(world, held, held.track_key))


def deposit_with(world, held, track_key):
    """Trustee 1's own share under a track key of the operator's."""
    share = deposit_share(world, held)
    key = world.client().key(held.promise.opens_until[:7])
    info = sealing.deposit_info(held.digest, bytes.fromhex(key.key_id()), 0)
    return sealing.seal_deposit(key.key(), info, sealing.Deposit(share, track_key))


def deposit_share(world, held):
    return share_of(world, held, 0).share


def test_a_receipt_with_another_track_key(world):
    """3. The other way round: trustees hold the promised key, and the receipt another one."""
    fields = world.receipt(world.seal()).fields()
    with pytest.raises(ReceiptError):
        verify_parts(Receipt.read({**fields, "track_key": secrets.token_hex(32)}))


def test_a_receipt_of_invented_trustees(new_world, tmp_path, verify):
    """8. An operator makes its own trustees: all holds by itself, and no pin vouches for it."""
    world = new_world()
    folder = tmp_path / "invented"
    folder.mkdir()
    invented = World(folder)
    try:
        held = invented.seal()
        invented.followed()
        receipt = invented.receipt(held)
        pins = Pins(
            circles=frozenset({world.circle.digest().hex()}),
            trustees=frozenset(each.statement_vkey for each in world.circle.trustees),
        )
        found = verify_photo(receipt, pins, invented.log, invented.clock(), secrets.token_bytes)
        assert not found.pinned
        assert (found.outcome, found.never_opened) == ("incomplete", False)
    finally:
        invented.close()


def test_a_pinned_circle_under_another_promise(world):
    """8. The pinned circle's note is put into the receipt: the promise has another digest."""
    held = world.seal()
    receipt = world.receipt(held).fields()
    mine = {**world.circle.fields(), "q": 4, "r": 4}
    other = world.sign_circle(Circle.read(mine))
    with pytest.raises(ReceiptError):
        verify_parts(Receipt.read({**receipt, "circle": other}))
    fewer = {**held.promise.fields(), "circle": "00" * 32}
    with pytest.raises(ReceiptError):
        verify_parts(Receipt.read({**receipt, "promise": Promise.read(fewer).fields()}))


def test_swapped_keys_and_forged_destructions_are_seen(betrayed):
    """8. A second key for a month, and another's end of a key: monitors say the one, and
    nobody counts the other."""
    world, held, traitor = betrayed()
    month = held.promise.opens_until[:7]
    public = sealing.public_key(secrets.token_bytes(32))
    swapped = KeyStatement(trustee=traitor, month=month, public_key=base64_of(public))
    signer = world.keys[traitor].statement
    details = KeyDetails(
        trustee=traitor,
        month=month,
        key=swapped.key_id(),
        statement=sign_statement(signer, swapped),
    )
    write_as(world, traitor, Kind.KEY, details)
    victim = world.names[0]
    key = held.promise.trustees.keys[0].key
    for name in (victim, traitor):
        forged = KeyDestroyedStatement(trustee=name, month=month, key=key, day=world.clock.today())
        details = KeyDetails(
            trustee=victim, month=month, key=key, statement=sign_statement(signer, forged)
        )
        write_as(world, traitor, Kind.KEY_DESTROYED, details)
    codes = findings(world)
    assert codes.count("key-replaced") == 1
    assert codes.count("foreign-entry") == 1
    assert not {"key-destroyed-early", "key-unknown"} & set(codes)
    assert world.open(held) == PHOTO


def test_the_custodian_names_no_officer(world, refused):
    """2. Its own key asks, in the office's name, with a credential that it has made."""
    held = world.seal()
    invented = Officer(world.office.name, world.clock.today())
    for credential in (invented.credential, world.officer.credential):
        asked = Officer(world.office.name, world.clock.today())
        asked.credential = credential
        asked.key = invented.key
        key = OneTimeKey()
        request = world.ask(held, key, asked)
        body, entry = body_of(world, held, request, asked)
        appended = world.log.append(entry.encode())
        held.number += 1
        shown = Shown(key, body | {"proof": appended.proof}, appended.index)
        code = refused(world.show, held, shown)
        known = credential is world.officer.credential
        assert code == ("officer-signature" if known else "officer-unknown")


def body_of(world, held, request, officer):
    """A request with the roster's proof of the real officer, whoever signs."""
    signer = officer.sign
    real = world.officer
    body, entry = world.body(held, request, officer=real)
    return {
        **body, "assertion": signer(request), "credential": officer.credential.fields()
    }, entry  # fmt: skip


def test_the_withdrawal_secret_is_bound(world):
    """Nobody finds another secret: it is 32 random bytes behind a hash with its own label."""
    held = world.prepare()
    assert terms.withdraw_hash(held.secrets.withdraw_secret) == held.promise.withdraw_hash
    assert terms.withdraw_hash(held.track_key) != held.promise.withdraw_hash
    assert terms.track_hash(held.secrets.withdraw_secret) != held.promise.track_hash
    assert stream.tag(held.stream_key(CUSTODIAN), 0) != stream.tag(held.stream_key(1), 0)
    assert leaf_hash(b"") != leaf_hash(b"\0")


def test_a_signature_in_another_writers_name(betrayed):
    """2. An entry that names the custodian, an office or a trustee, and is signed by another."""
    world, held, traitor = betrayed()
    signer = world.keys[traitor].statement
    victim = world.keys[world.names[0]].statement
    day = world.clock.today()
    month = held.promise.opens_until[:7]
    destroyed = KeyDestroyedStatement(
        trustee=world.names[0], month=month, key=held.promise.trustees.keys[0].key, day=day
    )
    forged = (
        (Kind.CLOSED, ClosedDetails(promise=held.digest.hex(), because="decided"),
         {"service": held.promise.service, "tag": stream.closing_tag(held.stream_key())},
         world.custodian),
        (Kind.WITHDRAWN, WithdrawnDetails(promise=held.digest.hex(), secret=NOBODY), {},
         world.custodian),
        # Even a statement that the victim has signed is not said by whoever repeats it.
        (Kind.KEY_DESTROYED, KeyDetails(
            trustee=world.names[0], month=month, key=destroyed.key,
            statement=sign_statement(victim, destroyed)), {}, victim),
    )  # fmt: skip
    for kind, details, fields, named in forged:
        entry = sign_entry(signer, kind, day, details, secrets.token_bytes(32), **fields)
        name = writer_id(named.verifier.public_key)
        other = entry.model_copy(update={"writer": name}).encode()
        world.log.append(other)
        read = read_entry(other, world.chain)
        assert isinstance(read, Foreign)
        assert read.code == "tlog-signature"
    world.followed()
    assert not {"key-destroyed-early"} & set(findings(world))
    assert world.open(held) == PHOTO
