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
#: Calls to one trustee at a time: who accepts calls and never answers holds no more threads.
_CALLS_AT_ONCE = 16
#: Seconds that calls under way get to finish when the panel is closed.
_CLOSING_SECONDS = 10.0


class Panel:
    """The trustees of a circle, each with its client.

    Who did not answer last time is *late*: whoever can do without its answer does not wait for
    it, and it is asked nevertheless. Its next good answer ends that.

    Args:
        clients: in order of the share index.
    """

    def __init__(self, clients: Iterable[TrusteeClient]) -> None:
        self.clients = tuple(clients)
        self._by_name = {client.name: client for client in self.clients}
        # Each has threads of its own: one that hangs keeps nobody from asking the others.
        self._pools = {name: ThreadPoolExecutor(_CALLS_AT_ONCE) for name in self._by_name}
        self._late: set[str] = set()
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
        for pool in self._pools.values():
            pool.shutdown(wait=False)
        wait(list(self._under_way), timeout=_CLOSING_SECONDS)
        for client in self.clients:
            client.close()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)

    def succeed(self, before: Panel) -> None:
        """Take over who is late: who was in *before*, and is asked at the same address here."""
        late = {client.identity for client in before.clients if client.name in before._late}
        self._late |= {each.name for each in self.clients if each.identity in late}

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
            enough: once so many have answered well, the rest get *grace* seconds more; nobody
                waits for those that are late. Without it all are waited for, and those that are
                late for *grace* seconds more than the others.
            grace: seconds.
            patience: seconds after which nobody is waited for: one who never ends an answer
                stops nobody.

        Returns:
            Good answers and errors, by name. Who did not answer in time is unreachable.
        """
        waiting, errors = self._begin(names, question)
        answers: dict[str, Result] = {}
        deadline = time.monotonic() + patience
        hurried = False
        while waiting:
            only_late = self._late.issuperset(waiting.values())
            satisfied = only_late if enough is None else len(answers) >= enough
            if satisfied and only_late and enough is not None:
                break
            if satisfied and not hurried:
                hurried = True
                deadline = min(deadline, time.monotonic() + grace)
            if (left := deadline - time.monotonic()) <= 0:
                break
            done, _ = wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            for future in done:
                name = waiting.pop(future)
                try:
                    answers[name] = future.result()
                except HabeasError as error:
                    errors[name] = error
        for future, name in waiting.items():
            # What has begun goes on by itself; what waits behind calls that hang is not begun.
            future.cancel()
            self._late.add(name)
            errors[name] = TrusteeUnreachableError(f"The trustee {name} did not answer in time.")
        return answers, errors

    def _begin(
        self, names: Sequence[str], question: Callable[[TrusteeClient, int], Result]
    ) -> tuple[dict[Future[Result], str], dict[str, HabeasError]]:
        """Ask all; who is not of the circle has failed already."""
        begun: dict[Future[Result], str] = {}
        errors: dict[str, HabeasError] = {}
        for index, name in enumerate(names):
            try:
                begun[self._submit(self[name], question, index)] = name
            except TrusteeUnreachableError as error:
                errors[name] = error
        return begun, errors

    def _submit(
        self, client: TrusteeClient, question: Callable[[TrusteeClient, int], Result], index: int
    ) -> Future[Result]:
        future = self._pools[client.name].submit(question, client, index)
        self._under_way.add(future)

        def done(ended: Future[Result]) -> None:
            self._under_way.discard(ended)
            if ended.cancelled():
                return
            if isinstance(ended.exception(), TrusteeUnreachableError):
                self._late.add(client.name)
            else:
                self._late.discard(client.name)

        future.add_done_callback(done)
        return future
