"""The monitor: it follows the log itself, keeps its place, and shows entries to rules."""

import contextlib

from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.monitor import Finding, Monitor


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


class NoShouting:
    """A rule: an entry in capitals is a finding, and each is counted."""

    def prepare(self, connection):
        connection.execute("CREATE TABLE IF NOT EXISTS seen (position INTEGER PRIMARY KEY)")

    def see(self, connection, index, entry):
        connection.execute("INSERT INTO seen VALUES (?)", (index,))
        if entry.isupper():
            yield Finding("shouting", f"Entry {index} shouts.", index)


def monitor_of(log, database, rules=(), **options):
    return Monitor(database, log, log.policy, rules, **options)


def test_each_entry_is_shown_to_each_rule_once():
    log = Log(b"quiet", b"LOUD")
    database = Database(None)
    monitor = monitor_of(log, database, [NoShouting()])
    seen = monitor.look()
    assert (seen.size, seen.failure) == (2, None)
    assert [(each.code, each.index) for each in seen.findings] == [("shouting", 1)]
    log.held.append(b"LOUDER")
    assert [each.index for each in monitor.look().findings] == [2]
    assert monitor.look().findings == ()
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM seen").fetchone() == (3,)


def test_its_place_is_kept_and_nothing_is_told_twice(tmp_path):
    log = Log(b"A", b"B")
    for expected in (2, 0):
        with contextlib.closing(Database(tmp_path / "state")) as database:
            monitor = monitor_of(log, database, [NoShouting()])
            assert len(monitor.look().findings) == expected
            assert len(monitor.findings()) == 2
    with contextlib.closing(Database(tmp_path / "state")) as database:
        metrics = monitor_of(log, database).metrics()
    assert "habeas_monitor_size 2" in metrics
    assert 'habeas_monitor_findings_total{code="shouting"} 2' in metrics


def test_a_fork_is_found_with_evidence_and_an_outage_is_not_a_finding():
    log = Log(b"1", b"2")
    monitor = monitor_of(log, Database(None))
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
    assert [each.code for each in Monitor(Database(None), log, strict).look().findings] == [
        "quorum-missing"
    ]
    other = Log(b"1")
    other.signer = tlog.NoteSigner.generate("log.example/m")
    found = Monitor(Database(None), other, log.policy).look().findings
    assert [each.code for each in found] == ["checkpoint-signature"]


def test_an_old_quorum_is_found():
    log = Log(b"1")
    witness = tlog.CosignatureSigner.generate("w.example")
    policy = tlog.Policy.parse(f"log {log.signer.vkey}\nwitness w {witness.vkey}\nquorum w\n")
    plain = log.checkpoint()
    text = plain.split("\n\n")[0] + "\n"
    log.checkpoint = lambda: plain + witness.cosign(text, 1_000).line()
    monitor = Monitor(Database(None), log, policy, stale_after=60, clock=lambda: 1_050.0)
    assert monitor.look().findings == ()
    monitor = Monitor(Database(None), log, policy, stale_after=60, clock=lambda: 1_100.0)
    assert [each.code for each in monitor.look().findings] == ["checkpoint-stale"]
