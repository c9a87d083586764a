"""One camera's recordings, hour by hour, and a log whose proofs its circle accepts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from habeas.cameras.declaration import Camera
from habeas.cameras.recordings import Recordings
from habeas.cameras.witnessed import Witnessed
from habeas.protocol import footage
from habeas.protocol.looks import HeldDetails, LiftedDetails
from tests.media.video.segments import CAMERA, RECORDER, write_segment
from tests.unit.protocol.world import CUSTODIAN_KEY, Log, circle_note, random

#: The first recorded hour.
START = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = "[holds]\ndays = 90\npercent = 5\n"


def name(number):
    """Of the hour that many hours after the first."""
    return footage.hour_name(START + number * HOUR)


class Street:
    """A camera that keeps 14 days, of which 16 hours may be held.

    Args:
        folder: of recordings.
        more: of the camera's declaration.
    """

    def __init__(self, folder, more=RULES):
        self.folder, self.more = folder, more
        self.recordings = Recordings(folder / "recordings")
        self.log, self.said = Log(), []
        self.witnessed = Witnessed(circle_note())
        self.declare()
        self._content = b""

    @property
    def place(self):
        return self.recordings.place("north-gate")

    @property
    def camera(self):
        return self.recordings.camera("north-gate")

    def declare(self, more=None):
        file = self.folder / "camera.toml"
        file.write_text(
            CAMERA.replace("[cover]", (self.more if more is None else more) + "[cover]")
        )
        self.recordings.write_camera(Camera.load(file).public(), date(2026, 11, 23), RECORDER)

    def record(self, hours):
        """One segment in each of so many hours, from the first on; all of them are closed."""
        if not self._content:
            made = self.folder / "segment.mp4"
            self._content = write_segment(made, seconds=1).read_bytes()
        for number in range(hours):
            part = self.recordings.new_part("north-gate")
            # A free box at the end (ISO/IEC 14496-12 section 8.1.2): each has its own bytes.
            part.write_bytes(self._content + b"\0\0\0\x0cfree" + number.to_bytes(4, "big"))
            self.recordings.add("north-gate", START + number * HOUR, part)
            closing = (START + number * HOUR).date()
            self.recordings.close_hour("north-gate", name(number), closing, RECORDER)

    def hold(self, first, hours, until, **changes):
        """Details of a hold."""
        fields = {
            "camera": "north-gate", "office": "parks-department", "reason": "investigation",
            "hour": name(first), "hours": hours, "until": until, "commit": "0" * 64, **changes,
        }  # fmt: skip
        return HeldDetails.read({"v": 2, "act": "held", **fields})

    def lift(self, hold, office="parks-department"):
        """Details of a hold's end."""
        return LiftedDetails(camera="north-gate", office=office, hold=hold)

    def logged(self, details, day, signer=CUSTODIAN_KEY):
        """The entry's bytes, and its index on the log."""
        salt = random(f"salt {len(self.log.leaves)}")
        entry = footage.entry_of(details, date.fromisoformat(day), signer, salt)
        return entry.encode(), self.log.append(entry)

    def there(self):
        """Numbers of the hours whose segments are there."""
        return [
            number
            for number in range(400)
            if any(self.recordings.hour_place("north-gate", name(number)).glob("*.mp4"))
        ]
