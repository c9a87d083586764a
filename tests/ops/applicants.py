"""Applicants of a city in which something fails: what was acknowledged to them, and what else.

What is acknowledged is never lost; what is refused is never told as a fault of the applicant.
"""

from __future__ import annotations

import concurrent.futures
import threading
from typing import Any, Self

import httpx

from habeas.protocol import Receipt
from tests.ops.acts import PORTRAIT, complete, opened
from tests.waiting import until


class NotTakenError(Exception):
    """An application that the portal has answered, and not taken.

    Attributes:
        status: of the answer.
    """

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(f"{answer.status_code}: {answer.text}")
        self.status = answer.status_code

    @property
    def blames_the_applicant(self) -> bool:
        """Whether it was told as a fault of what was sent."""
        return self.status < httpx.codes.INTERNAL_SERVER_ERROR and (
            self.status != httpx.codes.TOO_MANY_REQUESTS
        )


class Applicants:
    """Who apply one after the other.

    Args:
        place: the city (`tests.ops.city`).

    Attributes:
        held: reference and receipt of each application that was acknowledged.
    """

    def __init__(self, place: Any) -> None:
        self._place = place
        self.held: list[tuple[str, Receipt]] = []
        self._refused: list[NotTakenError] = []

    def apply(self) -> bool:
        """One more, who may be told to come back; whether it was taken."""
        try:
            self.held.append(self._place.apply(PORTRAIT))
        except NotTakenError as answer:
            self._refused.append(answer)
        except httpx.HTTPError:
            pass  # nobody was there: nothing was acknowledged
        else:
            return True
        return False

    def goes_on(self, more: int = 1) -> None:
        """Wait until that many more are acknowledged."""
        for _ in range(more):
            until(self.apply, "an application is taken", pause=0.2)

    def verify(self, openings: int) -> None:
        """Assert that all have what was acknowledged, once the city is well again.

        Args:
            openings: of so many the photo is opened, too, from the first to the last: an officer
                has a number for each day, and a city that is fast has more applicants.
        """
        self._place.green()
        for _, receipt in self.held:
            assert complete(self._place, receipt)
        last = len(self.held) - 1
        for at in {last * number // (openings - 1) for number in range(openings)}:
            assert opened(self._place, self.held[at][0])
        blamed = [str(each) for each in self._refused if each.blames_the_applicant]
        assert not blamed, "a fault of the server is never one of the applicant, or of the photo"


class Crowd(Applicants):
    """Two who apply all the time while it is entered, beside what a test does."""

    def __init__(self, place: Any) -> None:
        super().__init__(place)
        self._enough = threading.Event()
        self._pool = concurrent.futures.ThreadPoolExecutor(2)
        self._done: list[concurrent.futures.Future[None]] = []

    def __enter__(self) -> Self:
        self._done = [self._pool.submit(self._go_on_applying) for _ in range(2)]
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody applies any more."""
        self._enough.set()
        self._pool.shutdown()
        for each in self._done:
            each.result()

    def _go_on_applying(self) -> None:
        while not self._enough.is_set():
            if not self.apply():
                self._enough.wait(1)

    def goes_on(self, more: int = 1) -> None:
        """Wait until that many more were acknowledged."""
        count = len(self.held) + more
        until(lambda: len(self.held) >= count, "an application is taken", pause=0.2)
