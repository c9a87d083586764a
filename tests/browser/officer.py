"""An officer with a browser, at a portal that answers in a thread beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import LiveServerThread

from tests.browser.visitor import SIZES, Visitor
from tests.waiting import until

#: Runs a scene, which gets the visitor, their page and the address of the desk's cameras.
Inside = Callable[[Callable[[Visitor, Any, str], None]], None]


class _Waited(ThreadedWSGIServer):
    """Its end waits for the threads that answer: one that still had Django's connection when the
    test gives it back would fail, in whichever test comes next."""

    daemon_threads = False


class _Portal(LiveServerThread):
    server_class = _Waited


@contextlib.contextmanager
def signed_in(
    aside: Callable[[Callable[[Any], None]], None],
    client: Any, axe: str, width: str, locale: str, room: str,
) -> Iterator[Inside]:  # fmt: skip
    """Scenes of whoever has signed in with *client*; *aside* is the fixture.

    Playwright's loop and Django's connection need a thread each of their own.
    """
    assert width in SIZES
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    connection = connections["default"]
    connection.inc_thread_sharing()
    server = _Portal("127.0.0.1", lambda app: app, {"default": connection})
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    site = f"http://127.0.0.1:{server.port}"

    def inside(scene: Callable[[Visitor, Any, str], None]) -> None:
        def run(chromium: Any) -> None:
            visitor = Visitor(chromium, axe, width, locale=locale, room=room)
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}
            visitor.profile.add_cookies([cookie])
            try:
                scene(visitor, visitor.page, f"{site}/desk/cameras")
                visitor.close()
            finally:
                visitor.profile.close()

        aside(run)

    yield inside
    server.terminate()
    connection.dec_thread_sharing()


def send(page: Any, password: str = "") -> None:
    """Send the form that asks for a password, and wait for the page that answers.

    What the page before has said would else be taken for the answer.
    """
    if password:
        page.fill("#password", password)
    with page.expect_navigation():
        page.locator("form:has(#password) button").click()


def wait(page: Any, true: str) -> None:
    """Until an expression is true in the page.

    Playwright's own waiting evaluates text in the page, which the page's policy forbids.
    """
    until(lambda: page.evaluate(true), true)
