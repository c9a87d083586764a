"""`python -m bench.footage.generate`: video with exact boxes of every face in every frame.

Heads of real portraits walk, run, approach and stand before real streets; they are scaled,
tilted, blurred along their movement, pass behind posts and each other and leave the frame.
The same seed makes the same clip. Written to build/footage/clips.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from bench.footage import BUILD, DATA
from bench.footage.clips import RATE, Clip, clips
from bench.footage.drawing import Frame, draw_people
from bench.footage.grounds import available, moving, still
from bench.footage.heads import Head, load_heads
from bench.footage.people import H, camera_at, cast_people
from bench.footage.truth import Shown, Truth
from habeas.faces import Box

CLIPS = BUILD / "clips"
_BASE = Fraction(1, 1000)
#: Share of the light by night, and times the noise by day: about 6 grey levels.
_NIGHT_LIGHT, _NIGHT_NOISE = 0.25, 4


@cache
def _heads() -> list[Head]:
    return load_heads(DATA / "portraits")


def _times(clip: Clip, rng: np.random.Generator) -> list[float]:
    """Seconds of each frame."""
    count = sum(clip.frames)
    if not clip.uneven:
        return [number / clip.fps for number in range(count)]
    # Most frames a little early or late, some held up for two to four times as long.
    steps = rng.choice([33, 40, 47, 80, 160], size=count, p=[0.25, 0.4, 0.25, 0.07, 0.03])
    return [float(at) / 1000 for at in np.concatenate([[0], np.cumsum(steps)[:-1]])]


def render(clip: Clip) -> Iterator[tuple[Frame, float, tuple[Shown, ...]]]:
    """The frames of a clip: pixels, seconds, faces."""
    rng = np.random.default_rng(clip.seed)
    times = _times(clip, rng)
    grain = rng.normal(0, 1.5, (clip.height, clip.width, 1)).astype(np.int16)
    number = people = 0
    for shot, frames in zip(clip.shots, clip.frames, strict=True):
        cast = cast_people(clip, shot, people, rng, _heads())
        people += shot.people
        ground = (moving if shot.pan else still)(shot.place, clip.width, clip.height)
        start = times[number]
        for _ in range(frames):
            at = times[number] - start
            frame = ground(at, camera_at(shot, at * RATE))
            shown = draw_people(frame, cast, shot, at * RATE)
            noise = np.roll(grain, tuple(rng.integers(0, 500, 2)), axis=(0, 1))
            lit = _at_night(frame) + _NIGHT_NOISE * noise if clip.night else frame + noise
            pixels = np.clip(lit, 0, 255).astype(np.uint8)
            if clip.sideways:
                pixels, shown = np.rot90(pixels), _turned(shown, clip.width)
            yield pixels, times[number], shown
            number += 1


def cast_of(clip: Clip, heads: Sequence[H]) -> dict[int, H]:
    """Whose head each person of a clip has: `render`'s draws, and nothing drawn.

    Args:
        clip: the clip.
        heads: what stands for the heads, in their order.
    """
    rng = np.random.default_rng(clip.seed)
    _times(clip, rng)
    rng.normal(0, 1.5, (clip.height, clip.width, 1))
    found: dict[int, H] = {}
    for shot, frames in zip(clip.shots, clip.frames, strict=True):
        cast = cast_people(clip, shot, len(found), rng, heads)
        found |= {person.number: person.head for person in cast}
        for _ in range(frames):
            rng.integers(0, 500, 2)
    return found


def _at_night(frame: Frame) -> NDArray[np.int16]:
    """A quarter of the light, and hardly any colour."""
    grey = frame.mean(axis=2, keepdims=True)
    return np.asarray(_NIGHT_LIGHT * (0.8 * grey + 0.2 * frame), np.int16)


def _turned(shown: Sequence[Shown], width: int) -> tuple[Shown, ...]:
    """Faces of a picture of that width once it is turned anticlockwise by a quarter."""
    return tuple(
        replace(
            each,
            box=Box(each.box.top, width - each.box.right, each.box.bottom, width - each.box.left),
        )
        for each in shown
    )


def paths(clip: Clip) -> tuple[Path, Path]:
    """Where a clip and its truth are."""
    video = CLIPS / f"{clip.name}-{clip.seed}.mp4"
    return video, video.with_suffix(".json")


def make(clip: Clip) -> tuple[Path, Truth]:
    """Make a clip, or take it where it was made before."""
    video, answers = paths(clip)
    if video.is_file() and answers.is_file():
        return video, Truth.load(answers)
    CLIPS.mkdir(parents=True, exist_ok=True)
    times, frames = [], []
    meanwhile = video.with_suffix(".part")
    with av.open(str(meanwhile), "w", format="mp4") as out:
        stream = out.add_stream(
            "libx264", rate=clip.fps, options={"preset": "veryfast", "crf": "20"}
        )
        width, height = clip.size
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = stream.time_base = _BASE
        total = sum(clip.frames)
        for pixels, at, shown in track(render(clip), f"Making {clip.name}", total=total):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(at / _BASE), _BASE
            out.mux(stream.encode(frame))
            times.append(at)
            frames.append(shown)
        out.mux(stream.encode(None))
    truth = Truth(width, height, tuple(times), tuple(frames))
    truth.save(answers)
    meanwhile.replace(video)
    return video, Truth.load(answers)


def main() -> None:
    """Make all clips."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    if not available():
        raise SystemExit("Skipped: portraits and recordings are not beside this checkout.")
    for clip in clips(parser.parse_args().seed):
        video, truth = make(clip)
        print(video.name, len(truth.frames), "frames,", sum(map(len, truth.frames)), "faces")


if __name__ == "__main__":
    main()
