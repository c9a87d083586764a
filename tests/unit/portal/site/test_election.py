"""Of any number of workers, one: over a folder, by a file's lock."""

import stat

import pytest
from django.conf import settings

from habeas.portal.site.election import Election


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "DATA", tmp_path)
    return tmp_path


@pytest.fixture
def elections():
    both = Election(), Election()
    yield both
    for each in both:
        each.close()


def test_one_wins_and_stays_the_one(elections):
    first, second = elections
    first.win()
    second.win()
    assert (first.won, second.won) == (True, False)
    first.win()
    second.win()
    assert (first.won, second.won) == (True, False)


def test_who_lets_go_is_succeeded_and_may_come_again(elections):
    first, second = elections
    first.win()
    first.close()
    assert not first.won
    second.win()
    first.win()
    assert (first.won, second.won) == (False, True)
    second.close()
    first.win()
    assert first.won


def test_the_lock_is_its_owners_alone(folder, elections):
    elections[0].win()
    assert stat.S_IMODE((folder / "worker.lock").stat().st_mode) == 0o600


def test_who_never_won_may_close():
    Election().close()
