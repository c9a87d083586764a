"""W3C Trusted Types in Chromium: no script of any page makes code or markup of a string.

The photo step, the desk and the page for receipts do all that they do under the same policies, in
their own tests, where a worker that did not start would be seen.
"""

from __future__ import annotations

import contextlib
import json

import pytest

from habeas.faces import assets
from habeas.portal.site.served import served
from tests.browser.seen import computed
from tests.browser.test_desk import Desk, place  # noqa: F401 - the office with its desk
from tests.browser.test_everybody import PAGES
from tests.browser.visitor import CANNOT_SEAL
from tests.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.browser

COLLECT = """globalThis.violations = [];
addEventListener("securitypolicyviolation", event => {
    violations.push(event.sample);
    console.error(`VIOLATION ${event.effectiveDirective} ${event.sample}`);
});"""
TRY = """() => ["innerHTML", "outerHTML"].map(each => {
    try { document.createElement("p")[each] = "<b>x</b>"; return "assigned"; }
    catch (error) { return error.name; }
}).concat([
    () => new Worker("/static/photo.js"),
    () => new DOMParser().parseFromString("<p>x</p>", "text/html"),
    () => trustedTypes.createPolicy("another", {}),
].map(act => { try { act(); return "done"; } catch (error) { return error.name; } }))"""


@contextlib.contextmanager
def watched(chromium):
    """A page, and the violations of its policies."""
    profile = chromium.new_context()
    profile.set_default_timeout(PATIENCE_SECONDS * 1000)
    profile.add_init_script(COLLECT)
    page, found = profile.new_page(), []
    page.on("console", lambda said: found.append(said.text) if "VIOLATION" in said.text else None)
    yield page, found
    profile.close()


def test_no_page_violates_its_policy_and_none_assigns_markup(chromium, place):  # noqa: F811
    place.city.apply(assets.path("astronaut.png").read_bytes())
    place.city.settled()
    with watched(chromium) as (page, found):
        for path in PAGES:
            answer = page.goto(place.city.url + path)
            policy = answer.headers["content-security-policy"]
            assert "require-trusted-types-for 'script'" in policy, path
            assert "trusted-types 'none'" in policy, path
        page.wait_for_load_state("networkidle")
        assert not found
        assert computed(page, TRY) == ["TypeError"] * 5
        until(lambda: page.evaluate("violations.length") >= 4, "the browser's reports")


def test_a_form_that_comes_back_is_shown_without_parsing_a_string(chromium, place):  # noqa: F811
    with watched(chromium) as (page, found):
        page.add_init_script(CANNOT_SEAL)
        page.goto(f"{place.city.url}/apply/hunting-licence/")
        page.click(".govuk-button--start")
        for name, value in (
            ("full_name", "O. Ivanova"), ("date_of_birth", "1979-03-21"), ("address", "1 Lane"),
        ):  # fmt: skip
            page.fill(f"[name={name}]", value)
        page.click("form[novalidate] button[type=submit]")
        page.wait_for_selector("#photo-form")
        page.set_input_files(
            "#photo", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
        )
        page.click("#photo-form button[type=submit]")
        page.wait_for_selector(".govuk-error-summary")
        assert not found


def test_the_desk_has_one_policy_for_its_worker(chromium, place):  # noqa: F811
    with watched(chromium) as (page, found):
        answer = page.goto(place.origin)
        policy = answer.headers["content-security-policy"]
        assert "require-trusted-types-for 'script'; trusted-types habeas-worker" in policy
        page.wait_for_load_state("networkidle")
        assert not found


def test_what_is_served_names_one_policy_where_workers_start_and_none_elsewhere():
    every = {"page": served().csp, **served().policies}
    named = {path: each.split("trusted-types ")[-1].split(";")[0] for path, each in every.items()}
    assert {named.pop(f"photo/{each}.html") for each in ("index", "embedded")} == {"habeas-worker"}
    assert set(named.values()) == {"'none'"}
    assert all("require-trusted-types-for 'script'" in each for each in every.values())
    assert json.dumps(every).count("unsafe-eval") == json.dumps(every).count("wasm-unsafe-eval")
