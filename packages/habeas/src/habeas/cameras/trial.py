"""One covered picture of a camera that is to be added: people judge by it before it records.

    python -m habeas.cameras.trial FOLDER < camera.json        # writes FOLDER/still.jpg

A stranger's stream is decoded in a process of its own, which keeps that one folder and its network
(`habeas.cameras.confinement`). The address comes by a pipe: it stands in no list of processes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from habeas.foundation.errors import HabeasError

#: Seconds of pictures of which the one with most covers is shown.
_SHOWN = 4.0
#: Seconds for all of it: reaching the camera, and what covers wait for.
_PATIENCE = 120.0
STILL = "still.jpg"


class TrialError(HabeasError):
    """No picture of the camera could be had."""

    code = "trial"
    remedy = "Check the address, the sign-in and the network, and try again. Nothing was added."


@dataclass(frozen=True)
class Trial:
    """What the camera showed.

    Attributes:
        width, height: of its pictures, pixels, upright.
        fps: frames a second, as far as it tells.
        covers: in the picture that is shown.
        still: a covered JPEG.
    """

    width: int
    height: int
    fps: float
    covers: int
    still: Path


def look(declaration: str, folder: Path) -> Trial:
    """Reach the camera of *declaration* (TOML), and leave a covered picture in *folder*.

    Raises:
        TrialError: it cannot be reached or decoded.
    """
    command = [sys.executable, "-m", "habeas.cameras.trial", str(folder)]
    try:
        done = subprocess.run(
            command, input=declaration, capture_output=True, text=True, timeout=_PATIENCE,
            check=False,
        )  # fmt: skip
        said = json.loads(done.stdout or "{}")
    except subprocess.TimeoutExpired as error:
        raise TrialError("The camera gave no picture in two minutes.") from error
    except ValueError as error:
        raise TrialError("The trial ended in the middle.") from error
    if "cause" in said or "width" not in said:
        raise TrialError(said.get("cause", "The trial ended in the middle."))
    return Trial(**said, still=folder / STILL)


def main(folder: Path, declaration: str) -> dict[str, object]:
    """What `look` runs, in its own process: see the head.

    Raises:
        HabeasError: the camera cannot be reached or decoded.
    """
    import tomllib  # noqa: PLC0415 - each before the process is confined

    from habeas import faces  # noqa: PLC0415
    from habeas.cameras.confinement import confine_recorder  # noqa: PLC0415
    from habeas.cameras.declaration import Camera, declared  # noqa: PLC0415
    from habeas.cameras.live import TICKS, CameraConnection  # noqa: PLC0415
    from habeas.cover.live import Pipeline, jpeg  # noqa: PLC0415

    camera = declared(Camera, tomllib.loads(declaration), "The camera")
    settings = camera.settings()
    confine_recorder(folder, camera.url, gpu=settings.gpu)
    detector = faces.detector(settings.detector, gpu=settings.gpu)
    most, said = -1, dict[str, object]()
    with CameraConnection(camera.url, settings) as live:
        pipeline = Pipeline(detector, settings, live.fps, fail_closed=True)
        for item in pipeline.run(live.frames()):
            # A picture that nobody could look at shows nothing to judge by.
            if item.checked and len(item.boxes) > most:
                most = len(item.boxes)
                (folder / STILL).write_bytes(jpeg(item, turn=pipeline.turn))
                said = {"width": item.frame.width, "height": item.frame.height,
                        "fps": round(live.fps, 1), "covers": most}  # fmt: skip
            if (item.frame.pts or 0) / TICKS > _SHOWN:
                # What was received until now is covered, and then it ends.
                live.stop()
    if not said:
        raise live.lost or TrialError("The camera sent no picture that could be looked at.")
    return said


if __name__ == "__main__":
    try:
        found = main(Path(sys.argv[1]), sys.stdin.read())
    except HabeasError as error:
        found = {"cause": error.cause}
    sys.stdout.write(json.dumps(found))
