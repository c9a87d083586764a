"""`habeas portal webhooks` against a receiver of one's own: over TLS, on a private network."""

import contextlib
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks.webhooks import Webhook

from habeas.foundation.authorities import authorities
from tests.forwarding import ForwardProxy
from tests.ops.authority import Authority
from tests.service.portal.test_commands import Portal
from tests.unit.portal import conftest as _django_is_started  # noqa: F401

from habeas.portal.webhooks import sending  # isort: skip
from habeas.portal.webhooks.models import WebhookEndpoint  # isort: skip

pytestmark = pytest.mark.slow
HERE = ("--private-network", "127.0.0.0/8", "--private-network", "::1/128")


class Receiver(ThreadingHTTPServer):
    """Keeps what it gets, and answers what it was told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got, self.status = [], 204


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append((self.path, headers, body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Nobody reads it."""


@contextlib.contextmanager
def receiving(folder, authority, name="localhost"):
    """A receiver whose certificate is for *name*; its port is `server_port`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.certify(folder, name))
    server = Receiver()
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Sender(Portal):
    """A portal that trusts an authority of its city's."""

    def __init__(self, folder):
        super().__init__(folder)
        self.authority = Authority(folder)


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    made = Sender(tmp_path_factory.mktemp("portal"))
    assert made.init().returncode == 0
    return made


def webhooks(portal, *arguments):
    return portal("webhooks", *arguments, SSL_CERT_FILE=str(portal.authority.file))


def test_a_receiver_gets_a_signed_message_and_can_be_taken_away(portal, tmp_path):
    with receiving(tmp_path, portal.authority) as server:
        url = f"https://localhost:{server.server_port}/hook"
        added = webhooks(portal, "add", url, "--name", "forms", *HERE)
        assert added.returncode == 0, added.stderr
        secret = added.stdout.strip()
        tested = webhooks(portal, "test", "forms")
        assert (tested.returncode, "(204)" in tested.stdout) == (0, True), tested.stderr
        ((path, headers, body),) = server.got
        assert path == "/hook"
        assert headers["host"] == f"localhost:{server.server_port}"
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"
    listed = webhooks(portal, "list")
    assert url in listed.stdout
    assert secret not in listed.stdout
    assert webhooks(portal, "remove", "forms").returncode == 0
    assert url not in webhooks(portal, "list").stdout
    assert "forms" in webhooks(portal, "test", "forms").stderr


@pytest.mark.parametrize(("status", "said"), [(302, "302"), (500, "500"), (410, "410")])
def test_what_is_no_confirmation_is_said_and_no_one_is_followed(portal, tmp_path, status, said):
    with receiving(tmp_path, portal.authority) as server:
        server.status = status
        url = f"https://localhost:{server.server_port}/hook"
        name = f"answers-{status}"
        assert webhooks(portal, "add", url, "--name", name, *HERE).returncode == 0
        tested = webhooks(portal, "test", name)
        assert tested.returncode == 1
        assert said in tested.stderr
        assert len(server.got) == 1


def test_another_s_certificate_and_an_unnamed_network_get_nothing(portal, tmp_path):
    with receiving(tmp_path, portal.authority, "other.example") as server:
        url = f"https://localhost:{server.server_port}/hook"
        assert webhooks(portal, "add", url, "--name", "wrong", *HERE).returncode == 0
        assert webhooks(portal, "test", "wrong").returncode == 1
        refused = webhooks(portal, "add", url, "--name", "inside")
        assert refused.returncode == 1
        assert "no public address" in refused.stderr
        assert server.got == []


class _Stalling(_Handler):
    """Says again and again that it is still at it (RFC 2518 section 10.1)."""

    def do_POST(self):
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n")


def test_a_receiver_that_is_never_done_holds_nobody_up(portal, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(portal.authority.file))
    authorities.cache_clear()
    monkeypatch.setattr(sending, "_WHOLE_SECONDS", 0.5)
    with receiving(tmp_path, portal.authority) as server:
        server.RequestHandlerClass = _Stalling
        endpoint = WebhookEndpoint(
            name="slow", url=f"https://localhost:{server.server_port}/", salt="00",
            private=["127.0.0.0/8", "::1/128"],
        )  # fmt: skip
        with pytest.raises(sending.NotConfirmedError, match="TimeoutError"):
            sending.send(endpoint, "msg_1", "{}")
    authorities.cache_clear()


def test_it_is_sent_through_the_proxy_which_alone_knows_the_name(portal, tmp_path):
    name = "proxied.city.example"
    with receiving(tmp_path, portal.authority, name) as server:
        with ForwardProxy({name: server.server_port}).running() as proxy:
            by = {"HTTPS_PROXY": f"http://{proxy.address}", "NO_PROXY": ""}

            def told(*arguments):
                authority = str(portal.authority.file)
                return portal("webhooks", *arguments, SSL_CERT_FILE=authority, **by)

            added = told("add", f"https://{name}/hook", "--name", "proxied")
            assert added.returncode == 0, added.stderr
            tested = told("test", "proxied")
            assert (tested.returncode, "(204)" in tested.stdout) == (0, True), tested.stderr
            assert "which sees who is asked" in tested.stderr
            assert proxy.asked == [name]
        ((_, headers, body),) = server.got
        assert headers["host"] == name
        assert Webhook(added.stdout.strip()).verify(body, headers)["type"] == "webhook.test"
