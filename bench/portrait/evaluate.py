"""`python -m bench.portrait.evaluate`: the portrait checks on real people and graded defects.

Writes docs/evaluation/portrait.md and its plots. The portraits lie beside the project
(``../shared/data/portraits``), and are shown nowhere.
"""

from __future__ import annotations

import collections
import csv
import itertools
import math
import statistics
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from rich.progress import track

from bench.portrait.asking import ANGLES, Answer, ask_file, one_portrait
from bench.portrait.defects import DEFECTS, Defect
from habeas.faces import assets
from habeas.portrait.advise import limits

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "portraits"
DOC = ROOT / "docs" / "evaluation" / "portrait.md"
_HOPPER = Path(mpl.get_data_path()) / "sample_data" / "grace_hopper.jpg"
IMAGES = ROOT / "docs" / "images"
_EVERY = 2
#: About light or mouth: never for a clean portrait.
_LIGHT_OR_MOUTH = {
    "too-dark", "backlit", "too-bright", "uneven-light", "shadow", "odd-colours", "tinted",
    "black-and-white", "mouth-open", "eyes-closed", "smiling",
}  # fmt: skip


def _wilson(hits: int, of: int) -> str:
    """95 % interval of a share (Wilson 1927), per cent."""
    if not of:
        return "–"
    z, p = 1.96, hits / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return f"{100 * max(0, middle - half):.0f}–{100 * min(1, middle + half):.0f}"


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    names = list(head)
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(str(each) for each in row) + " |"
    yield ""


def _groups(person: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "all", "all"
    yield "ethnicity", person["ethnicity"]
    yield "gender", person["gender"]
    yield "age", _age_group(person["age"])


def _age_group(told: str) -> str:
    if not told.replace(".", "").isdigit():
        return "not told"
    age = float(told)
    return "18–24" if age < 25 else "25–34" if age < 35 else "35 and older"


def _pupil_error(person: dict[str, str], answer: Answer) -> float:
    truth = [
        (float(person[f"{side}_pupil_x"]), float(person[f"{side}_pupil_y"]))
        for side in ("right", "left")
    ]
    distance = math.dist(*truth)
    return statistics.mean(math.dist(a, b) for a, b in zip(truth, answer.pupils, strict=True)) / (
        distance
    )


def _clean_part(
    people: dict[str, dict[str, str]], answers: dict[str, dict[str, Answer]]
) -> Iterator[str]:
    yield "## Studio portraits"
    yield ""
    yield (
        "54 people, one studio, the same light. Advice on a neutral portrait is false advice. "
        "Smiling portraits are clean too, but a wide open mouth is rightly advised on."
    )
    yield ""
    counted: dict[tuple[str, str], list[tuple[dict[str, str], str]]] = collections.defaultdict(list)
    for name in answers["neutral"]:
        for each in _groups(people[name]):
            counted[each].append((people[name], name))
    rows = []
    for (kind, group), members in sorted(counted.items()):
        neutral = [answers["neutral"][name] for _, name in members]
        strict = [answers["neutral, icao"][name] for _, name in members]
        smiling = [answers["smiling"][name] for _, name in members if name in answers["smiling"]]
        errors = [_pupil_error(person, answers["neutral"][name]) for person, name in members]
        rows.append((
            kind, group, len(members),
            sum(each.faces == 1 for each in neutral),
            sum(bool(each.codes) for each in neutral),
            sum(bool(_LIGHT_OR_MOUTH & set(each.codes)) for each in neutral),
            sum(bool(each.codes) for each in strict),
            f"{sum(bool(each.codes) for each in smiling)} of {len(smiling)}",
            f"{100 * statistics.median(errors):.2f} %",
            f"{statistics.median(each.scores['luminance_mean'] for each in neutral):.0f}",
        ))  # fmt: skip
    head = ("by", "group", "people", "one face found", "false advice", "of it about light or mouth",
            "false advice, icao", "smiling, advised", "pupil error, median of IED",
            "luminance mean, score")  # fmt: skip
    yield from _table(head, rows)
    yield (
        "The last column shows why no advice rests on how bright a face is: the same studio light "
        "scores far lower on dark skin, by ISO's own formula."
    )
    yield ""
    errors = [_pupil_error(people[n], answers["neutral"][n]) for n in answers["neutral"]]
    yield (
        f"Pupils: median error {100 * statistics.median(errors):.2f} %, 95th percentile "
        f"{100 * float(np.quantile(errors, 0.95)):.2f} % of the pupil distance."
    )
    yield ""
    false = sum(each.codes != ("no-face",) for each in answers["negatives"].values())
    yield f"Pictures without people: a face found in {false} of {len(answers['negatives'])}."
    yield ""


def _defect_part(found: list[dict[tuple[str, float], Answer]]) -> Iterator[str]:
    yield "## Defects"
    yield ""
    yield (
        f"Made from {len(found)} clean studio portraits (`bench/portrait`). Grades that people "
        "see clearly are those listed; milder ones are in the plots. *Other advice*: pictures of "
        "that grade to which something else was said first."
    )
    yield ""
    rows = []
    for defect in DEFECTS:
        for grade in defect.clear:
            answers = [each[defect.name, grade] for each in found]
            right = set(defect.codes)
            advised = sum(bool(right & set(each.codes)) for each in answers)
            first = sum(bool(each.codes) and each.codes[0] not in right for each in answers)
            rows.append((
                defect.name, f"{grade:g} ({defect.unit})", ", ".join(defect.codes),
                f"{advised} of {len(answers)}", _wilson(advised, len(answers)), first,
            ))  # fmt: skip
    head = ("defect", "grade", "advice", "advised", "95 % interval, %", "other advice first")
    yield from _table(head, rows)
    yield "![Scores by grade](../images/portrait-defects.svg)"
    yield ""
    falling = [defect.name for defect in DEFECTS if not _falls(defect, found)]
    yield (
        f"The median score falls with every grade (or stays at the end of its scale) for "
        f"{len(DEFECTS) - len(falling)} of {len(DEFECTS)} defects"
        + (f"; not for {', '.join(falling)}" if falling else "")
        + ". Dots: single portraits; line: median; grey: where advice begins."
    )
    yield ""
    yield from _eyes_part(found)


def _eyes_part(found: list[dict[tuple[str, float], Answer]]) -> Iterator[str]:
    """Advice on eyes where nothing is wrong with them."""
    others = [
        (defect.name, each[defect.name, grade])
        for defect in DEFECTS
        if defect.name != "lids"
        for grade in defect.grades
        for each in found
    ]
    false = collections.Counter(name for name, each in others if "eyes-closed" in each.codes)
    yield (
        f"**Open eyes under other defects.** In {len(others)} pictures with defects other than "
        f"lids, closed eyes were said of {false.total()} "
        f"({_wilson(false.total(), len(others))} %)"
        + (f": {', '.join(f'{name} {count}' for name, count in false.most_common())}." if false
           else ".")
    )  # fmt: skip
    yield ""
    yield (
        "Lids were closed by warping (`bench/portrait/lids.py`): the skin between brow and lid is "
        "drawn down over the eye. It shows what detectors of open eyes have to tell apart, lashes "
        "and lid skin where an iris was, on every skin; it does not show the crease that vanishes "
        "or the brow that sinks. Real pictures of closed eyes are four elsewhere, and none here; "
        "the labelled clips show eyes 30 pixels apart, too small for any advice on eyes."
    )
    yield ""


def _ways_part(found: list[dict[tuple[str, float], Answer]]) -> Iterator[str]:
    yield "## Ways up"
    yield ""
    rows = []
    for turn in (0, 90, 180, 270):
        answers = [each["way up", turn] for each in found]
        right = sum(each.turned == (360 - turn) % 360 for each in answers)
        same = sum(each.codes == base["way up", 0].codes for each, base in zip(answers, found,
                   strict=True))  # fmt: skip
        rows.append((f"{turn}°", f"{right} of {len(answers)}", _wilson(right, len(answers)), same))
    head = ("stored turned by", "turned upright", "95 % interval, %", "same advice as upright")
    yield from _table(head, rows)


def _real_part(answers: dict[str, dict[str, Answer]]) -> Iterator[str]:
    yield "## Real pictures"
    yield ""
    yield (
        "Not of a studio: one face at four distances (an arm's length and less), and two press "
        "portraits in the public domain that the tests use. Six pictures prove nothing about the "
        "share of false advice on portraits as people take them; a set with people's consent is "
        "still to be found."
    )
    yield ""
    rows = [(name, each.faces, ", ".join(each.codes) or "–")
            for name, each in answers["real"].items()]  # fmt: skip
    yield from _table(("picture", "faces", "advice"), rows)


def _medians(defect: Defect, found: list[dict[tuple[str, float], Answer]]) -> list[float]:
    return [
        statistics.median(each[defect.name, grade].scores.get(defect.measure, 0) for each in found)
        for grade in defect.grades
    ]


def _falls(defect: Defect, found: list[dict[tuple[str, float], Answer]]) -> bool:
    scores = _medians(defect, found)
    # One point is rounding.
    return all(after <= before + 1 for before, after in itertools.pairwise(scores))


def _pose_part(found: list[dict[tuple[str, float], Answer]]) -> Iterator[str]:
    yield "## Pose"
    yield ""
    yield (
        "The mesh of each portrait turned in space by a known angle and drawn with the photo's "
        "pixels; the difference between what is measured there and on the portrait itself."
    )
    yield ""
    rows = []
    for kind in ("yaw", "pitch"):
        for angle in ANGLES:
            if angle == 0:
                continue
            measured = [
                each[kind, angle].natives[kind] - each[kind, 0].natives[kind]
                for each in found
                if each[kind, angle].natives and each[kind, 0].natives
            ]
            if not measured:
                rows.append((kind, f"{angle}°", "no face found", "", ""))
                continue
            errors = [abs(each - angle) for each in measured]
            advised = sum(
                bool({"turned", "tilted", "no-face"} & set(each[kind, angle].codes))
                for each in found
            )
            rows.append((
                kind, f"{angle}°", f"{statistics.median(measured):.1f}°",
                f"{statistics.median(errors):.1f}°", f"{100 * advised / len(found):.0f} %",
            ))  # fmt: skip
    head = ("angle", "turned by", "measured, median", "error, median", "advised")
    yield from _table(head, rows)


def _plot(found: list[dict[tuple[str, float], Answer]]) -> None:
    columns = 3
    figure, axes = plt.subplots(
        math.ceil(len(DEFECTS) / columns), columns, figsize=(11, 26), layout="constrained"
    )
    below = limits("default")
    for axis, defect in zip(axes.ravel(), DEFECTS, strict=False):
        at = range(len(defect.grades))
        for each in found:
            scores = [each[defect.name, g].scores.get(defect.measure, 0) for g in defect.grades]
            axis.plot(at, scores, ".", color="#5694ca", alpha=0.35, markersize=4)
        axis.plot(at, _medians(defect, found), color="#0b0c0c", linewidth=1.5)
        axis.axhspan(0, below[defect.measure], color="#b1b4b6", alpha=0.35, linewidth=0)
        axis.set_xticks(at, [f"{grade:g}" for grade in defect.grades])
        axis.set_ylim(-3, 103)
        axis.set_title(defect.name, fontsize=10)
        axis.set_xlabel(defect.unit, fontsize=8)
        axis.set_ylabel(f"score, {defect.measure.replace('_', ' ')}", fontsize=8)
    for axis in axes.ravel()[len(DEFECTS) :]:
        axis.axis("off")
    mpl.rcParams["svg.hashsalt"] = "habeas"
    figure.savefig(IMAGES / "portrait-defects.svg", metadata={"Date": None})
    plt.close(figure)


def evaluate(every: int = _EVERY) -> None:
    """Measure everything, and write the page.

    Args:
        every: of how many studio portraits one is given defects; each takes about a minute.
    """
    if not DATA.is_dir():
        sys.exit("Skipped: the portraits for evaluation are not beside this checkout.")
    with (DATA / "people.csv").open() as file:
        people = {row["id"]: row for row in csv.DictReader(file)}
    sets = {
        "neutral": ("default", sorted((DATA / "neutral").glob("*.jpg"))),
        "neutral, icao": ("icao", sorted((DATA / "neutral").glob("*.jpg"))),
        "smiling": ("default", sorted((DATA / "smiling").glob("*.jpg"))),
        "real": (
            "default",
            [*sorted((DATA / "distance").glob("*.jpg")), _HOPPER, assets.path("astronaut.png")],
        ),
        "negatives": ("default", sorted((DATA / "negatives").glob("*.jpg"))),
    }
    with ProcessPoolExecutor() as pool:
        answers = {}
        for name, (profile, files) in sets.items():
            told = pool.map(partial(ask_file, profile), files)
            shown = track(told, f"Portraits: {name}", total=len(files))
            answers[name] = dict(zip([file.stem for file in files], shown, strict=True))
        files = sets["neutral"][1]
        numbers = range(0, len(files), every)
        made = pool.map(partial(one_portrait, files=files, data=DATA), numbers)
        found = list(track(made, "Graded defects", total=len(numbers)))
    _plot(found)
    lines = [
        "# Portrait checks, evaluated",
        "",
        (
            "Written by `make evaluate`; the studio portraits are of the Face Research Lab London "
            "Set (DeBruine and Jones 2017, CC BY 4.0) and are not shown. Limits: `advise.py` and "
            "`tuning.py`, some of which were set on these portraits. Studio, real and made "
            "pictures have tables of their own, and one says nothing of another."
        ),
        "",
        *_clean_part(people, answers),
        *_real_part(answers),
        *_ways_part(found),
        *_defect_part(found),
        *_pose_part(found),
    ]
    DOC.write_text("\n".join(lines).rstrip() + "\n")
    print(f"Wrote {DOC.relative_to(ROOT)}")


if __name__ == "__main__":
    evaluate(*map(int, sys.argv[1:]))
