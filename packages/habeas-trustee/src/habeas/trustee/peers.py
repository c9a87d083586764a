"""The other trustees, who are told the secret of a withdrawal (docs/protocol, section 7)."""

from __future__ import annotations

from habeas.protocol.client import TrusteeClient, TrusteeRefusedError
from habeas.trustee.circles import Circles

#: What a trustee says that has nothing to destroy, and will take no such deposit.
_NOTHING_HERE = "unknown-photo"


class Peers:
    """Clients of the other trustees, at their newest addresses."""

    def __init__(self, circles: Circles) -> None:
        self._circles = circles
        self._clients: dict[str, TrusteeClient] = {}

    def tell(self, trustee: str, digest: bytes, secret: bytes) -> bool:
        """Hand a withdrawal secret to *trustee*; whether it needs to be told no more.

        Raises:
            TrusteeUnreachableError, TrusteeAnswerError: it did not answer, or not truly.
        """
        client = self._client(trustee)
        if client is None:
            return True  # the seat is gone, and with it its keys
        try:
            return client.withdraw(digest, secret) is not None
        except TrusteeRefusedError as error:
            return error.code == _NOTHING_HERE

    def _client(self, name: str) -> TrusteeClient | None:
        seats = [link.circle.trustee(name) for link in self._circles.chain.links]
        found = [seat for seat in seats if seat is not None]
        if not found:
            return None
        known = self._clients.get(name)
        if known is None or known.identity != found[-1]:
            if known is not None:
                known.close()
            keys = [seat.verifier() for seat in reversed(found)]
            known = self._clients[name] = TrusteeClient(found[-1], keys)
        return known

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()
