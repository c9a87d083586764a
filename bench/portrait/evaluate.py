"""`python -m bench.portrait.evaluate`: the portrait checks on real people and graded defects.

Writes docs/evaluation/portrait.md and its plots. The portraits lie beside the project
(``../shared/data/portraits``; ``--real`` for those of `bench.portrait.judged`), and are shown
nowhere.
"""

from __future__ import annotations

import argparse
import collections
import csv
import math
import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
from rich.progress import track

from bench.portrait import expressions, judged
from bench.portrait.asking import ANGLES, Answer, ask_file, one_portrait
from bench.portrait.defects import DEFECTS
from bench.portrait.plots import falls, plot
from bench.portrait.tables import difference, interval, table
from habeas.faces import assets

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
    yield from table(head, rows)
    yield from _apart(counted, answers["neutral"])
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


def _apart(
    counted: dict[tuple[str, str], list[tuple[dict[str, str], str]]], answers: dict[str, Answer]
) -> Iterator[str]:
    """How far each group is from all others."""
    everybody = [name for _, name in counted["all", "all"]]
    rows = []
    for (kind, group), members in sorted(counted.items()):
        names = {name for _, name in members}
        others = [name for name in everybody if name not in names]
        wrong, of_others = (sum(bool(answers[n].codes) for n in each) for each in (names, others))
        rows.append((kind, group, len(names), f"{wrong} ({interval(wrong, len(names))})",
                     difference(wrong, len(names), of_others, len(others))))  # fmt: skip
    head = ("by", "group", "people", "false advice (95 % interval, %)", "points from all others")
    yield from table(head, rows)
    yield (
        "Groups of this size have intervals far wider than three points: the table shows "
        "differences that are large, and cannot rule out smaller ones."
    )
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
                f"{advised} of {len(answers)}", interval(advised, len(answers)), first,
            ))  # fmt: skip
    head = ("defect", "grade", "advice", "advised", "95 % interval, %", "other advice first")
    yield from table(head, rows)
    yield "![Scores by grade](../images/portrait-defects.svg)"
    yield ""
    falling = [defect.name for defect in DEFECTS if not falls(defect, found)]
    yield (
        f"The median score falls with every grade (or stays at the end of its scale) for "
        f"{len(DEFECTS) - len(falling)} of {len(DEFECTS)} defects"
        + (f"; not for {', '.join(falling)}" if falling else "")
        + ". Dots: single portraits; line: median; grey: where advice begins."
    )
    yield ""
    yield from expressions.open_eyes(found)


def _ways_part(found: list[dict[tuple[str, float], Answer]]) -> Iterator[str]:
    yield "## Ways up"
    yield ""
    rows = []
    for turn in (0, 90, 180, 270):
        answers = [each["way up", turn] for each in found]
        right = sum(each.turned == (360 - turn) % 360 for each in answers)
        same = sum(each.codes == base["way up", 0].codes for each, base in zip(answers, found,
                   strict=True))  # fmt: skip
        rows.append((f"{turn}°", f"{right} of {len(answers)}", interval(right, len(answers)), same))
    head = ("stored turned by", "turned upright", "95 % interval, %", "same advice as upright")
    yield from table(head, rows)


def _real_part(answers: dict[str, dict[str, Answer]]) -> Iterator[str]:
    yield "## Real pictures"
    yield ""
    yield (
        "Not of a studio: one face at four distances (an arm's length and less), and two press "
        "portraits in the public domain that the tests use. The door and tiles behind the four, "
        "and the flag behind the officer, are in the frame; the astronaut's flag and shuttle "
        "are not."
    )
    yield ""
    rows = [(name, each.faces, ", ".join(each.codes) or "–")
            for name, each in answers["real"].items()]  # fmt: skip
    yield from table(("picture", "faces", "advice"), rows)
    yield from judged.part(answers.get("judged", {}))


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
    yield from table(head, rows)


Everybody = dict[str, dict[str, str]]
Answers = dict[str, dict[str, Answer]]
Defects = list[dict[tuple[str, float], Answer]]
Expressions = dict[str, expressions.Told]


def collect(
    every: int, data: Path, real: Path | None
) -> tuple[Everybody, Answers, Defects, Expressions]:
    """Have everything checked.

    Args:
        every: of how many studio portraits one is given defects; each takes about a minute.
        data: with the studio portraits.
        real: with those of `judged`, or None.
    """
    with (data / "people.csv").open() as file:
        people = {row["id"]: row for row in csv.DictReader(file)}
    neutral = _named(data / "neutral")
    distances = [*_named(data / "distance").values(), _HOPPER, assets.path("astronaut.png")]
    sets = {
        "neutral": ("default", neutral),
        "neutral, icao": ("icao", neutral),
        "smiling": ("default", _named(data / "smiling")),
        "real": ("default", {file.stem: file for file in distances}),
        "negatives": ("default", _named(data / "negatives")),
        "judged": ("default", judged.pictures(real) if real else {}),
    }
    with ProcessPoolExecutor() as pool:
        answers = {}
        for name, (profile, files) in sets.items():
            told = pool.map(partial(ask_file, profile), files.values())
            shown = track(told, f"Portraits: {name}", total=len(files))
            answers[name] = dict(zip(files, shown, strict=True))
        portraits = list(neutral.values())
        expressed = pool.map(
            partial(expressions.told, files=portraits, data=data), range(len(portraits))
        )
        seen = track(expressed, "Eyes, mouths and smiles", total=len(portraits))
        faces = dict(zip(neutral, seen, strict=True))
        numbers = range(0, len(neutral), every)
        made = pool.map(partial(one_portrait, files=portraits, data=data), numbers)
        return people, answers, list(track(made, "Graded defects", total=len(numbers))), faces


def _named(folder: Path) -> dict[str, Path]:
    return {file.stem: file for file in sorted(folder.glob("*.jpg"))}


def write(people: Everybody, answers: Answers, found: Defects, faces: Expressions) -> None:
    """Write the page and its plots."""
    plot(found, IMAGES / "portrait-defects.svg")
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
        *expressions.part(people, faces),
        *_pose_part(found),
    ]
    DOC.write_text("\n".join(lines).rstrip() + "\n")
    print(f"Wrote {DOC.relative_to(ROOT)}")


def main() -> None:
    """Measure everything, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.portrait.evaluate")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the studio portraits")
    parser.add_argument("--real", type=Path, help="folder of the packages of bench.portrait.judged")
    parser.add_argument("--every", type=int, default=_EVERY, help="portraits given defects: 1 in N")
    asked = parser.parse_args()
    if not asked.data.is_dir():
        parser.exit(0, "Skipped: the portraits for evaluation are not beside this checkout.\n")
    write(*collect(asked.every, asked.data, asked.real))


if __name__ == "__main__":
    main()
