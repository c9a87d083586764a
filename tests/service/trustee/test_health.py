"""Each part of a trustee breaks, and its probe says which; then all is well again."""

import threading
from datetime import timedelta

import pytest

from habeas.trustee import health
from tests.waiting import until
from tests.world.world import Server, listening


@pytest.fixture
def watched(new_world):
    """A world, and how its first trustee fares."""
    world = new_world(poll_seconds=0.1, retry_seconds=0.1)
    world.followed()
    trustee = world.trustees[world.names[0]]
    until(lambda: trustee.health()["ok"], "the trustee is well", pause=0.1)
    return world, trustee


def red(trustee, code):
    return until(lambda: trustee.health()["problems"].get(code), f"{code} is told", pause=0.1)


def green(trustee):
    until(lambda: trustee.health()["ok"], "the trustee is well", pause=0.1)


def test_a_log_that_is_away_for_long(watched):
    world, trustee = watched
    port = int(world.log_url.rpartition(":")[2])
    world.log_server.stop()
    until(lambda: "follow" in trustee.health()["faults"], "the fault is told", pause=0.1)
    assert trustee.health()["ok"], "a moment's fault is told, and makes nothing red"
    world.clock.move(seconds=timedelta(minutes=6).total_seconds())
    assert "does not answer" in red(trustee, "follow")
    assert trustee.health()["ages"]["follow"] > 300
    world.log_server = Server(world.log_app(), listening(port))
    green(trustee)


def test_a_loop_that_fails(watched, monkeypatch):
    _, trustee = watched
    with monkeypatch.context() as broken:
        broken.setattr(trustee.follower, "tail", lambda: 1 // 0)
        assert "ZeroDivisionError" in red(trustee, "tail")
    green(trustee)


def test_a_loop_that_hangs(watched, monkeypatch):
    _, trustee = watched
    limits = health._LATE
    assert set(limits) == {"follow", "tail", "deliver", "tell"}
    assert trustee.health()["ok"], "none of them is late"
    going_on = threading.Event()
    with monkeypatch.context() as broken:
        broken.setattr(trustee.outbox, "deliver", lambda: going_on.wait() and 0)
        until(lambda: trustee.health()["ages"]["deliver"] > 1, "a loop hangs", pause=0.1)
        broken.setattr(health, "_LATE", {**limits, "deliver": 0.5})
        assert "No success" in red(trustee, "deliver")
        assert set(trustee.health()["problems"]) == {"deliver"}
        going_on.set()
    green(trustee)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("keys.json", "keys"),
        ("master.key", "master-key"),
        ("circle.txt", "circle"),
        ("trustee.toml", "settings"),
    ],
)
def test_a_file_without_which_it_would_not_start_again(watched, name, code):
    world, trustee = watched
    file = world.folder / world.names[0] / name
    file.rename(file.with_name("away"))
    assert "Restore it" in red(trustee, f"{code}-missing")
    file.with_name("away").rename(file)
    green(trustee)


def test_a_damaged_key_file_is_told_before_the_restart_that_would_fail(watched):
    world, trustee = watched
    file = world.folder / world.names[0] / "keys.json"
    content = file.read_text()
    for damaged in ("", "[]", "{}", content[: len(content) // 2]):
        file.write_text(damaged)
        assert "Restore it" in red(trustee, "keys-damaged")
    file.write_text(content)
    green(trustee)


def test_a_pause_is_its_administrator_s(watched):
    _, trustee = watched
    trustee.pause()
    assert trustee.health()["state"] == "paused"
    trustee.pause(resume=True)
    green(trustee)
