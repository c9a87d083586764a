"""Who takes every call, and says nothing."""

import contextlib
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def silent(port: int) -> Iterator[None]:
    """Listen on that port of 127.0.0.1, and never read: the kernel takes the calls."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen(1024)
        yield
