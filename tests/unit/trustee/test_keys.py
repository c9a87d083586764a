"""Keys at rest, and their rotation."""

import hashlib
import json
from datetime import date

import pytest

from habeas.protocol import sealing
from habeas.trustee import Settings, keyring
from habeas.trustee.errors import DepositError, KeyringError, MonthError, SetupError
from habeas.trustee.keyring import PASSPHRASE_VARIABLE, Locker
from habeas.trustee.months import StoredMonthKeys
from habeas.trustee.store import Store

TODAY = date(2027, 5, 4)
SETTINGS = Settings(name="trustee.test", url="http://127.0.0.1:1")


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "trustee.db")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch):
    monkeypatch.setattr(keyring, "_SCRYPT", {"n": 1 << 10, "r": 8, "p": 1})


def test_a_passphrase_unlocks_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "a long passphrase")
    made = keyring.create(tmp_path, SETTINGS, "passphrase")
    assert keyring.load(tmp_path, SETTINGS).statement.private == made.statement.private
    stored = (tmp_path / "keys.json").read_text()
    assert made.statement.private.split("+", 4)[-1] not in stored
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "another passphrase")
    with pytest.raises(KeyringError):
        keyring.load(tmp_path, SETTINGS)
    monkeypatch.delenv(PASSPHRASE_VARIABLE)
    with pytest.raises(KeyringError):
        keyring.load(tmp_path, SETTINGS)


def test_protection_changes_in_place(tmp_path, monkeypatch):
    made = keyring.create(tmp_path, SETTINGS)
    assert (tmp_path / "master.key").exists()
    keyring.protect(tmp_path, SETTINGS, "passphrase", "new and long")
    assert not (tmp_path / "master.key").exists()
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "new and long")
    after = keyring.load(tmp_path, SETTINGS)
    assert after.statement.private == made.statement.private
    locked = made.locker.lock(b"x", b"content")
    assert after.locker.unlock(b"x", locked) == b"content"
    with pytest.raises(KeyringError):
        after.locker.unlock(b"y", locked)


def test_a_damaged_key_file_is_named(tmp_path):
    keyring.create(tmp_path, SETTINGS)
    file = tmp_path / "keys.json"
    document = json.loads(file.read_text())
    for broken in ("", "[]", "{}", json.dumps({**document, "salt": "zz"})):
        file.write_text(broken)
        with pytest.raises(SetupError):
            keyring.load(tmp_path, SETTINGS)
    file.write_text(json.dumps({**document, "statement": document["witness"]}))
    with pytest.raises(KeyringError):
        keyring.load(tmp_path, SETTINGS)


def test_month_keys_are_made_rotated_and_destroyed(store):
    months = StoredMonthKeys(store, Locker(bytes(32)), 36)
    first = store.run(lambda c: months.current(c, "2027-06", TODAY))
    assert store.run(lambda c: months.current(c, "2027-06", TODAY)) == first
    second = store.run(lambda c: months.rotate(c, "2027-06", TODAY))
    assert second.key_id != first.key_id
    assert store.run(lambda c: months.current(c, "2027-06", TODAY)) == second
    share, track_key = b"s" * 33, b"t" * 32

    digest = hashlib.sha256(share).digest()
    deposit = sealing.seal_deposit(first.public, b"info", sealing.Deposit(share, track_key))
    opened = months.open("2027-06", first.key_id, b"info", deposit, digest)
    assert opened.share == share
    with pytest.raises(DepositError):
        months.open("2027-07", first.key_id, b"info", deposit, digest)
    assert store.run(lambda c: months.destroy(c, "2027-06")) == []
    destroyed = store.run(lambda c: months.destroy(c, "2027-07"))
    assert {key.key_id for key in destroyed} == {first.key_id, second.key_id}
    with pytest.raises(DepositError):
        months.open("2027-06", first.key_id, b"info", deposit, digest)


@pytest.mark.parametrize("month", ["2027-04", "2030-06", "1999-01"])
def test_months_that_no_key_is_made_for(store, month):
    months = StoredMonthKeys(store, Locker(bytes(32)), 36)
    for act in (months.current, months.rotate):
        with pytest.raises(MonthError):
            store.run(lambda c, act=act: act(c, month, TODAY))
    assert store.run(lambda c: months.current(c, "2030-05", TODAY)).month == "2030-05"


def test_seeds_are_encrypted_in_the_database(store):
    locker = Locker(b"m" * 32)
    months = StoredMonthKeys(store, locker, 36)
    key = store.run(lambda c: months.current(c, "2027-06", TODAY))
    (locked,) = store.run(lambda c: c.execute("SELECT seed FROM month_keys").fetchone())
    seed = locker.unlock(b"seed" + key.key_id, locked)
    assert sealing.public_key(seed) == key.public
    assert seed not in store.path.read_bytes()
