"""The process that decodes one video, with few rights; see `habeas.confined`.

A job is {"kind": "cover", "preview", "plan", "part" or "join", "source", "target", "settings",
and what the kind needs: "ending", "at", "seconds", "part", "parts", "turn"}; its progress is
{"frames", "at", "seconds"}. The target exists by then, empty.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from habeas.confined import Answer, Handler, Job, Rights, serve

_MEMORY = 12 * 1024**3
#: What is covered is rarely larger than its source; this only stops a runaway.
_ROOM, _TIMES = 2 * 1024**3, 20
_PAUSE = 0.1
#: How many processors there are decides how encoders and detectors divide their work.
_PROCESSORS = Path("/sys/devices/system/cpu")


def prepare() -> Handler:
    """Load every library, and give the handler of videos."""
    from habeas import faces  # noqa: PLC0415
    from habeas.cover._cover_file import cover_file, preview  # noqa: PLC0415
    from habeas.cover._join import join  # noqa: PLC0415
    from habeas.cover._parts import Part, cover_part, plan  # noqa: PLC0415
    from habeas.cover.settings import Settings  # noqa: PLC0415
    from habeas.faces import assets  # noqa: PLC0415

    faces.load_detectors()
    # Libraries load more of themselves when they first need it.
    libraries = ("os", "av", "numpy", "onnxruntime", "PIL")
    code = [Path(str(sys.modules[each].__file__)).parent for each in libraries]

    def handle(job: Job) -> Answer:
        fields = job.value
        source, target = Path(fields["source"]), Path(fields["target"])
        settings = Settings.from_json(fields["settings"])
        parts = [Path(each) for each in fields.get("parts", ())]
        opened = (source, *parts, *assets.folder().glob("*"), *code, _PROCESSORS)
        rights = Rights(
            memory=_MEMORY,
            file_size=_ROOM + _TIMES * source.stat().st_size,
            open_files=256,
            read=[each for each in opened if each.exists()],
            write=[target] if fields["target"] else [],
            driver=settings.gpu,
        )
        confine = partial(job.confine, rights)
        if not settings.gpu:
            # Before anything of the source is read, and before there are threads.
            confine()
        told: dict[str, Any] = {
            "progress": _Progress(job).tell,
            "ready": confine if settings.gpu else None,
        }
        match fields["kind"]:
            case "cover":
                report = cover_file(source, target, settings, ending=fields["ending"], **told)
                return Answer(report.to_json())
            case "part":
                part = Part.from_json(fields["part"])
                ending = fields["ending"]
                return Answer(asdict(
                    cover_part(source, target, settings, part, ending=ending, **told)
                ))  # fmt: skip
            case "plan":
                return Answer([each.to_json() for each in plan(source, fields["seconds"], **told)])
            case "join":
                ending, turn = fields["ending"], fields["turn"]
                return Answer(asdict(
                    join(parts, source, target, settings, ending, turn, **told)
                ))  # fmt: skip
            case _:
                preview(source, target, settings, at=fields["at"], ready=told["ready"])
                return Answer(None)

    return handle


class _Progress:
    """Tells of progress, not more often than anybody looks."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._last = 0.0

    def tell(self, frames: int, at: float, seconds: float | None) -> None:
        """So far."""
        if time.monotonic() - self._last >= _PAUSE:
            self._last = time.monotonic()
            self._job.progress({"frames": frames, "at": at, "seconds": seconds})


if __name__ == "__main__":
    serve(prepare)
