"""Applications answer clients in this process: no socket, and nobody waits for a clock."""

import contextlib

import httpx
from anyio.from_thread import start_blocking_portal

from habeas import tlog
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log, make_app

ORIGIN = "log.example/unit"
URL = "http://log.example"


def new_log(folder, *, anybody=True):
    init_log(folder, ORIGIN, anybody=anybody)
    return folder


def policy_of(folder):
    return tlog.Policy.parse((folder / "policy.txt").read_bytes())


class InProcess(httpx.BaseTransport):
    """A transport for clients that wait: an application in the loop of another thread."""

    def __init__(self, app, portal):
        self._app = httpx.ASGITransport(app)
        self._portal = portal

    def handle_request(self, request):
        return self._portal.call(self._answer, request)

    async def _answer(self, request):
        asked = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.read()
        )
        answer = await self._app.handle_async_request(asked)
        content = b"".join([part async for part in answer.stream])
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(content)
        )


@contextlib.contextmanager
def reaching(app):
    """A transport to *app*, which is started meanwhile."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
    ):
        yield InProcess(app, portal)


@contextlib.contextmanager
def answering(app):
    """*app*, started; gives an HTTP client that reaches it."""
    with reaching(app) as transport, httpx.Client(base_url=URL, transport=transport) as client:
        yield client


@contextlib.contextmanager
def served(app, token=None):
    """*app*, started; gives a log's client that reaches it."""
    with (
        reaching(app) as transport,
        LogClient(URL, token, transport=transport, sleep=lambda _: None) as log,
    ):
        yield log


def app_of(folder, **options):
    return make_app(folder, interval=0, **options)


class Hosts(httpx.AsyncBaseTransport):
    """A transport for asyncio: every application added has a host of its own."""

    def __init__(self):
        self._hosts = {}

    def add(self, app):
        """Gives its URL."""
        host = f"host{len(self._hosts)}.example"
        self._hosts[host] = httpx.ASGITransport(app)
        return f"http://{host}"

    async def handle_async_request(self, request):
        if request.url.host not in self._hosts:
            raise httpx.ConnectError("nobody is there", request=request)
        return await self._hosts[request.url.host].handle_async_request(request)
