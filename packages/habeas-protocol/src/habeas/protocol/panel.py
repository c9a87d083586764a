"""Asking several trustees side by side: the slow and the silent hold nobody up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Self, TypeVar

from habeas.foundation.errors import HabeasError
from habeas.protocol.chain import Chain
from habeas.protocol.client import TrusteeClient, TrusteeUnreachableError

Result = TypeVar("Result")


class Panel:
    """The trustees of a circle, each with its client.

    Args:
        clients: in order of the share index.
    """

    def __init__(self, clients: Iterable[TrusteeClient]) -> None:
        self.clients = tuple(clients)
        self._by_name = {client.name: client for client in self.clients}
        self._pool = ThreadPoolExecutor(max_workers=16 * max(1, len(self.clients)))

    @classmethod
    def of(cls, chain: Chain, circle_digest: str, *, timeout: float = 5.0) -> Self:
        """The trustees of the circle with that digest (hex): newest addresses, all their keys.

        Raises:
            CircleUnknownError: it is not in the chain.
        """
        return cls(
            TrusteeClient(
                chain.seat(circle_digest, trustee.name)[-1],
                chain.verifiers(circle_digest, trustee.name),
                timeout=timeout,
            )
            for trustee in chain.circle(circle_digest).trustees
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for calls under way and close the connections."""
        self._pool.shutdown(wait=True)
        for client in self.clients:
            client.close()

    def __getitem__(self, name: str) -> TrusteeClient:
        if name not in self._by_name:
            raise TrusteeUnreachableError(
                f"The trustee {name} is not of the circle that is asked.",
                "Fetch the newest circle, or ask the operator who replaced it.",
            )
        return self._by_name[name]

    def ask(
        self,
        names: Sequence[str],
        question: Callable[[TrusteeClient, int], Result],
        *,
        enough: int | None = None,
        grace: float = 1.0,
    ) -> tuple[dict[str, Result], dict[str, HabeasError]]:
        """Ask the trustees side by side.

        Args:
            names: whom to ask; the question gets each one's position in this list.
            question: what to ask one of them.
            enough: once so many have answered well, the rest get *grace* seconds more.
            grace: seconds.

        Returns:
            Good answers and errors, by name. Who did not answer in time is unreachable.
        """
        waiting: dict[Future[Result], str] = {}
        answers: dict[str, Result] = {}
        errors: dict[str, HabeasError] = {}
        for index, name in enumerate(names):
            try:
                client = self[name]
            except TrusteeUnreachableError as error:
                errors[name] = error
            else:
                waiting[self._pool.submit(question, client, index)] = name
        deadline: float | None = None
        while waiting:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                break
            done, _ = wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            for future in done:
                name = waiting.pop(future)
                try:
                    answers[name] = future.result()
                except HabeasError as error:
                    errors[name] = error
            if enough is not None and deadline is None and len(answers) >= enough:
                deadline = time.monotonic() + grace
        for name in waiting.values():
            errors[name] = TrusteeUnreachableError(f"The trustee {name} did not answer in time.")
        return answers, errors
