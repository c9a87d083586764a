"""Eyes, mouths and smiles of all studio portraits, by group: who is told, and who falsely."""

from __future__ import annotations

import collections
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.portrait.asking import Answer, ask, clean
from bench.portrait.defects import DEFECTS
from bench.portrait.tables import interval, table

_LIDS, _MOUTH = (
    next(each for each in DEFECTS if each.name == name) for name in ("lids", "open mouth")
)


@dataclass(frozen=True)
class Told:
    """What one person's pictures were advised on.

    Attributes:
        lids: whether of eyes, by the opening that is left.
        mouth: whether of a mouth, by its gap over T.
        smile: whether of a smile, in the smiling picture; None where there is none.
        neutral: whether of a smile, in the neutral one.
        squint: whether of eyes in the smiling picture, in which all are open.
    """

    lids: dict[float, bool]
    mouth: dict[float, bool]
    smile: bool | None
    neutral: bool
    squint: bool


def told(number: int, files: Sequence[Path], data: Path) -> Told:
    """Ask about one person, in the profile that minds smiles too."""
    person = clean(number, files, data)
    smiling = data / "smiling" / files[number].name
    smile = _strictly(smiling) if smiling.exists() else None
    return Told(
        {grade: "eyes-closed" in ask(_LIDS.make(person, grade)).codes for grade in _LIDS.grades},
        {grade: "mouth-open" in ask(_MOUTH.make(person, grade)).codes for grade in _MOUTH.grades},
        None if smile is None else "smiling" in smile.codes or "mouth-open" in smile.codes,
        "smiling" in _strictly(files[number]).codes,
        smile is not None and "eyes-closed" in smile.codes,
    )


def _strictly(path: Path) -> Answer:
    return ask(path.read_bytes(), "icao")


def part(people: Mapping[str, Mapping[str, str]], found: Mapping[str, Told]) -> Iterator[str]:
    """The section on them."""
    yield "## Eyes, mouths and smiles"
    yield ""
    yield (
        f"Of all {len(found)} studio portraits. *Lids*: told of closed eyes, by the opening that "
        "is left; *smiling, open*: told of them in smiling pictures, whose eyes are narrow and "
        "open. *Mouth*: told of it, by the gap over T. *Smile*: told of a smile or an open mouth "
        "by `icao` in smiling pictures, some of which hardly smile, and of a smile in neutral ones."
    )
    yield ""
    groups = collections.defaultdict(list)
    for name, each in found.items():
        groups["all"].append(each)
        groups[people[name]["ethnicity"]].append(each)
        groups[people[name]["gender"]].append(each)
    rows = []
    for group, members in sorted(groups.items()):
        smiling = [each.smile for each in members if each.smile is not None]
        rows.append((
            group,
            *(f"{sum(each.lids[grade] for each in members)} of {len(members)}"
              for grade in _LIDS.grades),
            f"{sum(each.squint for each in members)} of {len(smiling)}",
            *(f"{sum(each.mouth[grade] for each in members)} of {len(members)}"
              for grade in _MOUTH.grades),
            f"{sum(smiling)} of {len(smiling)}",
            f"{sum(each.neutral for each in members)} of {len(members)}",
        ))  # fmt: skip
    yield from table(
        ("group", *(f"lids {grade:g}" for grade in _LIDS.grades), "smiling, open",
         *(f"mouth {grade:g}" for grade in _MOUTH.grades), "smile", "smile, neutral"), rows,
    )  # fmt: skip
    shut = [each.lids[grade] for each in found.values() for grade in _LIDS.clear]
    half = [each.lids[0.5] for each in found.values()]
    yield (
        f"Lids down to {max(_LIDS.clear):g} of the opening and less: {sum(shut)} of {len(shut)} "
        f"({interval(sum(shut), len(shut))} %, several of each person). Of eyes that are half "
        f"open {sum(half)} of {len(half)} are told: that is how narrow eyes and smiles look. The "
        "measure of open eyes begins at 0.53 in the studio and on the web, where the limit is "
        "0.51; of half open ones it goes from 0.54 to 0.66."
    )
    yield ""


def open_eyes(found: Sequence[Mapping[tuple[str, float], Answer]]) -> Iterator[str]:
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
        f"({interval(false.total(), len(others))} %)"
        + (f": {', '.join(f'{name} {count}' for name, count in false.most_common())}." if false
           else ".")
    )  # fmt: skip
    yield ""
    yield (
        "Lids were closed by warping (`bench/portrait/lids.py`): the skin between brow and lid is "
        "drawn down over the eye. It shows what detectors of open eyes have to tell apart, lashes "
        "and lid skin where an iris was, on every skin; it does not show the crease that vanishes "
        "or the brow that sinks. Of real shut eyes "
        "the portraits from the web have only a few; the labelled clips show eyes 30 "
        "pixels apart, too small for any advice on eyes."
    )
    yield ""
