"""What is wrong with a page as somebody sees it: its width, and what axe-core says of it.

`HABEAS_SCREENSHOTS=1` leaves a picture of each page that is looked at in build/screenshots. By
itself nobody takes them: a whole page is drawn anew for its picture, which costs about as much as
all that is asked of it here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from tests.browser.seen import computed
from tests.places import ROOT

SHOTS = ROOT / "build" / "screenshots"
#: What accessibility is checked against.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
#: What reaches beyond the window's side, if the page can be moved there; looked at for two seconds.
TOO_WIDE = """async () => {
    await document.fonts.ready;
    const wide = () => document.documentElement.scrollWidth > innerWidth + 1;
    for (let frames = 0; frames < 120 && wide(); frames++) await new Promise(requestAnimationFrame);
    return wide() && [...document.querySelectorAll("body *")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
        .map((each) => each.outerHTML.slice(0, 200));
}"""
#: Of what is right nothing is written down: that took most of the time.
_VIOLATIONS = """async (rules) => (
    await axe.run(document, { runOnly: rules, resultTypes: ["violations"] })
).violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target).join(" ")}`)"""


def wrong_with(page: Any, axe: str, rules: Sequence[str] = RULES, *, picture: str) -> list[str]:
    """What is wrong with the page that is shown.

    Args:
        axe: the script of axe-core; empty where it is not installed, or the page runs no scripts.
        picture: the name of its screenshot, where those are asked for.
    """
    if os.environ.get("HABEAS_SCREENSHOTS"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{picture}.png", full_page=True)
    # The picture of a whole page resizes the window for a moment: only what stays wide counts.
    wide = computed(page, TOO_WIDE)
    found = [f"scrolls sideways: {wide}"] if wide else []
    if axe:
        page.evaluate(axe)
        found += computed(page, _VIOLATIONS, list(rules))
    return found
