"""What a process that records stands on, however many cameras it records."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from habeas.cli._recording import (
    bucket_of,
    deletes_of,
    folder_of,
    held_key,
    key_file_of,
    log_of,
    logs_of,
    packing_of,
    signer_of,
)

if TYPE_CHECKING:
    from habeas.cameras.deletes import Deletes
    from habeas.cameras.house import HourLog
    from habeas.cameras.keeping import HouseKeeping
    from habeas.cameras.live_port import LivePort
    from habeas.cameras.logged import ProvenLog
    from habeas.cameras.probes import Judged
    from habeas.cameras.recordings import Recordings
    from habeas.cameras.window import Window
    from habeas.cameras.witnessed import Witnessed
    from habeas.tlog import NoteSigner


@dataclass(frozen=True)
class Station:
    """Where recordings go, by whose key, and on which log.

    Attributes:
        place: all recordings.
        log: where entries go; None where none is named.
        hours: where closed hours go; None where they go with all else.
        signer: the recorder's key.
        deletes: until when recordings may be deleted.
        witnessed: reads entries with their proofs; None without a circle.
        say: tells people what they should know.
    """

    place: Recordings
    log: HourLog | None
    hours: ProvenLog | None
    signer: NoteSigner
    deletes: Deletes
    witnessed: Witnessed | None
    say: Callable[[str], None]

    @classmethod
    def open(
        cls,
        say: Callable[[str], None],
        *,
        config: Path | None,
        data: Path | None,
        recordings: Path | None,
        log: str | None,
        circle: Path | None,
        key: Path | None,
        bucket: str | None,
        resume: bool,
    ) -> Station:
        """The station that a command's options name.

        Raises:
            HabeasError: one of them is missing, or cannot be read.
        """
        from habeas.cameras.recordings import Recordings
        from habeas.cameras.witnessed import Witnessed
        from habeas.foundation import text
        from habeas.protocol import verify_circle

        place = Recordings(folder_of(data, recordings), bucket_of(bucket))
        place.adopt()
        client = log_of(data, log)
        signer = held_key(config) or signer_of(
            key_file_of(data, key, place.folder), made_here=key is not None or data is None,
            say=say,
        )  # fmt: skip
        circle = circle or (data / "circle.txt" if data else None)
        deletes = deletes_of(place.folder, circle, client, resume=resume)
        note = text.read(circle) if circle else None
        witnessed = Witnessed(note) if note else None
        if client is None:
            say("no log is named: hours are closed, and what the log is owed is kept")
        to, hours = logs_of(client, verify_circle(note) if note else None)
        return cls(place, to, hours, signer, deletes, witnessed, say)

    def window(self, camera: str) -> Window:
        """Where a camera's newest picture can be watched."""
        from habeas.cameras.window import Window

        return Window(lambda: self.place.camera(camera), self.witnessed)

    def live(
        self, windows: Mapping[str, Window], at: str | None, *, leased: bool = False
    ) -> LivePort | None:
        """Where pictures of cameras that may be watched live are asked for; None without any.

        Args:
            windows: by the camera's id.
            at: the address, or several (`LiveAddress.choice`); a port of this machine alone for
                None.
            leased: see `LivePort`.

        Raises:
            HabeasError: *at* is no address of this machine.
        """
        from habeas.cameras.live_address import HERE, LiveAddress
        from habeas.cameras.live_port import LivePort

        if not windows:
            return None
        where = (HERE,) if at is None else LiveAddress.choice(at)
        places = {each: self.place.place(each) for each in windows}
        return LivePort(windows, places, self.signer, where, leased=leased)

    @contextlib.contextmanager
    def at_work(
        self,
        port: LivePort | None,
        health_port: int | None,
        judged: Callable[[Mapping[str, float], str], Judged],
        *,
        house: bool = True,
    ) -> Iterator[None]:
        """What goes on beside recording: the house, live pictures, and answers about health.

        Args:
            port: where live pictures are asked for; None for nowhere.
            health_port: of 127.0.0.1; None for no answers.
            judged: how cameras fare, by the house's ages and by what halts deleting.
            house: whether hours are closed, packed and deleted here.
        """
        from habeas.cameras.probes import Probes

        keeping = self.keeping()
        with contextlib.ExitStack() as open_:
            for kept in (keeping, packing_of(self.place, self.say)) if house else ():
                open_.enter_context(kept)
            if port is not None:
                open_.enter_context(port)
            if health_port is not None:
                asked = lambda: judged(keeping.ages(), self.deletes.halted())  # noqa: E731 - one use
                probes = open_.enter_context(Probes(health_port, asked))
                answered = f"http://127.0.0.1:{probes.port}"
                self.say(f"/livez, /readyz and /metrics are answered on {answered}")
            yield

    def confine(self, *urls: str, gpu: bool) -> None:
        """Give up for good what recording does not need."""
        from habeas.cameras.confinement import confine_recorder

        doors = confine_recorder(self.place.folder, *urls, gpu=gpu).open_doors
        if doors:
            self.say(f"this machine holds the recorder less than it should: {', '.join(doors)}")

    def keeping(self) -> HouseKeeping:
        """Closes hours, deletes, and tells the log, while it is entered."""
        from habeas.cameras.house import keep_house
        from habeas.cameras.keeping import HouseKeeping
        from habeas.cameras.storage import look

        return HouseKeeping(
            lambda: keep_house(
                self.place, self.signer, self.log, datetime.now(UTC), self.say, self.deletes,
                self.witnessed, lambda: look(self.place.folder), self.hours,
            ),
            self.say,
            log=self.log is not None,
        )  # fmt: skip
