"""Findings of a crawl that were looked into, as docs/security/crawl.md has them.

A row of its table is a finding's kind, the sites, an expression that fits what is said of it, and
the reason why it is left; a row without a reason answers nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ROW = re.compile(r"^\| `([^`]+)` \| ([a-z, ]+) \| `([^`]+)` \| \w[^|]*\|$", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """A finding that was looked into.

    Attributes:
        kind: as the crawler names it.
        sites: where it is answered: ``portal``, ``operator``, ``trustee``.
        about: fits all that is said of it.
    """

    kind: str
    sites: frozenset[str]
    about: re.Pattern[str]

    def fits(self, site: str, kind: str, said: str) -> bool:
        """Whether it answers a finding of that kind at that site."""
        return kind == self.kind and site in self.sites and self.about.fullmatch(said) is not None


def answers(text: str) -> tuple[Answer, ...]:
    """The answers that stand in a page."""
    return tuple(
        # In a table a bar that parts nothing has a backslash before it.
        Answer(kind, frozenset(re.split(r",\s*", sites)), re.compile(about.replace(r"\|", "|")))
        for kind, sites, about in _ROW.findall(text)
    )
