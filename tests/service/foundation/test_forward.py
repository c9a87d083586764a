"""Every client that asks others does so through the proxy that is configured, by a private CA.

A real log serves by TLS under names that only the proxy knows.
"""

import asyncio
import gc
import json
import logging
import os
import random
import subprocess
import sys
import threading

import pytest
import requests
import uvicorn

from habeas.cli._portal import PortalClient, PortalError
from habeas.configuration.parts import ForwardProxy as Configured
from habeas.foundation import forward
from habeas.foundation.authorities import authorities, bundle
from habeas.foundation.errors import HabeasError
from habeas.protocol import Identity
from habeas.protocol.app.site import Visitor
from habeas.protocol.wire import Wire
from habeas.tlog import CosignatureSigner, NoteSigner
from habeas.tlog.aio import AsyncLogClient
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log, make_app
from tests.forwarding import ForwardProxy
from tests.ops.authority import Authority
from tests.waiting import until

LOG = "log.city.example"
_TOLD = "Others are asked through the proxy http://%s, which sees who is asked, and when."


class _Quiet(uvicorn.Server):
    def install_signal_handlers(self) -> None:
        """This is a thread of a test."""


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """The port at which a log speaks TLS, and the authority of its certificate."""
    folder = tmp_path_factory.mktemp("log")
    authority = Authority(folder)
    certificate, key = authority.certify(folder, LOG)
    init_log(folder / "log", "log.example", anybody=True)
    config = uvicorn.Config(
        make_app(folder / "log"), port=0, log_level="error",
        ssl_certfile=certificate, ssl_keyfile=key,
    )  # fmt: skip
    server = _Quiet(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started, "the log")
    yield server.servers[0].sockets[0].getsockname()[1], authority.file
    server.should_exit = True
    thread.join()


@pytest.fixture
def proxy(log, monkeypatch):
    """A proxy by which the log is reached, as the environment of this process names it."""
    port, authority = log
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    authorities.cache_clear()
    with ForwardProxy({LOG: port}).running() as made:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{made.address}")
        yield made
    authorities.cache_clear()


def test_the_log_is_read_and_written_through_it_and_that_is_said(proxy, caplog, monkeypatch):
    monkeypatch.setattr(forward, "_said", set())
    with caplog.at_level(logging.WARNING), LogClient(f"https://{LOG}") as client:
        assert client.append(b"first").index >= 0
    with LogClient(f"https://{LOG}") as client:
        client.checkpoint()

    async def ask():
        async with AsyncLogClient(f"https://{LOG}") as other:
            return await other.checkpoint()

    assert asyncio.run(ask()).startswith("log.example\n")
    assert set(proxy.asked) == {LOG}
    told = [each.getMessage() for each in caplog.records if "proxy" in each.getMessage()]
    assert told == [_TOLD % proxy.address]


def _trustee():
    identity = Identity(
        name="t", url=f"https://{LOG}", statement_vkey=NoteSigner.generate("t/statements").vkey,
        witness_vkey=CosignatureSigner.generate("t/witness").vkey,
    )  # fmt: skip
    wire = Wire(identity, timeout=10.0, transport=None)
    with pytest.raises(HabeasError, match="404"):
        wire.call("GET", "/v2/keys")
    wire.close()


def _portal():
    with PortalClient(f"https://{LOG}") as portal, pytest.raises(PortalError, match="404"):
        portal._call("GET", "/api/nothing")


def _visitor():
    with Visitor(random.Random(1)) as visit:
        assert visit(f"https://{LOG}/checkpoint").status == 200


def _identity_provider():
    assert requests.get(f"https://{LOG}/livez", timeout=10, verify=bundle()).ok


@pytest.mark.parametrize("ask", [_trustee, _portal, _visitor, _identity_provider])
def test_every_other_client_asks_through_it(proxy, ask):
    ask()
    assert proxy.asked == [LOG]


_STORE = """
import sys
from obstore.exceptions import BaseError
from habeas.tlog.server import open_objects
try:
    open_objects("s3://photos").read("x")
except (FileNotFoundError, OSError) as error:
    print(type(error).__name__)
"""


def test_the_object_store_is_asked_through_it(proxy):
    environment = {
        **os.environ, "AWS_ENDPOINT": f"https://{LOG}", "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "r",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", _STORE], env=environment, text=True, capture_output=True, check=True
    )
    # The log is no such store, and says over TLS that it has nothing of that name.
    assert done.stdout == "FileNotFoundError\n"
    assert set(proxy.asked) == {LOG}


# The client's library leaves the socket of a handshake that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_its_authority_nobody_is_believed(proxy, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    authorities.cache_clear()
    with LogClient(f"https://{LOG}") as client, pytest.raises(Exception, match="does not answer"):
        client.checkpoint()
    gc.collect()
    assert set(proxy.asked) == {LOG}


def test_who_is_excepted_is_asked_without_it(proxy, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "city.example")
    with LogClient(f"https://{LOG}") as client, pytest.raises(Exception, match="does not answer"):
        client.checkpoint()  # only the proxy knows that name
    assert proxy.asked == []


def test_a_proxy_that_knows_its_users(log, monkeypatch, tmp_path):
    port, authority = log
    word = tmp_path / "word"
    word.write_text("p@ss:w/rd\n")
    word.chmod(0o600)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    authorities.cache_clear()
    with ForwardProxy({LOG: port}, "portal:p@ss:w/rd").running() as made:
        said = Configured(url=f"http://{made.address}", user="portal", password={"file": word})
        for name, value in said.environment().items():
            monkeypatch.setenv(name, value)
        with LogClient(f"https://{LOG}") as client:
            client.checkpoint()
        assert made.asked == [LOG]
        word.write_text("another\n")
        for name, value in said.environment().items():
            monkeypatch.setenv(name, value)
        with LogClient(f"https://{LOG}") as client, pytest.raises(Exception, match="not answer"):
            client.checkpoint()
    authorities.cache_clear()


def test_a_command_asks_through_the_proxy_of_its_configuration(log, tmp_path):
    port, authority = log
    data = tmp_path / "trustee"
    run = [sys.executable, "-m", "habeas.cli", "trustee"]
    bare = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}

    def habeas(*arguments):
        done = subprocess.run(
            [*run, *map(str, arguments)], env=bare, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done

    habeas("init", "--data", data, "--name", "t.example", "--url", f"https://{LOG}")
    with ForwardProxy({LOG: port}).running() as made:
        file = tmp_path / "habeas.toml"
        file.write_text(
            f'party = "trustee"\ndata = "{data}"\nauthorities = "{authority}"\n'
            f'[proxy]\nurl = "http://{made.address}"\ndirect = ["elsewhere.example"]\n'
        )
        done = habeas("status", "--config", file, "--json")
        assert made.asked == [LOG]
    assert isinstance(json.loads(done.stdout), dict)
    assert "through the proxy" in done.stderr
