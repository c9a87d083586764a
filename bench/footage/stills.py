"""`python -m bench.footage.stills`: single pictures of real people, ours and deface.

Each third frame of the real recordings, as if there were no other: what a preview covers, and what
is covered where a video has one frame. Prints a table.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import av

from bench.footage import deface
from bench.footage.answers import PEER, System, answers, remembering
from bench.footage.real import COVERED, MOSTLY, Clip, Face, clips, score
from habeas import cover
from habeas.cover.live import Pipeline, Prepare
from habeas.faces import Box
from habeas.foundation.errors import HabeasError

EVERY = 3

Covers = Sequence[Sequence[Box]]


def _alone(clip: Clip, settings: cover.Settings) -> Covers:
    """What is covered in each third frame by itself; nothing in the others."""
    found: list[tuple[Box, ...]] = []
    prepare = Prepare(settings)
    with av.open(str(clip.video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % EVERY:
                found.append(())
                continue
            pipeline = Pipeline(remembering(settings.detector), settings, clip.labels["fps"])
            (decision,) = pipeline.decide([prepare(frame)])
            found.append(decision.boxes)
    return found


def _some(clip: Clip, covers: Covers) -> tuple[list[Face], list[float]]:
    """The faces of those frames, and what is covered beyond."""
    faces, beyond = score(clip, covers)
    fps = clip.labels["fps"]
    return [each for each in faces if not round(each.at * fps) % EVERY], beyond[::EVERY]


def _row(name: str, scores: Sequence[tuple[list[Face], list[float]]]) -> str:
    faces = [face for some, _ in scores for face in some]
    beyond = statistics.fmean(each for _, some in scores for each in some)
    below = (100 * sum(f.share < limit for f in faces) / len(faces) for limit in (COVERED, MOSTLY))
    shares = " | ".join(f"{each:.1f} %" for each in below)
    return f"| {name} | {len(faces)} | {shares} | {100 * beyond:.2f} % |"


def run() -> None:
    """Measure, and print."""
    print("| | faces | below 70 % | below 90 % | beyond faces |\n|---|---:|---:|---:|---:|")
    for detector in ("centerface", "yunet"):
        settings = cover.Settings(detector=detector)
        try:
            scores = [_some(clip, _alone(clip, settings)) for clip in clips(None)]
        except HabeasError as error:
            print(f"Skipped: {detector}. {error}")
            continue
        print(_row(f"{detector}, balanced", scores))
    if deface.install():
        peer = System(PEER, f"deface-{deface.VERSION}", deface.boxes)
        told = [(clip, answers(peer, clip.video, clip.labels["frames"])) for clip in clips(None)]
        print(_row(PEER, [_some(clip, covers) for clip, covers in told]))


if __name__ == "__main__":
    run()
