"""The server in front that is shipped: what strangers send is read there, and not by the portal."""

import contextlib
import functools
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading

import httpx
import pytest

from tests.journey.conftest import FIELDS, portrait
from tests.places import ROOT
from tests.service.tlog.servers import free_ports
from tests.waiting import until

FILE = ROOT / "proxy" / "Caddyfile"
#: More than all threads of the portal that `habeas run` starts: 2 processes of 16.
MANY = 40

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("caddy") is None, reason="caddy is not installed: bin/install-test-packages"
    ),
]


@contextlib.contextmanager
def proxy(portal, folder):
    """The proxy before that portal; gives its address."""
    (port,) = free_ports(1)
    environment = {
        **os.environ, "HABEAS_SITE": f"http://localhost:{port}", "HABEAS_PORTAL": portal,
        "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
    }  # fmt: skip
    command = ["caddy", "run", "--config", str(FILE), "--adapter", "caddyfile"]
    said = (folder / "caddy.log").open("w")
    with said, subprocess.Popen(command, env=environment, stdout=said, stderr=said) as running:
        try:
            until(lambda: listens(port), "the proxy", pause=0.1)
            yield port
        finally:
            running.terminate()


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


@pytest.fixture(scope="module")
def front(city, tmp_path_factory):
    portal = city.place.portal_url.removeprefix("http://")
    with proxy(portal, tmp_path_factory.mktemp("proxy")) as port:
        yield port


def slow(port, stack):
    """A client that says it has much to send, and sends little."""
    client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
    head = f"""POST /api/applications HTTP/1.1
Host: localhost:{port}
Content-Type: multipart/form-data; boundary=x
Content-Length: 5000000

--x
""".replace("\n", "\r\n")
    client.sendall(head.encode())


def test_slow_clients_hold_no_worker_of_the_portal(front):
    with contextlib.ExitStack() as stack:
        for _ in range(MANY):
            slow(front, stack)
        answer = httpx.get(f"http://localhost:{front}/", timeout=60, trust_env=False)
        assert answer.status_code == 200


def test_a_photo_passes(front):
    answer = httpx.post(
        f"http://localhost:{front}/api/applications",
        data={"service": "hunting-licence", "fields": json.dumps(FIELDS)},
        files={"photo": ("me.png", portrait(), "image/png")}, timeout=600, trust_env=False,
    )  # fmt: skip
    assert answer.status_code == 201
    assert answer.json()["receipt"]


def test_what_is_too_large_ends_there(front):
    with contextlib.suppress(httpx.TransportError):  # it may hang up before all was sent
        answer = httpx.post(
            f"http://localhost:{front}/api/applications", content=bytes(30_000_000),
            timeout=60, trust_env=False,
        )  # fmt: skip
        assert answer.status_code == 413


def test_figures_are_not_for_the_public(front):
    assert httpx.get(f"http://localhost:{front}/metrics", trust_env=False).status_code == 404
    assert httpx.get(f"http://localhost:{front}/readyz", trust_env=False).status_code == 200


def test_pages_are_compressed(front):
    answer = httpx.get(
        f"http://localhost:{front}/", headers={"Accept-Encoding": "gzip"}, trust_env=False
    )
    assert answer.headers["content-encoding"] == "gzip"


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what it is told of the client."""

    def do_GET(self):
        said = ", ".join(self.headers.get_all("X-Forwarded-For", [])).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        """Nobody reads it."""


def test_a_client_cannot_say_for_whom_it_asks(tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with proxy(f"127.0.0.1:{server.server_address[1]}", tmp_path) as port:
            answer = httpx.get(
                f"http://localhost:{port}/", headers={"X-Forwarded-For": "203.0.113.7"},
                trust_env=False,
            )  # fmt: skip
        server.shutdown()
    assert "203.0.113.7" not in answer.text
    assert answer.text


def test_one_node_comes_back_just_before_the_other_goes(tmp_path):
    """Whoever applies meanwhile waits; nobody is told."""

    def node(address):
        server = http.server.ThreadingHTTPServer(address, Echo)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def end(server):
        server.shutdown()
        server.server_close()

    nodes = [node(("127.0.0.1", 0)), node(("127.0.0.1", 0))]
    addresses = [each.server_address for each in nodes]
    with proxy(" ".join(f"127.0.0.1:{port}" for _, port in addresses), tmp_path) as port:
        asked = functools.partial(
            httpx.post, f"http://localhost:{port}/", trust_env=False, timeout=60
        )
        for number, address in enumerate(addresses):
            end(nodes[number])
            assert [asked().status_code for _ in range(4)] == [200] * 4
            nodes[number] = node(address)
    for each in nodes:
        end(each)
