"""How scores fall with the grade of a defect."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from bench.portrait.asking import Answer
from bench.portrait.defects import DEFECTS, Defect
from habeas.portrait.advise import limits


def _medians(defect: Defect, found: Sequence[Mapping[tuple[str, float], Answer]]) -> list[float]:
    return [
        statistics.median(each[defect.name, grade].scores.get(defect.measure, 0) for each in found)
        for grade in defect.grades
    ]


def falls(defect: Defect, found: Sequence[Mapping[tuple[str, float], Answer]]) -> bool:
    """Whether the median score falls with each grade."""
    scores = _medians(defect, found)
    # One point is rounding.
    return all(after <= before + 1 for before, after in itertools.pairwise(scores))


def plot(found: Sequence[Mapping[tuple[str, float], Answer]], file: Path) -> None:
    """Draw each defect's scores by grade, and where advice begins."""
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
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)
