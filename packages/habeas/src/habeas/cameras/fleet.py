"""Many cameras in one process: recorders beside each other, on one loaded detector.

    cameras.toml → a Recorder for each, in threads of its own → one folder of recordings
                        └── looks, in turns → one network

Each recorder is what `habeas record` runs, and fails closed as it does. What happens to one camera
is caught in its own threads: the others hear nothing of it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from habeas import faces
from habeas.cameras.declaration import Camera
from habeas.cameras.declarations import ListedCamera
from habeas.cameras.leases import Keeper
from habeas.cameras.recorder import Recorder, Say
from habeas.cameras.recordings import Recordings
from habeas.cameras.reporting import Figures, Reporter
from habeas.cameras.window import Window
from habeas.cover.sharing import Shared
from habeas.foundation.errors import HabeasError

#: Seconds until a recorder that ended by a fault is started again.
_AGAIN = 5.0
#: Seconds that recorders are waited for at the end, each; what is unfinished then has no name.
_PATIENCE = 60.0


class Recording(Protocol):
    """What a fleet runs: a `Recorder`."""

    def run(self) -> None:
        """Record until `stop`."""

    def stop(self) -> None:
        """End it, from any thread."""


@dataclass(frozen=True)
class Reached:
    """Cameras whose addresses are known, and why the others' are not.

    Attributes:
        cameras: those that can be recorded.
        unknown: causes, by id, of those that cannot.
    """

    cameras: tuple[Camera, ...]
    unknown: Mapping[str, str]


def reach(listed: Iterable[ListedCamera]) -> Reached:
    """Read the addresses, before the process gives up the right to; one that fails keeps none."""
    cameras, unknown = [], {}
    for each in listed:
        try:
            cameras.append(each.reached())
        except HabeasError as error:
            unknown[each.id] = f"Its address cannot be read: {error.cause}"
    return Reached(tuple(cameras), unknown)


class Networks:
    """Detectors by name, each loaded once and shared."""

    def __init__(self) -> None:
        self._shared: dict[str, Shared] = {}

    def of(self, camera: Camera, watched: Callable[[], bool] = lambda: False) -> faces.Detector:
        """The camera's view of the detector that it declares.

        Args:
            camera: whose.
            watched: whether somebody watches it now: its looks come first then.

        Raises:
            HabeasError: it cannot be loaded.
        """
        settings = camera.settings()
        name = faces.choose(settings.detector)
        if name not in self._shared:
            self._shared[name] = Shared(faces.detector(name, gpu=settings.gpu, many=True))
        return self._shared[name].of(camera.id, watched)


class Fleet:
    """Runs recordings until it is stopped, and starts again whichever ends by itself.

    Args:
        recordings: by the camera's id, each made anew for every start.
        say: told what people should know.
        again: seconds until one that ended is started again.
    """

    def __init__(
        self,
        recordings: Mapping[str, Callable[[], Recording]],
        say: Say,
        again: float = _AGAIN,
    ) -> None:
        self._make, self._say, self._again = recordings, say, again
        self._stopped = threading.Event()
        self._changing = threading.Lock()
        self._running: dict[str, Recording] = {}

    def run(self) -> None:
        """Record until `stop`; returns once all have ended."""
        threads = [
            threading.Thread(target=self._keep, args=(camera,), name=camera, daemon=True)
            for camera in self._make
        ]
        for each in threads:
            each.start()
        self._stopped.wait()
        for each in threads:
            each.join(_PATIENCE)
            if each.is_alive():
                self._say(f"{each.name}: it does not end; what it has not finished is lost")

    def stop(self) -> None:
        """End all; what was received is covered and written first."""
        self._stopped.set()
        with self._changing:
            running = list(self._running.values())
        for each in running:
            each.stop()

    def _keep(self, camera: str) -> None:
        while not self._stopped.is_set():
            try:
                made = self._make[camera]()
                with self._changing:
                    self._running[camera] = made
                if self._stopped.is_set():
                    return
                made.run()
            except Exception as error:  # noqa: BLE001 - one camera's fault is not the others'
                self._say(f"{camera}: its recorder ended: {error or type(error).__name__}")
            self._stopped.wait(self._again)


class Unreached:
    """A camera whose address is not known: nothing is recorded, and its health says why.

    Args:
        place: the camera's folder.
        because: why.
    """

    def __init__(self, place: Path, because: str) -> None:
        self._because = because
        self._stopped = threading.Event()
        self._report = Reporter(place, Figures, lambda: datetime.now(UTC), time.monotonic)

    def run(self) -> None:
        """Say so until `stop`."""
        self._report.lost(self._because)
        with self._report:
            self._stopped.wait()

    def stop(self) -> None:
        """See `Recording`."""
        self._stopped.set()


class Leased:
    """Records a camera while its lease is held, and waits for it otherwise.

    Args:
        keeper: of the lease.
        make: a recorder that writes under a token.
        say: told when the lease comes and goes.
        held: called whenever the lease has come.
    """

    def __init__(
        self,
        keeper: Keeper,
        make: Callable[[int], Recording],
        say: Say,
        held: Callable[[], None] | None = None,
    ) -> None:
        self._keeper, self._make, self._say, self._came = keeper, make, say, held
        self._stopped = threading.Event()
        self._recorder: Recording | None = None

    def run(self) -> None:
        """Record whenever the lease is held, until `stop`."""
        while not self._stopped.is_set():
            held = self._keeper.wait()
            if held is None:
                return
            self._say(f"the lease is held here, token {held.lease.token}")
            if self._came is not None:
                with contextlib.suppress(OSError):
                    self._came()
            self._record(held.lease.token)

    def _record(self, token: int) -> None:
        recorder = self._recorder = self._make(token)
        done = threading.Event()
        keeping = threading.Thread(target=self._keep, args=(recorder, done), daemon=True)
        keeping.start()
        try:
            if not self._stopped.is_set():
                recorder.run()
        finally:
            # Only now: what it finished last was written under the lease.
            done.set()
            keeping.join()

    def _keep(self, recorder: Recording, done: threading.Event) -> None:
        try:
            self._keeper.keep(done)
        except HabeasError as error:
            self._say(error.cause)
            recorder.stop()

    def stop(self) -> None:
        """See `Recording`."""
        self._stopped.set()
        self._keeper.stop()
        recorder = self._recorder
        if recorder is not None:
            recorder.stop()


def recorders(
    reached: Reached,
    recordings: Recordings,
    networks: Networks,
    say: Say,
    keeper: Callable[[str], Keeper] | None = None,
    windows: Mapping[str, Window] | None = None,
    held: Callable[[str], None] | None = None,
) -> dict[str, Callable[[], Recording]]:
    """For `Fleet`: what runs for each camera.

    Args:
        reached: the cameras.
        recordings: where to.
        networks: that look at their pictures.
        say: told what people should know.
        keeper: of a camera's lease; None where this process is alone.
        windows: where cameras' newest pictures can be watched, by id.
        held: told a camera whose lease has come.

    Raises:
        HabeasError: a detector cannot be loaded.
    """

    def one(camera: Camera) -> Callable[[], Recording]:
        window = (windows or {}).get(camera.id)
        detector = networks.of(camera, lambda: window is not None and window.watched)

        def tell(text: str) -> None:
            say(f"{camera.id}: {text}")

        def under(token: int | None) -> Recorder:
            return Recorder(camera, recordings, tell, window=window, detector=detector, token=token)

        if keeper is None:
            return lambda: under(None)
        came = held and partial(held, camera.id)
        return lambda: Leased(keeper(camera.id), under, tell, came)

    def none(camera: str, because: str) -> Callable[[], Recording]:
        say(f"{camera}: {because}")
        return lambda: Unreached(recordings.place(camera), because)

    found = {each.id: one(each) for each in reached.cameras}
    return found | {each: none(each, because) for each, because in reached.unknown.items()}
