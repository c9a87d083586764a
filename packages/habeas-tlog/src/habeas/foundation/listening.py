"""How every party serves HTTP: one set of settings, under which no request meets a closing door.

A server that closes an idle connection just as its client sends on it loses that request, and a
client may repeat by itself only what is safe to repeat (RFC 9112, sections 9.3.1 and 9.5): an
application that somebody sends is not. So those who ask let go first. Habeas' own clients do after
5 seconds (httpx), the server in front that is shipped after 30, nginx after 60.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn

#: Seconds for which a server keeps a connection on which nobody asks: longer than any client.
KEPT_SECONDS = 75

_SETTINGS: dict[str, Any] = {
    "log_level": "warning",
    # Who asked when is nobody's to keep, and nothing is decided by who is said to ask.
    "access_log": False,
    "proxy_headers": False,
    "timeout_keep_alive": KEPT_SECONDS,
}


def listen(
    app: Any, *, host: str, port: int, grace: int | None = None,
    pair: tuple[str, str] | None = None,
) -> None:  # fmt: skip
    """Serve *app* until the process is told to end.

    Args:
        app: an ASGI application.
        host: the address to listen at.
        port: the port.
        grace: seconds for which whoever still waits for an answer holds up an end; None for as
            long as it takes.
        pair: files of certificate and key (`certificate.verify_pair`); None for plain HTTP.
    """
    import uvicorn  # noqa: PLC0415 - an optional package

    certificate, key = pair or (None, None)
    uvicorn.run(
        app, host=host, port=port, timeout_graceful_shutdown=grace, ssl_certfile=certificate,
        ssl_keyfile=key, **_SETTINGS,
    )  # fmt: skip


def server(app: Any, *, host: str = "127.0.0.1", port: int = 0) -> uvicorn.Server:
    """What serves *app* once its ``run`` is called, in a thread beside others."""
    import uvicorn  # noqa: PLC0415 - an optional package

    return uvicorn.Server(uvicorn.Config(app, host=host, port=port, **_SETTINGS))
