"""An application sealed on the applicant's own device, in Chromium, over real parties."""

from __future__ import annotations

import base64
import contextlib
import io
import json
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import expect

from habeas.faces import assets
from habeas.protocol import Purpose, Receipt, canonical, sealing
from habeas.protocol.receipt import verify_parts
from habeas.protocol.receipt_file import read_receipt
from tests import places
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.kept import all_kept, kept_rows
from tests.browser.seen import becomes, computed, frames, heard, says, silent_on, text_of
from tests.browser.visitor import Visitor
from tests.browser.wire import Wire
from tests.waiting import PATIENCE_SECONDS, until
from tests.world.city import ANSWERS, City

pytestmark = pytest.mark.browser
#: Each text is longer than the 32 bytes that a listener is searched for, as far as it can be.
FORM = {
    "full_name": f"{ANSWERS['full_name']} of the Very Long House at the Lake",
    "date_of_birth": "1979-03-21",
    "address": "117 Eucalyptus Lane behind the old mill\nWimbledon-on-the-Marsh",
    "email": "wilhelmina.featherstonehaugh@example.com",
}
PHOTO = "astronaut.png"
#: Writes down what a page draws, so that a test knows what must never be sent.
DRAWS = """
    globalThis.draws = [];
    const draw = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = (bytes) => {
        const drawn = draw(bytes);
        if (bytes.BYTES_PER_ELEMENT === 1) draws.push([...drawn]);
        return drawn;
    };
"""
#: What a browser that resists fingerprinting does to whatever is read from a canvas.
NOISE = """
    const read = CanvasRenderingContext2D.prototype.getImageData;
    CanvasRenderingContext2D.prototype.getImageData = function (...where) {
        const pixels = read.apply(this, where);
        crypto.getRandomValues(pixels.data.subarray(0, 4096));
        return pixels;
    };
"""
#: Whether an application is kept in the browser's own database. One that is not made yet is let be.
KEPT = """async () => {
    const [found] = await indexedDB.databases();
    if (!found) return false;
    const asked = (request) => new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
    });
    const database = await asked(indexedDB.open(found.name));
    try {
        const [table] = database.objectStoreNames;
        return table !== undefined && await asked(
            database.transaction(table).objectStore(table).count()) > 0;
    } finally {
        database.close();
    }
}"""
NO_CURVE = "crypto.subtle.importKey = () => Promise.reject(new Error('no such curve'));"


class Applicant(Visitor):
    """Somebody who applies."""

    def come(self, url: str) -> None:
        """From the service's page to where this device is led."""
        self.page.goto(f"{url}/apply/hunting-licence/")
        self.page.click(".govuk-button--start")

    def start(self, url: str) -> None:
        """To the service's questions, as this device asks them."""
        self.come(url)
        self.page.wait_for_url("**/seal/#/details")
        self.page.wait_for_selector("[name=full_name]")

    def answer(self) -> None:
        for name, value in FORM.items():
            self.page.fill(f"[name={name}]", value)
        self.page.click("form[novalidate] button[type=submit]")

    def begin(self, url: str) -> None:
        self.start(url)
        self.answer()

    def begin_at_the_server(self, url: str) -> None:
        """On a device that cannot seal."""
        self.page.goto(f"{url}/apply/hunting-licence/details/?cannot")
        self.answer()

    def choose(self) -> None:
        self.page.wait_for_selector("#photo")
        self.page.set_input_files("#photo", assets.path(PHOTO))
        self.page.wait_for_selector("canvas")

    def check(self) -> None:
        self.choose()
        self.page.click("[data-use]")
        self.page.wait_for_selector("[data-promise] li")

    def seal(self) -> None:
        self.check()
        self.page.click("[data-seal]")

    def save(self) -> Receipt:
        return read_receipt(self.saved("[data-save]"))

    def send(self) -> str:
        self.page.click("[data-send]")
        return text_of(self.page, "#reference")

    def problem(self, *texts: str) -> None:
        """Wait until the page says that something is wrong, in these words."""
        expect(self.page.locator(".govuk-error-summary").first).to_be_visible()
        says(self.page, ".govuk-error-summary", *texts)


def opened(city: City, reference: str) -> bytes:
    with city.officer_client() as officer:
        return officer.open(reference, Purpose.DECIDE_APPLICATION, "Is this the applicant?").photo


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_from_the_camera_step_to_the_cleared_device(chromium, city, axe, width, locale):
    visitor = Applicant(chromium, axe, width, locale, "seal")
    page = visitor.page
    visitor.start(city.url)
    visitor.look("details")
    page.click("form[novalidate] button[type=submit]")
    page.wait_for_selector(".govuk-error-summary:focus")
    visitor.look("details-wrong")
    expect(page.locator(".govuk-error-summary li")).to_have_count(3)
    page.click(".govuk-error-summary li:nth-child(2) a")
    expect(page.locator("[name=date_of_birth]")).to_be_focused()
    visitor.answer()
    page.wait_for_selector("#photo")
    visitor.look("choose")
    visitor.choose()
    visitor.look("cut")
    for _ in range(5):
        page.press("#size", "ArrowLeft")
    page.press("#down", "Home")
    visitor.look("cut-moved")
    page.click("[data-use]")
    page.wait_for_selector("[data-promise] li")
    visitor.look("check")
    says(page, "dl", *FORM.values())
    office = {"en": "Licensing Office", "ru": "Лицензионный отдел"}[locale]
    says(page, "[data-promise]", office)
    page.click("[data-seal]")
    page.wait_for_selector("[data-save]")
    visitor.look("keep")
    page.click("[data-send]")  # not before it is saved
    expect(page.locator("[data-save]")).to_be_focused()
    expect(page.locator("#reference")).to_have_count(0)
    receipt = visitor.save()
    verify_parts(receipt)
    assert receipt.promise.sealed_by == "browser"
    reference = visitor.send()
    assert reference == receipt.reference
    visitor.look("sent")
    with Image.open(io.BytesIO(opened(city, reference))) as picture:
        assert picture.format == "JPEG"
        assert abs(picture.width / picture.height - 35 / 45) < 0.01
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    page.click("[data-finish]")
    page.wait_for_selector("h1:not(.govuk-panel__title)")
    visitor.look("cleared")
    page.go_back()
    page.wait_for_selector("[data-t=tryAgain]")
    silent_on(page, "body", reference)
    assert all_kept(page) == []
    rest = {"csrftoken", "django_language"}
    becomes(lambda: {each["name"] for each in visitor.profile.cookies()} - rest, set())
    visitor.close()


@contextlib.contextmanager
def tapped(chromium, city, axe, room):
    """Somebody whose browser's line is listened to, and the listener."""
    with contextlib.closing(Wire(urlsplit(city.url).port)) as wire:
        browser = chromium.browser_type.launch(
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, f"--host-resolver-rules={wire.rule}"],
            timeout=PATIENCE_SECONDS * 1000,
        )
        with contextlib.closing(browser):
            visitor = Applicant(browser, axe, "desktop", "en", room)
            visitor.page.add_init_script(DRAWS)
            yield visitor, wire
            visitor.close()


def spellings(text: str) -> set[bytes]:
    """A text as programs write it."""
    plain = text.encode()
    lines = text.replace("\n", "\r\n")
    return {
        plain, lines.encode(), json.dumps(text)[1:-1].encode(), quote(text).encode(),
        quote_plus(lines).encode(), quote(lines, safe="@").encode(), text.encode("utf-16-le"),
        plain.hex().encode(), *(base64.b64encode(plain[cut:])[:-4] for cut in range(3)),
    }  # fmt: skip


def heard_of(sent: bytes) -> list[str]:
    """The answers of which the listener has heard, in whatever spelling, whole or 32 bytes."""
    runs = {sent[at : at + 32] for at in range(len(sent) - 31)}
    return [
        name
        for name, text in FORM.items()
        for spelled in spellings(text)
        if spelled in sent
        or any(spelled[at : at + 32] in runs for at in range(max(0, len(spelled) - 31)))
    ]


def answered(city: City, reference: str) -> dict[str, str]:
    """What the office reads."""
    with city.officer_client() as officer:
        return officer.case(reference)["answers"]


def test_nothing_of_the_picture_and_no_secret_is_ever_sent(chromium, city, axe):
    with tapped(chromium, city, axe, "wire") as (visitor, wire):
        visitor.begin(city.url)
        visitor.seal()
        receipt = visitor.save()
        reference = visitor.send()
        draws = [bytes(each) for each in computed(visitor.page, "draws")]
        part = session_part(visitor)
    # Of the key to what lies on the device, half is a cookie; the other half is on the device.
    draws.remove(bytes.fromhex(part))
    sent = bytes(wire.sent)
    assert receipt.promise.seal_id.encode() in sent  # the listener heard it
    assert b"multipart/form-data" in sent
    assert heard_of(sent) == []
    assert answered(city, reference) == FORM

    named = [bytes.fromhex(receipt.track_key), bytes.fromhex(receipt.withdraw_secret)]
    first = draws.index(bytes.fromhex(receipt.seed))
    data_key = draws[first + 1]
    coefficients = next(x for x in draws[first + 2 :] if len(x) >= 32)
    shares = sealing.split(data_key, 2, 4, lambda _: coefficients)
    secret = {*named, data_key, *(share[:32] for share in shares), *draws}
    assert all(len(each) >= 16 for each in secret)
    for each in secret:
        for spelled in (each, each.hex().encode(), base64.b64encode(each)[:40]):
            assert spelled not in sent
    heard = {sent[at : at + 32] for at in range(len(sent) - 31)}
    photo = opened(city, reference)
    for picture in (photo, assets.path(PHOTO).read_bytes()):
        for spelled in (picture, *(base64.b64encode(picture[cut:]) for cut in range(3))):
            runs = {spelled[at : at + 32] for at in range(len(spelled) - 31)}
            assert len(runs) > 1000
            assert not runs & heard


def session_part(visitor: Applicant) -> str:
    """The half of the key that ends with the browser's session: a cookie without an end."""
    (found,) = [each for each in visitor.profile.cookies() if each["name"] == "application-part"]
    assert found["expires"] == -1
    return found["value"]


def test_what_lies_on_the_device_opens_in_this_session_alone(chromium, city, axe):
    visitor = Applicant(chromium, axe, "desktop", "en", "kept")
    page = visitor.page
    visitor.begin(city.url)
    visitor.seal()
    receipt = visitor.save()
    found = all_kept(page)
    lies = "\n".join(found).encode()
    assert "application-part" not in lies.decode()
    assert heard_of(lies) == []
    secret = (
        receipt.seed, receipt.track_key, receipt.withdraw_secret, receipt.case_salt,
        receipt.reference, receipt.promise.seal_id, receipt.promise.digest().hex(),
        "hunting-licence", session_part(visitor),
    )  # fmt: skip
    for each in secret:
        assert each.encode() not in lies
    assert [each for each in found if each.startswith("key ")] == ["key false deriveKey"]
    # Another session of this browser has the database, and opens nothing of it.
    visitor.profile.clear_cookies(name="application-part")
    page.goto(f"{city.url}/apply/hunting-licence/seal/")
    expect(page.locator("[name=full_name]")).to_have_value("")
    assert kept_rows(page) == []
    visitor.answer()
    visitor.seal()
    visitor.save()
    visitor.send()
    page.click("[data-finish]")
    page.wait_for_selector("h1:not(.govuk-panel__title)")
    assert all_kept(page) == []
    visitor.close()


def test_two_tabs_of_one_application_lose_no_sealed_photo(chromium, city, axe):
    visitor = Applicant(chromium, axe, "desktop", "en", "tabs")
    first = visitor.page
    visitor.begin(city.url)
    first.wait_for_selector("#photo")
    other = visitor.profile.new_page()
    other.goto(f"{city.url}/apply/hunting-licence/seal/")
    other.wait_for_selector("#photo")
    visitor.seal()
    receipt = visitor.save()
    # The other tab knows nothing of it, and keeps what is typed there.
    other.evaluate("location.hash = '#/details'")
    other.fill("[name=full_name]", "Somebody Else")
    other.click("form[novalidate] button[type=submit]")
    other.wait_for_selector("#photo")
    first.reload()
    first.wait_for_selector("[data-resumed]:not([hidden])")
    assert visitor.save() == receipt
    reference = visitor.send()
    assert answered(city, reference) == FORM
    visitor.close()


def test_without_a_photo_no_answer_is_sent_in_the_clear_either(chromium, city, axe):
    with tapped(chromium, city, axe, "wire-without") as (visitor, wire):
        visitor.begin(city.url)
        visitor.page.click("[data-without]")
        visitor.page.click("[data-seal]")
        reference = text_of(visitor.page, "#reference")
    assert b"POST /apply/hunting-licence/keep/" in wire.sent
    assert heard_of(bytes(wire.sent)) == []
    assert answered(city, reference) == FORM


def test_the_listener_hears_answers_that_are_left_to_the_server(chromium, city, axe):
    with tapped(chromium, city, axe, "wire-server") as (visitor, wire):
        visitor.begin_at_the_server(city.url)
        visitor.page.wait_for_selector("#photo-form")
    assert set(heard_of(bytes(wire.sent))) == set(FORM)


def test_without_a_photo_on_a_poor_line_once_and_in_the_language_that_is_chosen(
    chromium, city, axe
):
    visitor = Applicant(chromium, axe, "phone", "en", "without")
    page = visitor.page
    visitor.start(city.url)
    page.fill("[name=full_name]", FORM["full_name"])
    page.click("[data-language=ru]")
    # Its words come first.
    expect(page.locator("h1")).to_have_text("Ваши данные")
    expect(page.locator("[name=full_name]")).to_have_value(FORM["full_name"])
    page.click("form[novalidate] button[type=submit]")
    visitor.problem("Дата рождения")
    page.click("[data-language=en]")
    expect(page.locator("h1")).to_have_text("Your details")
    visitor.answer()
    page.wait_for_selector("[data-without]")
    becomes(lambda: page.evaluate(KEPT), expected=True)
    # The tab is closed, and opened again: what was typed is still there, and nowhere else.
    page.close()
    visitor.page = page = visitor.profile.new_page()
    page.goto(f"{city.url}/apply/hunting-licence/seal/")
    page.click("[data-without]")
    page.wait_for_selector("[data-seal]")
    visitor.look("check-none")
    expect(page.locator("[data-promise]")).to_be_hidden()
    page.click(".govuk-summary-list__actions a")
    expect(page.locator("[name=email]")).to_have_value(FORM["email"])
    page.fill("[name=full_name]", "Another Name")
    page.click("form[novalidate] button[type=submit]")
    page.click("[data-without]")
    # The answer of the portal is lost on its way; the second try is the same application.
    page.route("**/keep/", lambda route: (route.fetch(timeout=0), route.abort()))
    page.click("[data-seal]")
    visitor.problem("No answer came")
    page.unroute("**/keep/")
    page.click("[data-seal]")
    reference = text_of(page, "#reference")
    visitor.look("sent-none")
    assert answered(city, reference) == {**FORM, "full_name": "Another Name"}
    page.reload()
    expect(page.locator("#reference")).to_have_text(reference)
    # Whoever begins again, begins another one.
    visitor.start(city.url)
    expect(page.locator("[name=full_name]")).to_have_value("")
    visitor.profile.close()


def test_what_leads_back_leads_back_within_the_page(chromium, city, axe):
    visitor = Applicant(chromium, axe, "phone", "en", "back")
    page = visitor.page
    visitor.begin(city.url)
    page.wait_for_selector("[data-without]")
    page.go_back()
    expect(page.locator("[name=address]")).to_have_value(FORM["address"])
    page.go_forward()
    visitor.choose()
    page.click("#back")
    page.wait_for_selector("[data-without]")
    page.click("#back")
    page.wait_for_selector("[name=full_name]")
    page.click("#back")
    page.wait_for_url("**/apply/hunting-licence/")
    visitor.close()


def test_a_closed_tab_and_a_broken_line_lose_nothing_and_send_nothing_twice(chromium, city, axe):
    visitor = Applicant(chromium, axe, "phone", "en", "line")
    visitor.begin(city.url)
    before = city.size()
    visitor.page.route("**/deposit/", lambda route: (route.fetch(timeout=0), route.abort()))
    visitor.seal()
    visitor.problem("No answer came")
    visitor.look("no-line")
    visitor.page.unroute("**/deposit/")
    # The tab is closed, and opened again: the same bytes go once more.
    visitor.page.close()
    visitor.page = visitor.profile.new_page()
    visitor.page.goto(f"{city.url}/apply/hunting-licence/seal/")
    first = visitor.save()
    visitor.page.reload()
    visitor.page.wait_for_selector("[data-resumed]:not([hidden])")
    assert visitor.save() == first
    visitor.send()
    visitor.page.reload()
    visitor.page.wait_for_selector("#reference")
    kinds = [each.kind.value for each in city.entries()[before:]]
    assert kinds.count("sealed") == 1
    visitor.profile.close()


def test_another_picture_after_a_broken_line_is_the_one_that_is_sealed(chromium, city, axe):
    visitor = Applicant(chromium, axe, "desktop", "en", "another")
    visitor.begin(city.url)
    visitor.page.route("**/deposit/", lambda route: route.abort())
    visitor.seal()
    visitor.problem()
    visitor.page.unroute("**/deposit/")
    visitor.page.click("[data-another]")
    visitor.choose()
    visitor.page.check("#whole", force=True)
    visitor.page.click("[data-use]")
    visitor.page.wait_for_selector("[data-promise] li")
    visitor.page.click("[data-seal]")
    visitor.save()
    with Image.open(io.BytesIO(opened(city, visitor.send()))) as picture:
        assert picture.width == picture.height  # whole; the first one was cut
    visitor.profile.close()


def test_what_ends_late_shows_nothing_over_another_view_and_loses_nothing(chromium, city, axe):
    visitor = Applicant(chromium, axe, "phone", "en", "late")
    page, held = visitor.page, []

    def hold(route):
        held.append(route)

    visitor.begin(city.url)
    page.route("**/deposit/", hold)
    visitor.seal()
    heard(page, lambda: held, "the photo on its way")
    page.go_back()
    page.wait_for_selector("#photo")
    # The answer comes while the applicant looks at another view, and is kept behind it.
    before = kept_rows(page)
    held[0].continue_()
    until(lambda: kept_rows(page) != before, "the receipt on the device")
    frames(page)
    expect(page.locator("#photo")).to_be_visible()
    expect(page.locator("[data-save]")).to_have_count(0)
    page.go_forward()
    receipt = visitor.save()
    assert visitor.send() == receipt.reference
    # What fails late is not said over another view either.
    visitor.page.close()
    visitor.page = page = visitor.profile.new_page()
    visitor.begin(city.url)
    page.route("**/deposit/", hold)
    visitor.seal()
    heard(page, lambda: held[1:], "the photo on its way")
    page.go_back()
    page.wait_for_selector("#photo")
    with page.expect_event("requestfailed"):
        held[1].abort()
    frames(page)
    expect(page.locator(".govuk-error-summary")).to_have_count(0)
    visitor.profile.close()


def _order(change):
    def handle(route):
        answer = route.fetch(timeout=0)
        body = answer.json()
        change(body)
        route.fulfill(response=answer, body=json.dumps(body))

    return handle


def _swap_keys(body):
    body["keys"][0], body["keys"][1] = body["keys"][1], body["keys"][0]


def _other_acknowledgement(body):
    (first, _), (_, note) = list(body["acknowledgements"].items())[:2]
    body["acknowledgements"][first] = note


@pytest.mark.parametrize(
    ("where", "change", "code"),
    [
        ("order", _swap_keys, "statement"),
        ("deposit", _other_acknowledgement, "receipt"),
        ("deposit", lambda b: b.update(proof=b["proof"].replace("index ", "index 1")), "receipt"),
        ("deposit", lambda b: b.update(salt="0" * 64), "receipt"),
        ("deposit", lambda b: b.update(acknowledgements={}), "receipt"),
    ],
    ids=["a trustee's key", "an acknowledgement", "the proof", "the entry", "no acknowledgement"],
)
def test_what_the_operator_swaps_is_refused_by_name(chromium, city, axe, where, change, code):
    visitor = Applicant(chromium, axe, "desktop", "en", "swapped")
    visitor.page.route(f"**/{where}/", _order(change))
    visitor.begin(city.url)
    visitor.seal()
    visitor.problem("does not hold", f"({code})")
    expect(visitor.page.locator("[data-save]")).to_have_count(0)
    visitor.profile.close()


def test_a_circle_that_is_not_the_pinned_one_is_refused(chromium, city, axe):
    vectors = json.loads((places.VECTORS / "protocol" / "sealing.json").read_text())
    (case,) = vectors["good"]
    visitor = Applicant(chromium, axe, "desktop", "en", "circle")
    visitor.page.route("**/order/", _order(lambda b: b.update(circles=[case["circle"]])))
    visitor.begin(city.url)
    visitor.choose()
    visitor.page.click("[data-use]")
    visitor.problem("(not-pinned)")
    expect(visitor.page.locator("[data-seal]")).to_be_disabled()
    visitor.profile.close()


def _release(change):
    """The order with another release of the app."""

    def changed(body):
        release = json.loads(body["release"])
        change(release)
        body["release"] = canonical.encode(release).decode()

    return changed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.update(signatures=r["signatures"][:1]), "(app-signatures)"),
        (lambda r: r.update(signatures=r["signatures"][:1] * 2), "(app-signatures)"),
        (lambda r: r["manifest"].update(number=2), "(app-signatures)"),
        (lambda r: r["manifest"].update(circle="ab" * 32), "made for another circle"),
        (lambda r: r["origins"][0].update(origin="https://look-alike.example"), "not released for"),
    ],
    ids=["one trustee of two", "one twice", "another number", "another circle", "a look-alike"],
)
def test_a_release_that_trustees_do_not_vouch_for_seals_nothing(chromium, city, axe, change, said):
    visitor = Applicant(chromium, axe, "desktop", "en", "release")
    visitor.page.route("**/order/", _order(_release(change)))
    visitor.begin(city.url)
    visitor.choose()
    visitor.page.click("[data-use]")
    visitor.problem(said)
    expect(visitor.page.locator("[data-seal]")).to_be_disabled()
    visitor.profile.close()


def test_a_changed_script_does_not_run(chromium, city, axe):
    """Subresource Integrity: the page is the released one, and its script is not."""
    visitor = Applicant(chromium, axe, "desktop", "en", "script")

    def swapped(route):
        answer = route.fetch(timeout=0)
        route.fulfill(response=answer, body=answer.text() + ";globalThis.stolen = true;")

    visitor.page.route("**/static/photo/photo.*.js", swapped)
    visitor.page.goto(f"{city.url}/apply/hunting-licence/seal/")
    # The browser has refused it: nothing runs after that.
    refused = "the browser's refusal"
    heard(visitor.page, lambda: any("integrity" in each for each in visitor.problems), refused)
    assert computed(visitor.page, "globalThis.stolen") is None
    expect(visitor.page.locator("#photo")).to_have_count(0)
    visitor.profile.close()


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_people_read_which_code_runs(chromium, city, axe, width, locale):
    visitor = Applicant(chromium, axe, width, locale, "code")
    visitor.page.goto(f"{city.url}/register/code/")
    visitor.look("register-code")
    says(visitor.page, "main", *city.names[:2])
    visitor.close()


@pytest.mark.parametrize("fault", [NOISE, NO_CURVE], ids=["a canvas that lies", "no Ed25519"])
def test_a_device_that_cannot_seal_says_that_the_server_will_see_the_photo(
    chromium, city, axe, fault
):
    visitor = Applicant(chromium, axe, "phone", "en", "cannot")
    visitor.page.add_init_script(fault)
    visitor.page.goto(f"{city.url}/apply/hunting-licence/")
    visitor.page.click(".govuk-button--start")
    visitor.page.wait_for_selector("[name=full_name]")
    # The script has looked at this device, and leads nowhere else.
    visitor.page.wait_for_load_state("networkidle")
    cannot = "This device cannot seal. The city’s server will see"
    says(visitor.page, "#server-sees", f"{cannot} your answers for a moment.")
    visitor.look("cannot-details")
    visitor.answer()
    visitor.page.wait_for_selector("#photo-form")
    says(visitor.page, "#server-sees", f"{cannot} the photo for a moment.")
    visitor.look("cannot")
    # Also at the device's own step.
    visitor.page.goto(f"{city.url}/apply/hunting-licence/seal/")
    visitor.page.wait_for_url("**/details/?cannot")
    visitor.close()


def test_the_server_s_way_is_chosen_knowingly_and_back(chromium, city, axe):
    visitor = Applicant(chromium, axe, "desktop", "en", "chosen")
    page = visitor.page
    visitor.begin(city.url)
    page.click("[data-server]")
    page.wait_for_selector("#photo-form")
    says(page, "#server-sees", "The city’s server will see the photo for a moment.")
    silent_on(page, "#server-sees", "cannot seal")
    # The form has what was typed on the device, and stays the server's.
    page.goto(f"{city.url}/apply/hunting-licence/details/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("[name=full_name]")).to_have_value(FORM["full_name"])
    visitor.look("chosen-details")
    page.click("#server-sees a")
    page.wait_for_url("**/seal/#/details")
    page.click("form[novalidate] button[type=submit]")
    page.click("[data-without]")
    page.click("[data-seal]")
    assert answered(city, text_of(page, "#reference")) == FORM
    visitor.close()


@pytest.mark.parametrize("name", ["notes.txt", "bomb.png"])
def test_what_is_no_photo_is_refused_before_it_is_decoded(chromium, city, axe, tmp_path, name):
    file = tmp_path / name
    if name == "bomb.png":
        Image.new("1", (20_000, 20_000)).save(file)
    else:
        file.write_text("no picture")
    visitor = Applicant(chromium, axe, "phone", "en", "no-photo")
    visitor.begin(city.url)
    visitor.page.wait_for_selector("#photo")
    visitor.page.set_input_files("#photo", file)
    visitor.problem("Choose another one.")
    visitor.look(name)
    visitor.close()
