"""Which release counts: k vouch, numbers rise, and what was replaced does not come back."""

from datetime import date

import pytest

from habeas.protocol import Chain, Foreign, Kind, read_entry, sign_entry
from habeas.protocol.app import AppDetails, AppError, AppReleases, verify_release
from tests.unit.protocol.world import (
    APP,
    CUSTODIAN_KEY,
    DAY,
    NAMES,
    TRUSTEES,
    circle_note,
    random,
    release_fields,
)


@pytest.fixture
def chain():
    return Chain.start(circle_note(), 0)


def release(signers=(0, 1), **changes):
    return AppDetails.read(release_fields(signers, **changes))


def test_k_trustees_make_a_release(chain):
    words = verify_release(release(), chain)
    assert [word.trustee for word in words] == list(NAMES[:2])
    found = AppReleases().extend(release(), chain, 7, DAY)
    assert found.newest is not None
    assert (found.newest.digest, found.newest.index) == (APP.manifest, 7)
    assert found.newest.places(found.newest.origins[0]) == {
        "/static/page.js": "page.js", "/static/photo/engine.wasm": "photo/engine.wasm",
        "/static/photo/photo.js": "photo/photo.js",
        "/static/photo/face.tflite": "photo/face.tflite",
        "/apply/hunting-licence/seal/": "photo/index.html",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (release_fields((0,)), "app-signatures"),
        (release_fields((1, 1)), "app-signatures"),
        (release_fields(()), "app-signatures"),
        (release_fields(circle=random("other circle").hex()), "app-circle"),
    ],
)
def test_too_few_or_for_others_is_foreign_by_name(chain, wrong, code):
    details = AppDetails.read(wrong)
    with pytest.raises(AppError) as refused:
        verify_release(details, chain)
    assert refused.value.code == code
    entry = sign_entry(CUSTODIAN_KEY, Kind.APP, DAY, details, random("salt"))
    read = read_entry(entry.encode(), chain)
    assert isinstance(read, Foreign)
    assert read.code == code


def test_an_old_release_never_comes_back(chain):
    first, second = release(), release(number=2)
    found = (
        AppReleases().extend(first, chain, 0, "2027-01-15").extend(second, chain, 1, "2027-01-20")
    )
    assert [each.manifest.number for each in found.known] == [1, 2]
    for old in (first, release(number=2, version="0.1.1"), release(number=1, version="0.9")):
        with pytest.raises(AppError) as refused:
            found.extend(old, chain, 2, "2027-01-21")
        assert refused.value.code == "app-stale"


def test_the_newest_may_be_said_again_with_more_trustees(chain):
    found = AppReleases().extend(release(), chain, 0, "2027-01-15")
    again = found.extend(release((0, 1, 2)), chain, 5, "2027-02-15")
    assert len(again.known) == 1
    newest = again.newest
    assert newest is not None
    assert (newest.index, newest.day, len(newest.words)) == (5, "2027-01-15", 3)


def test_what_was_replaced_counts_for_one_more_day(chain):
    found = AppReleases().extend(release(), chain, 0, "2027-01-15")
    assert found.verify_current(APP.manifest, date(2027, 6, 1)).manifest.number == 1
    found = found.extend(release(number=2), chain, 1, "2027-01-20")
    assert found.verify_current(APP.manifest, date(2027, 1, 21)).manifest.number == 1
    for digest, day, code in (
        (APP.manifest, date(2027, 1, 22), "app-stale"),
        ("0" * 64, date(2027, 1, 20), "app-unknown"),
    ):
        with pytest.raises(AppError) as refused:
            found.verify_current(digest, day)
        assert refused.value.code == code


def test_a_trustee_that_left_keeps_its_word_on_releases_of_its_circle(chain):
    assert verify_release(release((2, 3)), chain)[0].trustee == TRUSTEES[2].name
