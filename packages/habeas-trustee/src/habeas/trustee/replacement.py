"""Docs/protocol section 11: a run that replaces a lost seat, and the files its helpers write.

The newcomer stands in a circle that k trustees of the one before have signed. Masks are bound
to that circle, the newcomer and the list of helpers, and a helper gives for one list only:
two runs with different helpers would give the shares of honest ones away.

Administrators carry three kinds of files; nothing of this happens by itself:

    offer   a helper's mask secrets, signed, each sealed to one other helper
    give    a helper's masked parts, sealed to the newcomer; noted on the public log
    take    the newcomer adds them up, checks each share, and keeps it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field

from habeas.protocol import Circle, Identity
from habeas.protocol.document import Document, Hex32, KeyName, Month
from habeas.protocol.recovery import binding
from habeas.protocol.terms import MAX_TRUSTEES
from habeas.trustee.errors import SetupError


class RecoveryOffer(Document):
    """A mask secret of one pair of helpers, sealed to the other one."""

    v: Literal[2] = 2
    kind: Literal["recovery-offer"] = "recovery-offer"
    trustee: KeyName
    #: What the run is bound to (`habeas.protocol.recovery.binding`).
    binding: Hex32
    to: KeyName
    month: Month
    key: Hex32
    sealed: str


class Contribution(Document):
    """A helper's masked part of one share, sealed to the newcomer.

    Attributes:
        promise: canonical, as text.
        index: of the helper's own share.
        key: of the newcomer's that it is sealed to.
        part: HPKE message of the masked part and the track key, base64.
    """

    LIMIT = 64 * 1024

    promise: str
    index: Annotated[int, Field(ge=0, lt=MAX_TRUSTEES)]
    key: Hex32
    part: str


@dataclass(frozen=True)
class Replacement:
    """One run: the newcomer in the lost seat, and all who help it.

    Attributes:
        circle: in which the newcomer stands.
        newcomer: its identity there.
        helpers: theirs, in the order of their names.
    """

    circle: Circle
    newcomer: Identity
    helpers: tuple[Identity, ...]

    @classmethod
    def of(cls, circle: Circle, newcomer: str, helpers: Sequence[str]) -> Self:
        """The run of that newcomer and those helpers, by name.

        Raises:
            SetupError: one of them is not in the circle, stands twice, or they are too few.
        """
        names = sorted(set(helpers))
        if len(names) != len(helpers) or newcomer in names or len(names) < circle.k:
            raise SetupError(f"At least {circle.k} helpers are needed, each named once.")
        found = {name: circle.trustee(name) for name in (newcomer, *names)}
        seats = {name: seat for name, seat in found.items() if seat is not None}
        if len(seats) != len(found):
            raise SetupError("The newcomer or a helper is not in the circle.")
        return cls(circle, seats[newcomer], tuple(seats[name] for name in names))

    @property
    def binding(self) -> bytes:
        """What the masks are bound to; 32 bytes."""
        return binding(self.circle.digest(), [each.name for each in self.helpers], self.newcomer)

    def helper(self, name: str) -> Identity:
        """The helper of this name.

        Raises:
            SetupError: it does not take part.
        """
        for each in self.helpers:
            if each.name == name:
                return each
        raise SetupError(f"{name} is not among the helpers.")
