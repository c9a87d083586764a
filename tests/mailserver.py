"""A mail server (RFC 5321) in a thread of this process, which keeps what it takes."""

from __future__ import annotations

import asyncio
import email
import ssl
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.waiting import PATIENCE_SECONDS
from tests.world.world import listening

USER, PASSWORD = "trustee", "correct horse"


class PostOffice:
    """The server.

    Args:
        certificate: speaks TLS with it.
        implicit: from the first byte, else after STARTTLS, which it then requires.
        login: asks for `USER` and `PASSWORD`, after STARTTLS.
        port: to listen on; a free one by default.

    Attributes:
        envelopes: what it has taken, whole, in order.
        answer: gives what is said to a mail in place of "250 OK", or nothing.
    """

    def __init__(
        self, certificate: ssl.SSLContext | None = None, *, implicit: bool = False,
        login: bool = False, port: int = 0,
    ) -> None:  # fmt: skip
        self.envelopes: list[Envelope] = []
        self.answer: Callable[[Envelope], str | None] = lambda _: None
        self._certificate, self._implicit, self._login = certificate, implicit, login
        self._socket = listening(port)
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._sessions: list[SMTP] = []
        self._thread = threading.Thread(target=self._run, name="mail-server")
        self._thread.start()
        assert self._started.wait(PATIENCE_SECONDS)

    def _protocol(self) -> SMTP:
        upgrade = None if self._implicit else self._certificate
        made = SMTP(
            self, hostname="localhost", loop=self._loop, tls_context=upgrade,
            require_starttls=upgrade is not None, auth_required=self._login,
            authenticator=self._authenticate,
        )  # fmt: skip
        self._sessions.append(made)
        return made

    def _authenticate(self, *asked: Any) -> AuthResult:
        data = cast("LoginPassword", asked[-1])
        known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    def _run(self) -> None:
        async def serve() -> None:
            self._stop = asyncio.Event()
            server = await self._loop.create_server(
                self._protocol, sock=self._socket,
                ssl=self._certificate if self._implicit else None,
            )  # fmt: skip
            self._started.set()
            await self._stop.wait()
            server.close()
            for each in self._sessions:
                if each.transport is not None:
                    each.transport.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            # Aborted connections are closed in the loop's next rounds.
            for _ in range(5):
                await asyncio.sleep(0)

        self._loop.run_until_complete(serve())
        self._loop.close()

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """What the server asks its handler."""
        refused = self.answer(envelope)
        if refused:
            return refused
        self.envelopes.append(envelope)
        return "250 OK"

    def mails(self, address: str | None = None) -> list[EmailMessage]:
        """What it has taken, for one address or all."""
        return [
            email.message_from_bytes(cast("bytes", each.content), policy=POLICY)
            for each in list(self.envelopes)
            if address is None or each.rcpt_tos == [address]
        ]

    def close(self) -> None:
        """Stop; whoever is connected is cut off."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(PATIENCE_SECONDS)
