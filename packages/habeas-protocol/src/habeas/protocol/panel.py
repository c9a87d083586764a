"""Asking several trustees side by side: the slow and the silent hold nobody up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Self, TypeVar

from habeas.foundation.errors import HabeasError
from habeas.protocol.chain import Chain
from habeas.protocol.client import STEP_SECONDS, TrusteeClient, TrusteeUnreachableError

Result = TypeVar("Result")
#: Seconds that calls under way get to finish when the panel is closed.
_CLOSING_SECONDS = 10.0


class Panel:
    """The trustees of a circle, each with its client.

    Args:
        clients: in order of the share index.
    """

    def __init__(self, clients: Iterable[TrusteeClient]) -> None:
        self.clients = tuple(clients)
        self._by_name = {client.name: client for client in self.clients}
        self._pool = ThreadPoolExecutor(max_workers=16 * max(1, len(self.clients)))
        self._under_way: set[Future[Any]] = set()

    @classmethod
    def of(cls, chain: Chain, circle_digest: str, *, timeout: float = STEP_SECONDS) -> Self:
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
        """Give calls under way a moment, and close the connections: what is left fails."""
        self._pool.shutdown(wait=False)
        wait(list(self._under_way), timeout=_CLOSING_SECONDS)
        for client in self.clients:
            client.close()
        self._pool.shutdown(wait=True)

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
        patience: float = 60.0,
    ) -> tuple[dict[str, Result], dict[str, HabeasError]]:
        """Ask the trustees side by side.

        Args:
            names: whom to ask; the question gets each one's position in this list.
            question: what to ask one of them.
            enough: once so many have answered well, the rest get *grace* seconds more.
            grace: seconds.
            patience: seconds after which nobody is waited for: one who never ends an answer
                stops nobody.

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
                future = self._pool.submit(question, client, index)
                waiting[future] = name
                self._under_way.add(future)
                future.add_done_callback(self._under_way.discard)
        deadline = time.monotonic() + patience
        hurried = False
        while waiting:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            done, _ = wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            for future in done:
                name = waiting.pop(future)
                try:
                    answers[name] = future.result()
                except HabeasError as error:
                    errors[name] = error
            if enough is not None and not hurried and len(answers) >= enough:
                hurried = True
                deadline = min(deadline, time.monotonic() + grace)
        for name in waiting.values():
            errors[name] = TrusteeUnreachableError(f"The trustee {name} did not answer in time.")
        return answers, errors
