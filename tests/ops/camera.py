"""The camera of the guides: `python -m tests.ops.camera PORT` sends a street over TCP, for ever."""

import socket
import sys
import tempfile
from pathlib import Path

from bench.cameras.source import film, send

if __name__ == "__main__":
    # Bound first: who connects while the film is made is served once it is.
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    with tempfile.TemporaryDirectory() as folder:
        content = film(Path(folder) / "street.ts", 640, 360, 5).read_bytes()
    send(server, content)
