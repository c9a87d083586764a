"""Code custody at the portal: it serves what k trustees vouch for, and says so to people."""

import dataclasses
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from habeas.portal.register import code
from habeas.portal.site.served import named
from habeas.portal.vault import releasing
from habeas.protocol import Kind, sign_entry
from habeas.protocol.app import AppDetails, AppDiffersDetails, AppError, AppSeenDetails
from habeas.protocol.app.manifest import first_difference
from tests.unit.portal.test_device import ANSWERS, JSON, STEP, Device
from tests.unit.protocol import world

PORTAL = "https://portal.example"
PAGE = f"{STEP}/seal/"


def say(city, kind, details, index=0, day=None):
    signer = world.TRUSTEES[index].statement
    day = day or datetime.now(UTC).date().isoformat()
    entry = sign_entry(signer, kind, day, details, world.random(f"salt {details}"))
    city.log.append(entry.encode())
    city.copy.catch_up()


def test_without_a_release_nothing_seals_on_devices_and_the_page_says_why(city, browser):
    assert browser.get(PAGE)["location"] == f"{STEP}/details/"
    page = browser.get(f"{STEP}/details/").content.decode()
    assert "data-seal" not in page
    assert "The trustees have not vouched yet" in page
    browser.post(f"{STEP}/details/", ANSWERS)
    assert "The trustees have not vouched yet" in browser.get(f"{STEP}/photo/").content.decode()
    order = browser.post(f"{STEP}/order/", "{}", **JSON)
    assert (order.status_code, order.json()["code"]) == (503, "app-unknown")


def test_what_is_released_is_served_to_everybody_alike(city, browser):
    manifest = city.release()
    for visitor in (browser, type(browser)()):
        answer = visitor.get(PAGE)
        digest = hashlib.sha256(answer.content).hexdigest()
        assert digest == manifest.portal.files["photo/index.html"]
        assert manifest.circle.encode() in answer.content
        for name, value in manifest.portal.headers_of("photo/index.html").items():
            assert answer[name] == value
    page = browser.get(f"{STEP}/details/").content.decode()
    assert f'data-seal="{PAGE}#/details"' in page
    assert "This device cannot seal." in page  # to whoever has no script that leads away
    page = browser.get(f"{STEP}/details/?chosen").content.decode()
    assert "data-seal" not in page
    assert "cannot seal" not in page
    assert f'href="{PAGE}#/details"' in page


def test_the_operator_s_own_files_are_served_to_nobody(city, browser, monkeypatch):
    """The log has a release, and something else is installed: an upgrade that came too early."""
    city.release()
    changed = code._installed(city.copy.chain.newest.circle)
    files = {**changed.files, named("photo/photo.js"): "0" * 64}
    other = changed.model_copy(update={"files": files})
    monkeypatch.setattr(code, "_installed", lambda _: other)
    assert browser.get(PAGE).status_code == 302
    with pytest.raises(AppError) as refused:
        code.serving()
    assert refused.value.code == "app-unknown"


def test_for_a_day_the_release_before_is_served(city, monkeypatch):
    installed = code._installed(city.copy.chain.newest.circle)
    city.release()
    today = datetime.now(UTC).date()
    details = world.release_fields(number=2, circle=city.copy.chain.newest.digest)
    read = AppDetails.read(details)
    entry = sign_entry(
        world.CUSTODIAN_KEY, Kind.APP, today.isoformat(), read, world.random("salt of two")
    )
    city.log.append(entry.encode())
    city.copy.catch_up()
    assert code.serving(today + timedelta(days=1)).manifest.portal == installed
    with pytest.raises(AppError):
        code.serving(today + timedelta(days=2))


def test_the_operator_drafts_and_publishes(city):
    made = releasing.draft("0.1", "ab" * 32)
    assert made.number == 1
    alone = [world.rebuilt(made, 0)]
    with pytest.raises(AppError) as refused:
        releasing.publish(made, alone)
    assert refused.value.code == "app-signatures"
    assert city.log.kinds() == []
    done = releasing.publish(made, [*alone, world.rebuilt(made, 1)])
    assert (done.index, city.log.kinds()) == (0, ["app"])
    # A third trustee is welcome later; what the others said is kept.
    again = releasing.publish(made, [world.rebuilt(made, 2)])
    assert len(again.words) == 3
    following = releasing.draft("0.2", None)
    assert following.number == 2
    assert first_difference(following, made) is not None
    older = made.model_copy(update={"version": "0.0"})
    with pytest.raises(AppError) as refused:
        releasing.publish(older, [world.rebuilt(older, index) for index in (0, 1)])
    assert refused.value.code == "app-stale"


def test_a_photo_that_names_no_release_or_an_old_one_is_refused_by_name(city, browser):
    city.release()
    device = Device(browser)
    device.ask()
    unknown = dataclasses.replace(world.WISHES).app
    device.changed = {"app": unknown}
    device.seal()
    answer = device.send()
    assert (answer.status_code, answer.json()["code"]) == (409, "app-unknown")
    released = city.release(number=2)
    device.changed = {}
    device.label = "once more"
    device.ask()
    # A trustee's address may have the one before today: its page finds itself among these.
    served, before = (AppDetails.decode(each.encode()) for each in _offered(device.order))
    assert (served.manifest.number, before.manifest.number) == (2, 1)
    device.seal()
    assert device.sealed.promise.app.manifest == released.digest().hex()
    assert device.send().status_code == 200


def _offered(order):
    return [order["release"], *order["before"]]


def test_people_read_which_code_runs_and_who_looked(city, browser):
    page = browser.get("/register/code/").content.decode()
    assert "No release" in page
    manifest = city.release(source="ab" * 32)
    digest = manifest.digest().hex()
    seen = AppSeenDetails(trustee=world.NAMES[0], origin=PORTAL, manifest=digest, count=7)
    say(city, Kind.APP_SEEN, seen)
    page = browser.get("/register/code/").content.decode()
    for words in (digest, "ab" * 32, *world.NAMES[:2], "rebuilt it from source", PORTAL):
        assert words in page
    assert "Nobody has found a difference" in page
    differs = AppDiffersDetails(
        trustee=world.NAMES[1], origin=PORTAL, path="/static/photo/photo.js", manifest=digest,
        what="content", expected="0" * 64, got="1" * 64,
    )  # fmt: skip
    say(city, Kind.APP_DIFFERS, differs, 1)
    page = browser.get("/register/code/").content.decode()
    assert "/static/photo/photo.js" in page
    assert "1" * 64 in page
    assert "Nobody has found a difference" not in page
    russian = browser.get("/register/code/", HTTP_ACCEPT_LANGUAGE="ru").content.decode()
    assert "Код, который выполняет ваше устройство" in russian


def test_one_trustee_s_many_findings_hide_those_of_no_other(city, browser):
    digest = city.release().digest().hex()

    def differs(index, path):
        said = AppDiffersDetails(
            trustee=world.NAMES[index], origin=PORTAL, path=path, manifest=digest,
            what="missing", expected="0" * 64,
        )  # fmt: skip
        say(city, Kind.APP_DIFFERS, said, index)

    differs(1, "/static/photo/honest.js")
    for number in range(31):
        differs(0, f"/static/photo/loud{number}.js")
    page = browser.get("/register/code/").content.decode()
    assert "/static/photo/honest.js" in page
    assert page.index("loud30.js") < page.index("loud29.js") < page.index("honest.js")
    assert ("loud2.js" in page, "loud1.js" in page) == (True, False)


def test_it_is_said_where_nobody_has_rebuilt_it(city, browser):
    city.release()
    page = browser.get("/register/code/").content.decode()
    assert "compared it with files that it has from elsewhere" in page
    assert "Nobody has rebuilt" in page


def allowed_by_webcat(policy: str) -> None:
    """WEBCAT's specification, "CSP", sections 1 and 2."""
    assert "," not in policy
    rules = dict(each.strip().partition(" ")[::2] for each in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for name in ("script-src", "style-src"):
        for source in rules.get(name, "'none'").split():
            hashed = re.fullmatch(r"'sha(256|384|512)-[A-Za-z0-9+/=]+'", source)
            assert hashed or source in {"'none'", "'self'", "'wasm-unsafe-eval'"}, source
    assert rules.get("worker-src", "'none'") in {"'none'", "'self'"}
    assert rules.get("object-src", "'none'") == "'none'"


def test_clients_that_enforce_find_their_files(city, browser):
    manifest = city.release()
    header = browser.get(PAGE)["Integrity-Policy-WAICT-v1"]
    (path,) = re.findall(r'manifest="([^"]+)"', header)
    answer = browser.get(path)
    assert answer["content-type"] == "application/waict-integrity-manifest"
    hashes = json.loads(answer.content.split(b"\n")[0])["hashes"]
    assert PAGE in hashes
    assert len(hashes) == len(manifest.portal.files) + len(manifest.portal.data)
    assert browser.get(f"{path}x").status_code == 404
    webcat = browser.get("/.well-known/webcat/manifest.json").json()
    assert webcat["manifest"]["files"] == hashes
    assert webcat["manifest"]["default_index"] in hashes
    assert browser.get("/register/code/").status_code == 200
    assert webcat["manifest"]["app"].endswith("/register/code/")
    policies = [
        webcat["manifest"]["default_csp"], *webcat["manifest"]["extra_csp"].values(),
        manifest.desk.csp, *manifest.desk.policies.values(),
    ]  # fmt: skip
    for policy in policies:
        allowed_by_webcat(policy)
    # Proofs of a Sigsum log are not this portal's to make up.
    assert webcat["signatures"] == {}
    assert browser.get("/.well-known/webcat/enrollment.json").json()["threshold"] == 2
