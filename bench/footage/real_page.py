"""`python -m bench.footage.real_page`: the page and the register's figures about real people.

Writes docs/evaluation/footage.md and the figures that the register of cameras shows.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from bench.footage import ROOT, deface
from bench.footage.answers import code, systems
from bench.footage.evaluate import MEASURED
from bench.footage.real import (
    CLIPS,
    COVERED,
    LEAST,
    MOSTLY,
    SIZES,
    Face,
    Result,
    clips,
    measure,
    wilson,
)

DOC = ROOT / "docs" / "evaluation" / "footage.md"


def _table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---" + "|---:" * (len(head) - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(str(each) for each in row) + " |"
    yield ""


def _bare(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    return f"{part} of {whole} ({100 * low:.0f}–{100 * high:.0f} %)"


def _row(result: Result) -> tuple[Any, ...]:
    large = [face for face in result.faces if face.height > SIZES["over 80"][0]]
    return (
        result.name, result.below(COVERED), result.below(MOSTLY), result.below(MOSTLY, large),
        _bare(result.bare, result.people),
        f"{result.longest:.2f} s", f"{100 * result.beyond:.2f} %",
    )  # fmt: skip


_GROUPS: dict[str, tuple[tuple[str, Callable[[Face], bool]], ...]] = {
    "size": tuple(
        (f"{name} pixels", functools.partial(lambda f, a, b: a <= f.height < b, a=low, b=high))
        for name, (low, high) in SIZES.items()
    ),
    "pose": tuple(
        (pose, functools.partial(lambda f, p: f.pose == p, p=pose))
        for pose in ("frontal", "half", "profile")
    ),
    "hidden": (
        ("nothing hidden", lambda f: f.hidden == "0"),
        ("partly", lambda f: f.hidden != "0"),
    ),
    "skin": tuple(
        (told, functools.partial(lambda f, s: f.skin == s, s=skin))
        for skin, told in (
            ("lighter", "lighter skin"),
            ("darker", "darker skin"),
            ("cannot tell", "skin: cannot tell"),
        )
    ),
    "skin by size": tuple(
        (
            f"{skin} skin, {name} pixels",
            functools.partial(
                lambda f, s, a, b: f.skin == s and a <= f.height < b, s=skin, a=low, b=high
            ),
        )
        for skin in ("lighter", "darker")
        for name, (low, high) in SIZES.items()
    ),
}


def _groups(results: Sequence[Result]) -> Iterator[str]:
    rows = []
    for groups in _GROUPS.values():
        for name, belongs in groups:
            some = [list(filter(belongs, result.faces)) for result in results]
            people = len({face.who for face in some[0]})
            if not people:
                continue
            cells = (
                f"{result.below(COVERED, part)} / {result.below(MOSTLY, part)} / "
                f"{_bare(result.bare_of(part), people)}"
                for result, part in zip(results, some, strict=True)
            )
            rows.append((name, len(some[0]), people, *cells))
    yield from _table(("", "faces", "people", *(each.name for each in results)), rows)


def page(by_rate: dict[int | None, list[Result]], live: list[Result]) -> Iterator[str]:
    native = by_rate[None]
    yield "# Covering faces of real people, evaluated"
    yield ""
    yield (
        f"Written by `python -m bench.footage.real_page`, code of the rooms `cover` and `faces`: "
        f"`{code()}`. {len(clips(None))} excerpts of real recordings, {len(native[0].faces)} "
        f"labelled faces from {LEAST} pixels of {native[0].people} people; deface {deface.VERSION} "
        "with its defaults on the same frames in the same run. A face is the ellipse in its "
        "labelled box, forehead to chin."
    )
    yield ""
    yield (
        "People bare at times: covered less than seven tenths in a frame or more, with the 95 % "
        "interval of that share (Wilson). With so few people a nought is no promise. Bare for: "
        "the longest time from one covered frame of somebody to their next, with bare ones "
        "between. Beyond faces: of the picture, farther from any label than a quarter of its box; "
        "heads turned away are not labelled, and count there."
    )
    yield ""
    head = ("", "below 70 %", "below 90 %", "the same above 80 pixels", "people bare at times",
            "bare for", "beyond faces")  # fmt: skip
    for rate, results in by_rate.items():
        yield f"## {'At their own rate' if rate is None else f'At {rate} frames a second'}"
        yield ""
        yield from _table(head, map(_row, results))
    yield "## As cameras are recorded"
    yield ""
    yield "Frames wait three seconds at most, and are not decoded again."
    yield ""
    yield from _table(head, map(_row, live))
    yield "## By size, pose, hiding and skin"
    yield ""
    yield (
        "Below 70 % / below 90 % / people bare at times with the interval of that share, at their "
        "own rate. Somebody may be in several rows of a kind, nearer and farther."
    )
    yield ""
    yield from _groups(native)
    yield "## Limits"
    yield ""
    yield (
        "- Nine short excerpts, small pictures, no night, no children; most labels began as a "
        "detector's answer."
    )
    yield (
        "- Lighter or darker skin was told by one person's eye, from the pictures "
        "(`bench/footage/skin.json`): the colour of so small a face is the lamp's as much as its "
        "own. One person with darker skin shows that it can go well, and not that it does."
    )
    yield (
        "- What was chosen on these clips: the detectors' errors (`off`, `off_pixels`, `blur`), "
        "the persistence of movement, when fainter sightings confirm one another (`together`), how "
        "clearly a face tells the way up (`surer`), how much cover a doubtful way is worth "
        "and how wide it may be (`worth`, `moment`, `bridge`), what counts as a part of a face "
        "(`part`), and that YuNet is shown no picture enlarged. They are seen, not held back."
    )


def write_measured(live: list[Result]) -> None:
    """The share of faces missed, by detector and quality: the register of cameras shows it."""
    measured: dict[str, dict[str, Any]] = {}
    for result in live:
        detector, _, quality = result.name.partition(", ")
        low, high = wilson(result.bare, result.people)
        share = sum(face.share < COVERED for face in result.faces) / len(result.faces)
        interval = f"{100 * low:.0f}–{100 * high:.0f} %"
        en = (
            f"{len(result.faces)} faces of {result.people} real people, from {LEAST} pixels; "
            f"{result.bare} of them bare at times (95 % interval {interval})"
        )
        ru = (
            f"{len(result.faces)} лиц {result.people} настоящих людей, от {LEAST} пикселей; "
            f"временами не закрыты {result.bare} из них (95 % интервал {interval})"
        )
        measured.setdefault(detector, {})[quality] = {
            "share": round(share, 4),
            "source": {"en": en, "ru": ru},
        }
    text = json.dumps(measured, ensure_ascii=False, indent=1, sort_keys=True)
    MEASURED.write_text(text + "\n")


def evaluate() -> None:
    """Measure everything, and write the page and the register's figures."""
    if not CLIPS.is_dir():
        raise SystemExit("Skipped: real recordings are not beside this checkout.")
    shown = [each for each in systems() if each.quality in (None, "balanced")]
    by_rate = {rate: measure(shown, rate) for rate in (None, 10, 5)}
    as_cameras = [each for each in systems(live=True) if each.quality == "balanced"]
    live = measure(as_cameras, None)
    DOC.parent.mkdir(parents=True, exist_ok=True)
    DOC.write_text("\n".join(page(by_rate, live)).rstrip() + "\n")
    write_measured(live)
    print(f"Wrote {DOC.relative_to(ROOT)} and {MEASURED.relative_to(ROOT)}")


if __name__ == "__main__":
    evaluate()
