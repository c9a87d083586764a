"""Finding 7, the stolen portal: its files lead from no name to a photo, and open none."""

from __future__ import annotations

import base64
import contextlib
import shutil
import sqlite3

import pytest

from habeas.faces import assets
from habeas.protocol import Purpose, stream
from habeas.protocol.office import open_pointer
from tests.waiting import until
from tests.world.city import ANSWERS, City

pytestmark = pytest.mark.slow
#: All that the portal keeps of a case; a new column has to be thought about here. Officers are
#: hashes, and days ends of months, which many cases share: nothing of them leads to a photo.
CASE = {
    "row", "reference", "service", "office", "answers", "day", "state", "pointer", "photo_wanted",
    "holder", "proposal", "proposer", "later", "pointer_until", "answers_until",
}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    city = City(tmp_path_factory.mktemp("city"))
    yield city
    city.close()


@pytest.fixture(scope="module")
def receipts(city):
    photo = assets.path("astronaut.png").read_bytes()
    return [city.apply(photo)[1] for _ in range(6)]


def read(folder):
    """All files below a folder in which somebody writes meanwhile."""
    found = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # one that was there for a moment
            if path.is_file():
                found[path] = path.read_bytes()
    return found


def written(secret: bytes) -> list[bytes]:
    """The ways in which a secret could stand in a file."""
    return [
        secret, secret.hex().encode(), base64.b64encode(secret)[:-4],
        base64.urlsafe_b64encode(secret)[:-4],
    ]  # fmt: skip


def secrets_of(receipt):
    """What the receipt's holder has, and nobody else may."""
    track_key = bytes.fromhex(receipt.track_key)
    writers = range(len(receipt.promise.trustees.keys) + 1)
    return {
        "withdraw_secret": bytes.fromhex(receipt.withdraw_secret),
        "track_key": track_key,
        "case_salt": bytes.fromhex(receipt.case_salt),
        **{f"stream key {each}": stream.stream_key(track_key, each) for each in writers},
    }


def pointers(city):
    """The cases' pointers as the portal keeps them: sealed to their office."""
    with sqlite3.connect(city.data / "portal.sqlite3") as database:
        return dict(database.execute("SELECT reference, pointer FROM cases_case"))


def is_clean(city):
    """Whether nothing was written since the worker wrote the file anew."""
    file = city.data / "portal.sqlite3-wal"
    return not file.exists() or file.stat().st_size == 0


def test_no_secret_is_in_any_file_not_even_before_the_files_are_written_anew(city, receipts):
    with city.officer_client() as officer:
        officer.open(receipts[0].reference, Purpose.DECIDE_APPLICATION, "Is this Anna?")
    files = read(city.data)
    assert any(path.suffix.endswith("-wal") for path in files)
    for receipt in receipts:
        for name, secret in secrets_of(receipt).items():
            for form in written(secret):
                assert not [path for path, content in files.items() if form in content], name
    for plain in (*ANSWERS.values(), "Is this Anna?"):
        assert not [path for path, content in files.items() if plain.encode() in content], plain


def test_the_pointer_of_a_decided_case_is_gone(city, receipts):
    decided, kept = receipts[1], receipts[2]
    before = pointers(city)
    pointer = open_pointer(
        city.office_keys["licensing-office"].seed, before[decided.reference], decided.reference
    )
    assert pointer.seal_id == decided.promise.seal_id
    with city.officer_client() as officer:
        officer.decide(decided.reference, "approved")
    until(lambda: is_clean(city), "the file to be written anew", pause=0.2)
    files = read(city.data)
    for reference, there in ((decided.reference, False), (kept.reference, True)):
        # HPKE's encapsulated key is random: no other bytes of the portal are like it.
        piece = before[reference][:64]
        assert any(piece in content for content in files.values()) is there


def test_the_file_tells_no_more_than_its_rows_whose_numbers_are_random(city, receipts, tmp_path):
    def rests():
        until(lambda: is_clean(city), "the file to be written anew", pause=0.2)
        # Nobody else writes unasked; whether the worker has written once more is seen then.
        city.stop_portal("worker")
        clean = is_clean(city)
        city.stop_portal()
        if not clean:
            city.start_portal()
        return clean

    until(rests, "a file that was written anew, and nothing since")
    try:
        shutil.copy(city.data / "portal.sqlite3", tmp_path / "as-it-lies")
    finally:
        city.start_portal()
    with sqlite3.connect(tmp_path / "as-it-lies") as database:
        database.execute("VACUUM INTO ?", (str(tmp_path / "from-its-rows"),))
        columns = {name for _, name, *_ in database.execute("PRAGMA table_info(cases_case)")}
        photos = dict(database.execute("SELECT seal_id, row FROM vault_sealedphotorow"))
        cases = dict(database.execute("SELECT reference, row FROM cases_case"))
    # The header counts changes; all else depends on the rows alone.
    header = 100
    lies, made = ((tmp_path / name).read_bytes() for name in ("as-it-lies", "from-its-rows"))
    assert lies[header:] == made[header:]
    assert columns == CASE
    rows = {photos[each.promise.seal_id] for each in receipts}
    rows |= {cases[each.reference] for each in receipts}
    assert len(rows) == 2 * len(receipts)
    # Numbers that were counted up would be small, or close together.
    assert max(rows) > 1 << 50


def test_no_time_of_day_is_on_a_sealed_photo(city, receipts):
    times = {path.stat().st_mtime % 86_400 for path in (city.data / "blobs").glob("??/*")}
    assert times == {0}


def test_everything_is_for_the_portal_alone(city, receipts):
    assert not [path for path in city.data.rglob("*") if path.stat().st_mode & 0o077]
