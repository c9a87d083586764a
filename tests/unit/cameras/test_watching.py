"""Watching live: nothing before the log has it, after its end, or beyond the camera's promise."""

import io
import json
import threading
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from habeas.cameras import grants
from habeas.cameras.grants import Grant, NoGrantError
from habeas.cameras.window import NoPictureError, Window, WindowLimits
from habeas.cover.live import Covered
from habeas.protocol import commitment
from habeas.protocol.looks import LiveDetails
from tests.unit.cameras.street import Street
from tests.unit.protocol.world import TRUSTEES, random

LIVE = '[live]\nminutes = 15\npurposes = ["emergency"]\n'
BEGIN = datetime(2026, 11, 24, 12, tzinfo=UTC)
SALT = random("live salt")


@pytest.fixture
def street(tmp_path):
    return Street(tmp_path, more=LIVE)


def grant(**changes):
    return Grant(**{
        "officer": "o.petrova", "pseudonym": "0a1b2c3d", "case_number": "", "reason": "Smoke",
        "begin": BEGIN.isoformat(), "end": (BEGIN + timedelta(minutes=15)).isoformat(), **changes,
    })  # fmt: skip


def look(private=None, **changes):
    private = private or grant()
    return LiveDetails.read({
        "v": 2, "act": "live", "camera": "north-gate", "office": "parks-department",
        "purpose": "emergency", "hour": "2026-11-24T12Z", "minutes": 15,
        "commit": commitment(SALT, private.fields()), **changes,
    })  # fmt: skip


def ask(street, private=None, *, witnesses=TRUSTEES, salt=SALT, shown=None, **changes):
    """The bytes of a request for a look that is on the log."""
    private = private or grant()
    entry, index = street.logged(look(private, **changes), "2026-11-24")
    proof = street.log.proof(index, witnesses)
    return grants.request(entry, proof, salt, shown or private)


def frame(shade=90, number=1):
    picture = np.full((180, 320, 3), shade, np.uint8)
    made = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
    made.pts, made.time_base = number, Fraction(1, 10)
    return Covered(made, ())


class Clock:
    def __init__(self):
        self.at = BEGIN + timedelta(seconds=1)

    def __call__(self):
        return self.at

    def seconds(self):
        return self.at.timestamp()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def window(street, clock):
    limits = WindowLimits(wait=0.0)
    return Window(lambda: street.camera, street.witnessed, clock, clock.seconds, limits)


def watched(window, content):
    """Watch once: pictures are kept from then on."""
    with pytest.raises(NoPictureError):
        window.picture(content, 0)


def test_who_opens_the_commitment_of_a_look_on_the_log_gets_pictures(street, window, clock):
    content = ask(street)
    watched(window, content)
    window.show(frame(), clock.at)
    found = window.picture(content, 0)
    picture = Image.open(io.BytesIO(found.content))
    assert (picture.format, picture.size) == ("JPEG", (320, 180))
    assert (found.number, found.at) == (1, clock.at)
    with pytest.raises(NoPictureError):
        window.picture(content, found.number)


def test_who_watches_is_drawn_into_the_pixels(street, window, clock):
    first = ask(street)
    second = ask(street, grant(pseudonym="ffffffff"))
    watched(window, first)
    window.show(frame(), clock.at)
    plain = np.full((180, 320), 90)
    shown = [
        np.asarray(Image.open(io.BytesIO(window.picture(each, 0).content)).convert("L")).astype(int)
        for each in (first, second)
    ]
    for each in shown:
        changed = abs(each - plain) > 12
        # At the edge, and across it.
        assert changed[-20:].any()
        assert changed[30:-40].any()
    assert abs(shown[0] - shown[1]).max() > 40


@pytest.mark.parametrize(
    "request_of",
    [
        lambda _: b"",
        lambda _: b"{",
        lambda _: b"[" * 20_000,
        lambda _: json.dumps({"entry": 1, "proof": [], "salt": None}).encode(),
        # Public alone: the entry and its proof, without what opens the commitment.
        lambda street: ask(street, salt=bytes(32)),
        lambda street: ask(street, shown=grant(pseudonym="00000000")),
        # Somebody longer than the log says.
        lambda street: ask(street, shown=grant(end=(BEGIN + timedelta(hours=5)).isoformat())),
        lambda street: ask(street, witnesses=TRUSTEES[:2]),
        lambda street: ask(street, camera="bridge-north"),
        lambda street: ask(street, purpose="city-service"),
        lambda street: ask(street, office="interior-ministry"),
        lambda street: ask(street, grant(end=(BEGIN + timedelta(minutes=16)).isoformat())),
        lambda street: ask(street, grant(end=BEGIN.isoformat())),
        lambda street: ask(street, minutes=5),
        lambda street: ask(street, grant(begin="today")),
        lambda street: ask(street, grant(begin="0001-01-01T00:00:00+00:00")),
        lambda street: ask(street, grant(end="9999-12-31T23:59:59+00:00")),
        lambda street: ask(street, grant(begin="2026-11-24T12:00:00")),
        lambda street: ask(street, grant(
            begin=(BEGIN + timedelta(hours=1)).isoformat(),
            end=(BEGIN + timedelta(hours=1, minutes=5)).isoformat(),
        )),
    ],
)  # fmt: skip
def test_nobody_else_gets_any(street, window, clock, request_of):
    watched(window, ask(street))
    window.show(frame(), clock.at)
    with pytest.raises(NoGrantError) as refused:
        window.picture(request_of(street), 0)
    assert refused.value.code == "no-grant"


def test_an_entry_of_another_log_shows_nothing(street, window, clock, tmp_path):
    content = json.loads(ask(street))
    street.log.leaves.append(b"another entry")
    content["proof"] = street.log.proof(1)
    with pytest.raises(NoGrantError):
        window.picture(json.dumps(content).encode(), 0)


def test_it_ends_by_itself_also_where_it_was_verified_before(street, window, clock):
    content = ask(street)
    watched(window, content)
    clock.at = BEGIN + timedelta(minutes=15) - timedelta(seconds=1)
    watched(window, content)
    window.show(frame(), clock.at)
    assert window.picture(content, 0).content
    clock.at += timedelta(seconds=1)
    with pytest.raises(NoGrantError):
        window.picture(content, 0)


def test_a_promise_that_is_taken_back_ends_it(street, window, clock):
    content = ask(street)
    watched(window, content)
    street.declare(more="")
    with pytest.raises(NoGrantError):
        window.picture(content, 0)


def test_while_nobody_watches_no_picture_is_kept(street, window, clock):
    window.show(frame(), clock.at)
    content = ask(street)
    watched(window, content)
    window.show(frame(), clock.at)
    clock.at += timedelta(seconds=6)
    window.show(frame(), clock.at)
    watched(window, content)


def test_without_a_circle_nobody_watches(street, clock):
    window = Window(lambda: street.camera, None, clock, clock.seconds)
    with pytest.raises(NoGrantError):
        window.picture(ask(street), 0)


def test_a_picture_is_waited_for(street, clock):
    """A request that comes first is answered by the next picture."""
    limits = WindowLimits(wait=60.0)
    window = Window(lambda: street.camera, street.witnessed, clock, clock.seconds, limits)
    content, found = ask(street), []
    asking = threading.Thread(target=lambda: found.append(window.picture(content, 0)))
    asking.start()
    while not found:
        # Shown again and again: whether the request was first is nobody's to say.
        window.show(frame(), clock.at)
        asking.join(0.01)
    assert found[0].number >= 1
