"""Pages that few people see, at each width and in each language: consoles, and what went wrong."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from http import HTTPStatus

import httpx
import pytest

from habeas.faces import assets
from habeas.protocol.lost import LostReceipt
from habeas.trustee.console import Doors, make_console
from tests.browser.seen import says
from tests.browser.test_everybody import ZOOMED, Looker, served
from tests.browser.visitor import SIZES
from tests.waiting import PATIENCE_SECONDS, until
from tests.world.city import City
from tests.world.world import OFFICE, listening

pytestmark = pytest.mark.browser

WIDTHS = {**SIZES, "zoomed": ZOOMED}
#: Scheme, language, width: each pair of two stands in at least one line.
LOOKS = [
    ("dark", "ru", "phone"), ("light", "en", "phone"), ("dark", "en", "desktop"),
    ("light", "ru", "desktop"), ("dark", "en", "zoomed"),
]  # fmt: skip
#: An address of a stranger (RFC 5737), as a proxy on this machine tells it.
STRANGER = "203.0.113.7"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    with contextlib.closing(City(tmp_path_factory.mktemp("city"))) as city:
        city.apply(assets.path("astronaut.png").read_bytes())
        city.settled()
        yield city


@pytest.fixture(params=LOOKS, ids="-".join)
def looker(request, chromium, axe):
    if not axe:
        pytest.skip("axe-core is not installed")
    scheme, locale, width = request.param
    found = Looker(chromium, axe, scheme, locale, WIDTHS[width], width)
    yield found
    found.profile.close()


@contextlib.contextmanager
def running(command, environment, sock):
    """A server behind a socket, and its end."""
    with sock, subprocess.Popen(command, env=environment, pass_fds=(sock.fileno(),)) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE_SECONDS)


@contextlib.contextmanager
def console(city):
    """The operator's console over the city's portal: its address."""
    sock = listening()
    command = [sys.executable, "-m", "gunicorn", "habeas.portal.operator.wsgi:application"]
    command += ["--bind", f"fd://{sock.fileno()}", "--threads", "4", "--worker-class", "gthread"]
    command += ["--log-level", "warning", "--no-control-socket"]
    address = f"http://localhost:{sock.getsockname()[1]}"
    with running(command, city.environment, sock):
        until(lambda: httpx.get(f"{address}/livez").status_code in (200, 401), "it")
        yield address


@pytest.fixture(scope="module")
def operator(city):
    with console(city) as address:
        yield address


def test_the_operator_s_console(city, operator, looker):
    looker.page.goto(f"{operator}/operator/")
    looker.look("operator-signed-out")
    made = "from habeas.portal.operator.doors import doors; print(doors().link())"
    link = city.manage(made).strip().splitlines()[-1]
    looker.page.goto(f"{operator}/operator/?link={link}")
    for name in ("", "services/", "offices/"):
        looker.page.goto(f"{operator}/operator/{name}")
        looker.look(f"operator/{name}")
    looker.page.goto(f"{operator}/apply/hunting-licence/")
    looker.look("operator-preview")
    file = city.data / "services" / "hunting-licence.toml"
    whole = file.read_bytes()
    try:
        file.write_text("prefix = 1")
        looker.page.goto(f"{operator}/operator/services/")
        looker.look("operator-services-wrong")
    finally:
        file.write_bytes(whole)
    assert not looker.found


def test_a_lost_receipt(city, looker):
    looker.page.goto(f"{city.url}/receipt/lost/")
    looker.look("receipt-lost")
    assert not looker.found


def test_what_was_not_found_or_not_sent_in_time(city, looker):
    looker.page.goto(f"{city.url}/nowhere/")
    looker.look("error-404")
    looker.page.goto(f"{city.url}/receipt/")
    looker.profile.clear_cookies()
    looker.page.evaluate("document.querySelector('.app-languages form').submit()")
    looker.page.wait_for_selector("main a[href='/language/setlang/']")
    looker.look("error-403")
    assert not looker.found


def test_too_much_at_once(city, looker):
    # Each look comes from an address of its own: what one has used up is the others' no more.
    address = f"{STRANGER[:-1]}{LOOKS.index((looker.scheme, looker.locale, looker.width)) + 10}"
    looker.profile.set_extra_http_headers({"X-Forwarded-For": address})

    def refused():
        looker.page.goto(f"{city.url}/receipt/")
        with httpx.Client(base_url=city.url, headers={"X-Forwarded-For": address}) as many:
            while many.post("/receipt/").status_code != HTTPStatus.TOO_MANY_REQUESTS:
                pass
        with looker.page.expect_navigation() as went:
            looker.page.evaluate("document.querySelector('#by-file').submit()")
        # On a slow machine one more may be let through meanwhile.
        return went.value.status == HTTPStatus.TOO_MANY_REQUESTS

    until(refused, "the rate to be used up")
    looker.look("error-429")
    assert not looker.found


@pytest.fixture(scope="module")
def alone(city, tmp_path_factory):
    """The portal, started where its operator has agreed to no circle yet."""
    folder = tmp_path_factory.mktemp("alone") / "portal"
    # Nobody writes there meanwhile.
    city.stop_portal()
    shutil.copytree(city.data, folder)
    city.start_portal()
    (folder / "circle.txt").unlink()
    environment = {**os.environ, "HABEAS_DATA": str(folder)}
    sock = listening()
    serve = [sys.executable, "-m", "gunicorn", "habeas.portal.site.wsgi:application"]
    serve += ["--bind", f"fd://{sock.fileno()}", "--log-level", "warning", "--no-control-socket"]
    address = f"http://localhost:{sock.getsockname()[1]}"
    with running(serve, environment, sock):
        until(lambda: httpx.get(f"{address}/livez").status_code == 200, "it")
        yield address


def test_a_portal_without_a_circle(alone, looker):
    for path in ("/", "/receipt/", "/register/"):
        answer = looker.page.goto(alone + path)
        assert answer.status in (200, 503), path
        looker.look(f"no-circle{path}")
    assert answer.status == 503
    assert not looker.found


def test_the_clerk_s_way_with_a_lost_receipt(city, looker):
    receipt = city.apply(assets.path("astronaut.png").read_bytes())[1]
    city.settled()
    lost = LostReceipt(
        office=OFFICE, reference=receipt.reference, promise=receipt.promise.digest().hex(),
        seal_id=receipt.promise.seal_id, salt=receipt.case_salt,
    )  # fmt: skip
    trustee = next(iter(city.trustees.values()))
    trustee.claim(lost, "destroy")
    city.settled()
    city.followed()
    doors = Doors(bytes(32), lambda: 1_000)
    with served(make_console(trustee, doors)) as address:
        looker.page.goto(f"{address}/sign-in?link={doors.link()}")
        looker.page.goto(f"{address}/claims")
        says(looker.page, "table", lost.promise[:16])
        looker.look("console-claims")
    assert not looker.found
