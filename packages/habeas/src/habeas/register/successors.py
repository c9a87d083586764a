"""Formats, *The circle*: the circles that followed a receipt's, as its trustees show them.

A trustee may have moved, or another may sit in its seat. Each circle is signed by k trustees
of the one before: one trustee's own idea of a circle leads nobody away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Receipt
from habeas.protocol.client import TrusteeClient
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
    while True:
        with connect(chain, receipt.promise.circle) as panel:
            longer = _follow(chain, panel)
            if longer is chain:
                yield chain, panel
                return
        chain = longer  # its trustees may have other addresses and keys now


def _next_circle(number: int, trustee: TrusteeClient, _: int) -> str:
    return trustee.circle(number + 1)


def _follow(chain: Chain, panel: Panel) -> Chain:
    """The chain with the circles that follow it, as trustees show them one by one."""
    names = [client.name for client in panel.clients]
    while len(chain.links) < _MOST_CIRCLES:
        notes, _ = panel.ask(names, partial(_next_circle, chain.newest.circle.number))
        longer = chain
        for note in notes.values():
            try:
                longer = longer.extend(note, 0)
            except HabeasError:
                continue
        if longer is chain:
            break
        chain = longer
    return chain
