"""The monitor: what an honest log shows is no finding; what no honest log shows is one."""

import contextlib
import types

from habeas import protocol, tlog
from habeas.foundation.database import Database
from habeas.protocol import CUSTODIAN, Entry, Kind
from habeas.register.monitor import rules
from habeas.tlog.monitor import Monitor

KEY = bytes(range(32))
TRUSTEES = ("city.example", "ombudsman.example")
RECEIPT = types.SimpleNamespace(
    track_key=KEY.hex(),
    promise=types.SimpleNamespace(seal_id="ab" * 16),
    trustees=[types.SimpleNamespace(name=name) for name in TRUSTEES],
)


class Acts:
    """Entries of a photo, or of several, as their writers would make them."""

    def __init__(self, key=KEY):
        self.key = key
        self.counters = {}

    def __call__(self, kind, stream=CUSTODIAN, day="2027-03-01", skip=0, **fields):
        counter = self.counters.get(stream, 0) + skip
        self.counters[stream] = counter + 1
        if kind in (Kind.REQUESTED, Kind.RELEASED):
            fields = {
                "service": "hunting-licence",
                "office": "licensing-office",
                "purpose": "decide-application",
                **fields,
            }
        if stream:
            fields["trustee"] = TRUSTEES[stream - 1]
        tag = protocol.tag(self.key, stream, counter)
        return Entry(kind=kind, day=day, tag=tag, commit="00" * 32, **fields).encode()


class Log:
    """A log in memory; it signs whatever it holds."""

    def __init__(self, *entries):
        self.signer = tlog.NoteSigner("log.example/m", bytes(32))
        self.policy = tlog.Policy.parse(f"log {self.signer.vkey}\nquorum none\n")
        self.held = list(entries)
        self.down = False

    def checkpoint(self):
        if self.down:
            raise tlog.LogUnavailableError("It does not answer.")
        tree = tlog.Frontier().extend(tlog.leaf_hash(each) for each in self.held)
        return self.signer.sign(tlog.Checkpoint(self.signer.name, tree.size, tree.root()).text())

    def entries(self, begin, end):
        return self.held[begin:end]


def database(path=None):
    return Database(path)


def codes(*entries, receipts=(RECEIPT,), most_a_day=200):
    log = Log(*entries)
    monitor = Monitor(database(), log, log.policy, rules(receipts, most_a_day=most_a_day))
    seen = monitor.look()
    assert seen.failure is None
    assert seen.size == len(entries)
    return [each.code for each in seen.findings]


def honest(acts):
    return [
        acts(Kind.SEALED),
        acts(Kind.REQUESTED),
        acts(Kind.RELEASED, 1),
        acts(Kind.RELEASED, 2),
        acts(Kind.REQUESTED),
        acts(Kind.RELEASED, 2),
        acts(Kind.WITHDRAWN),
        acts(Kind.ERASED, 1),
        acts(Kind.ERASED, 2),
    ]


def test_an_honest_life_of_a_photo_is_no_finding():
    assert codes(*honest(Acts())) == []
    assert codes(*honest(Acts()), receipts=()) == []


def test_a_release_without_its_request():
    acts = Acts()
    assert "release-without-request" in codes(acts(Kind.SEALED), acts(Kind.RELEASED, 1))
    # Without the receipt, counting still shows it.
    acts = Acts()
    public = codes(
        acts(Kind.REQUESTED), acts(Kind.RELEASED, 1), acts(Kind.RELEASED, 1), receipts=()
    )
    assert public == ["release-without-request"]


def test_another_photos_request_does_not_hide_a_release_from_the_receipt():
    acts, other = Acts(), Acts(bytes(32))
    entries = [acts(Kind.SEALED), other(Kind.REQUESTED), acts(Kind.RELEASED, 1)]
    assert codes(*entries, receipts=()) == []
    assert codes(*entries) == ["release-without-request"]


def test_acts_after_an_erasure():
    acts = Acts()
    start = [acts(Kind.SEALED), acts(Kind.REQUESTED), acts(Kind.ERASED, 1)]
    assert codes(*start, acts(Kind.REQUESTED)) == ["request-after-erasure"]
    assert codes(*start, acts(Kind.RELEASED, 1)) == ["release-after-erasure"]


def test_a_gap_in_the_numbers_of_a_held_receipt():
    acts = Acts()
    assert codes(acts(Kind.SEALED), acts(Kind.REQUESTED, skip=1)) == ["counter-gap"]


def test_bulk():
    acts = Acts()
    entries = [acts(Kind.REQUESTED) for _ in range(12)]
    assert codes(*entries, receipts=(), most_a_day=10) == ["bulk-requests"]
    acts = Acts()
    usual = [acts(Kind.REQUESTED, day=f"2027-03-0{day}") for day in range(1, 8)]
    burst = [acts(Kind.REQUESTED, day="2027-03-08") for _ in range(30)]
    assert codes(*usual, *burst, receipts=()) == ["bulk-requests"]


def test_bytes_that_are_no_entry_and_repeats_and_old_days():
    acts = Acts()
    sealed = acts(Kind.SEALED)
    assert codes(b"{}", sealed, sealed + b" ") == ["entry-syntax", "entry-syntax"]
    repeated = Acts()(Kind.SEALED, day="2027-03-02")
    assert codes(sealed, repeated, receipts=()) == ["tag-repeated"]
    late = Acts(bytes(32))(Kind.SEALED, day="2027-02-01")
    assert codes(sealed, late) == ["day-behind"]


def test_its_place_is_kept_and_nothing_is_told_twice(tmp_path):
    acts = Acts()
    log = Log(acts(Kind.SEALED), acts(Kind.RELEASED, 1))
    for expected in (2, 0):
        connection = database(tmp_path / "state")
        monitor = Monitor(connection, log, log.policy, rules([RECEIPT]))
        assert len(monitor.look().findings) == expected
        assert len(monitor.findings()) == 2
        connection.close()
    assert "habeas_monitor_size 2" in monitor_metrics(tmp_path, log)


def monitor_metrics(tmp_path, log):
    with contextlib.closing(database(tmp_path / "state")) as connection:
        return Monitor(connection, log, log.policy).metrics()


def test_a_fork_is_found_with_evidence_and_an_outage_is_not_a_finding():
    log = Log(b"1", b"2")
    monitor = Monitor(database(), log, log.policy)
    assert monitor.look().findings == ()
    log.down = True
    assert monitor.look().failure == "It does not answer."
    log.down = False
    log.held = [b"1", b"zwei", b"3"]
    (finding,) = monitor.look().findings
    assert finding.code == "fork"
    assert finding.evidence.count("log.example/m\n") == 2
    assert monitor.look().findings == ()


def test_a_missing_quorum_and_a_wrong_key_are_found():
    log = Log(b"1")
    witness = tlog.CosignatureSigner.generate("w.example")
    strict = tlog.Policy.parse(f"log {log.signer.vkey}\nwitness w {witness.vkey}\nquorum w\n")
    assert [each.code for each in Monitor(database(), log, strict).look().findings] == [
        "quorum-missing"
    ]
    other = Log(b"1")
    other.signer = tlog.NoteSigner.generate("log.example/m")
    found = Monitor(database(), other, log.policy).look().findings
    assert [each.code for each in found] == ["checkpoint-signature"]


def test_an_old_quorum_is_found():
    log = Log(b"1")
    witness = tlog.CosignatureSigner.generate("w.example")
    policy = tlog.Policy.parse(f"log {log.signer.vkey}\nwitness w {witness.vkey}\nquorum w\n")
    plain = log.checkpoint()
    text = plain.split("\n\n")[0] + "\n"
    log.checkpoint = lambda: plain + witness.cosign(text, 1_000).line()
    monitor = Monitor(database(), log, policy, stale_after=60, clock=lambda: 1_050.0)
    assert monitor.look().findings == ()
    monitor = Monitor(database(), log, policy, stale_after=60, clock=lambda: 1_100.0)
    assert [each.code for each in monitor.look().findings] == ["checkpoint-stale"]
