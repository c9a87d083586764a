"""Formats, *The circle*: the circles that followed a receipt's, as its trustees show them.

A trustee may have moved, or another may sit in its seat. Each circle is signed by k trustees
of the one before: one trustee's own idea of a circle leads nobody away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Circle, Receipt
from habeas.protocol.circle import circle_of
from habeas.protocol.panel import Panel

#: A circle every month for twenty years; whoever shows more has made them up.
_MOST_CIRCLES = 240


@contextmanager
def newest_trustees(
    receipt: Receipt, connect: Callable[[Chain, str], Panel] = Panel.of
) -> Iterator[tuple[Chain, Panel]]:
    """The circles from the receipt's on, and the photo's trustees at their newest addresses.

    Args:
        receipt: the receipt.
        connect: gives the trustees of a circle, as a chain has them.

    Raises:
        MalformedError, CircleError: the receipt's circle is none to act under.
    """
    chain = Chain.start(receipt.circle, 0)
    before: Panel | None = None
    while True:
        with connect(chain, receipt.promise.circle) as panel:
            if before is not None:  # who has hung once is waited for once
                panel.succeed(before)
            longer = _follow(chain, panel)
            if longer is chain:
                yield chain, panel
                return
        chain, before = longer, panel  # its trustees may have other addresses and keys now


def _follow(chain: Chain, panel: Panel) -> Chain:
    """The chain with the circles that follow it, as trustees show them one by one."""
    while len(chain.links) < _MOST_CIRCLES:
        shown: dict[str, list[Chain]] = {}
        for note in _shown(panel, chain.newest.circle.number + 1):
            try:
                longer = chain.extend(note, 0)
            except HabeasError:
                continue
            if longer is not chain:  # whoever repeats an older one leads nowhere
                shown.setdefault(longer.newest.digest, []).append(longer)
        if not shown:
            break
        # Two of one number can both be signed by k; that which stands first on the log counts,
        # and all honest trustees show it.
        chain = max(shown.values(), key=len)[0]
    return chain


def in_force(chain: Chain, panel: Panel) -> Circle:
    """The newest circle that k trustees show: of those, one at least is honest.

    An honest trustee shows a circle once it has taken effect. One that is only announced may
    still be objected to, and its members vouch for nothing yet, whoever shows it early.

    Args:
        chain: from the receipt's circle on.
        panel: that circle's trustees, at their newest addresses.
    """
    for link in reversed(chain.links[1:]):
        notes = _shown(panel, link.circle.number)
        same = sum(circle_of(note).digest().hex() == link.digest for note in notes)
        if same >= chain.links[0].circle.k:
            return link.circle
    return chain.links[0].circle


def _shown(panel: Panel, number: int) -> Iterable[str]:
    """The circles of that number, as trustees show them.

    One that hangs is not waited for with each number: all others have answered.
    """
    names = [client.name for client in panel.clients]
    notes, _ = panel.ask(
        names, lambda trustee, _: trustee.circle(number), enough=max(1, len(names) - 1)
    )
    return notes.values()
