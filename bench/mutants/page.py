"""The page that says which mutants were found, and why others were not."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from bench.mutants.sites import Mutant

_REASONS = Path(__file__).with_name("survivors.toml")
#: At least this share of a sample must be found.
FLOOR = 0.9
#: The parts of the page with their headings; a run replaces its own.
_PARTS = {"sample": "A sample of all rooms", "all": "Every change, where rules decide"}
_ABOUT = f"""\
# Would the unit tests notice?

A mutant is one small change of the source (`<` for `<=`, a number, a condition turned round, a
raise or a result left out). It is found when the unit tests of its room fail over it.
`make mutants` tries a sample of all rooms; at least {FLOOR:.0%} must be found.
`make mutants-of-rules` tries every mutant of the trustee's rules and of the protocol; whatever
survives there has its reason in `bench/mutants/survivors.toml`, or the run fails.
"""


def reasons() -> dict[str, str]:
    """Why what survives may: mutant -> reason."""
    found: dict[str, str] = tomllib.loads(_REASONS.read_text())["survivors"]
    return found


def part(chosen: list[Mutant], left: list[Mutant], how: str) -> Iterator[str]:
    """What one run has found, and what it has not, as Markdown; *how* it was chosen."""
    known = reasons()
    yield f"{how}\n"
    yield "| room | mutants | found | share |\n|---|---|---|---|"
    for name in [*sorted({each.room for each in chosen}), ""]:
        everyone = sum(name in {"", each.room} for each in chosen)
        found = everyone - sum(name in {"", each.room} for each in left)
        yield f"| {name or 'all'} | {everyone} | {found} | {found / everyone:.1%} |"
    yield "\nSurvivors:\n" if left else "\nNone survived."
    for each in left:
        where, _, change = each.name.partition(": ")
        reason = known.get(each.name, "No reason is given yet.")
        yield f"- `{where}`, line {each.line}: `{change}`\n  {reason}"


def page(before: str, name: str, text: str) -> str:
    """The page with *text* as its part *name*; other parts stay as they are in *before*."""
    kept = dict(each.split("\n", 1) for each in before.split("\n## ")[1:])
    bodies = {heading: kept.get(heading, "").strip() for heading in _PARTS.values()}
    bodies[_PARTS[name]] = text.strip()
    return _ABOUT + "".join(
        f"\n## {heading}\n\n{body}\n" for heading, body in bodies.items() if body
    )
