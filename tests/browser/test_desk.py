"""The officers' desk in Chromium: an office's static files, and a real portal behind them."""

from __future__ import annotations

import contextlib
import io
import json
import re
import secrets
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from playwright.sync_api import expect

from habeas.faces import assets
from habeas.office import publish
from habeas.office.credentials import HardwareKey
from habeas.office.keys import OfficeError, OfficeKeys
from habeas.office.serving import make_app
from habeas.protocol import CUSTODIAN, Receipt
from habeas.protocol.credential import EDDSA
from habeas.protocol.document import unbase64
from habeas.protocol.office import Answers, Pointer, seal_answers, seal_pointer
from tests.browser.seen import becomes, first_of, frames, heard, says, silent_on, text_of, texts_of
from tests.browser.visitor import NO_TIME_PASSES, Visitor
from tests.waiting import PATIENCE_SECONDS, until
from tests.world.city import ANSWERS, LABEL, PASSPHRASE, City
from tests.world.world import OFFICE, listening

pytestmark = pytest.mark.browser

#: What the sample's service is called.
SERVICE = {"en": "Apply for a hunting licence", "ru": "Заявление на охотничий билет"}

AUTHENTICATOR = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
    "hasResidentKey": True, "hasUserVerification": True, "hasPrf": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


#: A service that promises everything that a decided case's photo may still be asked for.
PROMISES_ALL = "dog-licence"


class DeskCity(City):
    """A city with that service, too."""

    def _make_portal(self) -> None:
        super()._make_portal()
        folder = self.data / "services"
        declared = (folder / "hunting-licence.toml").read_text().replace('"HL"', '"DL"')
        for field, value in (
            ("purposes", '["appeal", "applicant-copy", "decide-application", "produce-document"]'),
            ("later_days", "{ appeal = 60, applicant-copy = 60, produce-document = 30 }"),
        ):
            declared, count = re.subn(rf"(?m)^{field} = .*$", f"{field} = {value}", declared)
            assert count == 1
        (folder / f"{PROMISES_ALL}.toml").write_text(declared)

    def serve_anew(self) -> None:
        """What the portal has read once is read again."""
        self.stop_portal("portal", "worker")
        self.start_portal()


@dataclass
class Place:
    """The licensing office with its desk on an origin of its own, and the city around it."""

    city: DeskCity
    files: Path
    origin: str

    @property
    def keys(self) -> OfficeKeys:
        return self.city.office_keys[OFFICE]

    def publish(self) -> None:
        publish.publish(self.city.offices[OFFICE], self.city.circle_note, self.files)

    def execute(self, statement: str, *values: object) -> None:
        """Change the portal's database behind its back, as a hostile operator can."""
        with sqlite3.connect(self.city.data / "portal.sqlite3", timeout=600) as database:
            database.execute(statement, values)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("place")
    with listening() as sock:
        origin = f"http://localhost:{sock.getsockname()[1]}"
        with contextlib.closing(DeskCity(folder / "city", origin=origin)) as city:
            found = Place(city, folder / "files", origin)
            found.publish()
            app = make_app(found.files, city.url)
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
            thread.start()
            yield found
            server.should_exit = True
            thread.join()


@pytest.fixture
def applied(place):
    """Somebody has applied with a photo: the receipt."""
    return place.city.apply(assets.path("astronaut.png").read_bytes())[1]


class Desk(Visitor):
    """An officer's browser."""

    def __init__(self, chromium, place, axe, width="desktop", locale="en"):
        super().__init__(chromium, axe, width, locale, "desk")
        self.page.add_init_script(NO_TIME_PASSES)
        self._place = place

    def sign_in(self, label=LABEL, passphrase=PASSPHRASE):
        self.page.goto(self._place.origin + "/")
        self.page.fill("#label", label)
        self.page.click("form button")
        if passphrase:
            self.page.wait_for_selector("#passphrase:visible")
            self.look("sign-in")
            self.page.fill("#passphrase", passphrase)
            self.page.click("form button")

    def case(self, reference):
        self.page.click(f"table a[href$='{reference}']")
        self.page.wait_for_selector("[data-photo]")

    def ask(self, reference, reason="Is this the applicant?", purpose="decide-application"):
        self.case(reference)
        self.page.click("[data-photo] a")
        self.page.wait_for_selector("#reason")
        self.page.check(f"#purpose-{purpose}")
        self.page.fill("#reason", reason)
        # What the log will show is told in words, the service too.
        silent_on(self.page, "[data-before]", "-licence", "-application")
        self.look("ask")
        self.page.click("#open-form button")

    def decide(self, decision="approved", why="All is in order"):
        self.page.check(f"#is-{decision}")
        self.page.fill("#decision-why", why)
        self.page.click("[data-choose] button")
        self.page.wait_for_selector("[data-confirm]:not([hidden])")
        self.look("confirm")
        self.page.click("[data-sign]")
        self.page.wait_for_selector("[data-next]:not([hidden])")

    def problem(self, *texts):
        """Wait until the page says that something is wrong, in these words."""
        expect(self.page.locator(".govuk-error-summary").first).to_be_visible()
        says(self.page, ".govuk-error-summary", *texts)

    def viewed(self):
        """Wait until a picture is shown, and not an empty canvas."""
        self.page.wait_for_selector("#view:not([hidden])")
        values = """() => { const c = document.querySelector("#view canvas");
            const p = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
            return new Set(p).size; }"""
        until(lambda: self.page.evaluate(values) > 50, "a picture")

    def closed(self):
        """Wait until the picture is gone."""
        self.page.wait_for_selector("#over:not([hidden])")
        becomes(lambda: self.page.evaluate("document.querySelector('#view canvas').width"), 1)


@pytest.mark.parametrize(("width", "locale"), [("desktop", "en"), ("phone", "ru")])
def test_from_signing_in_to_the_decision(chromium, place, applied, axe, width, locale):
    reference = applied.reference
    desk = Desk(chromium, place, axe, width, locale)
    desk.sign_in()
    desk.page.wait_for_selector("table a")
    desk.look("queue")
    desk.ask(reference)
    desk.viewed()
    says(desk.page, "#beside dl", ANSWERS["full_name"])
    desk.look("view")
    desk.page.click("#view button")
    desk.closed()
    desk.look("closed")
    desk.page.click("#over a")
    desk.page.wait_for_selector("[data-photo]")
    says(desk.page, "dl", ANSWERS["full_name"])
    desk.page.click("[data-choose] button")
    desk.page.wait_for_selector("[data-missing]:not([hidden])")
    desk.look("case")
    desk.decide("declined", "The form names another person")
    says(desk.page, "[data-history]", LABEL, "The form names another person")
    # Signed by who is listed.
    expect(desk.page.locator("[data-history] .govuk-tag--red")).to_have_count(0)
    desk.look("decided")
    # The promised copy for the applicant can still be asked for; then the office lets go.
    desk.page.click("[data-photo] a")
    desk.page.wait_for_selector("#purpose-applicant-copy")
    expect(desk.page.locator("[data-purposes] input")).to_have_count(1)
    desk.look("later")
    desk.page.click("[data-back]:visible")
    desk.page.click("[data-later] button")
    desk.page.wait_for_selector("[data-later]", state="hidden")
    # A decided case is found again.
    desk.page.goto(place.origin + "/#/cases")
    desk.page.fill("#reference", reference)
    desk.page.click("[role=search] button")
    desk.page.wait_for_selector(f"table a[href$='{reference}']")
    desk.look("found-again")
    desk.page.click("[href='#/openings']")
    desk.page.wait_for_selector("[data-more]")
    says(desk.page, "tbody tr", SERVICE[locale])
    desk.look("my-openings")
    desk.page.click("#officer button")
    desk.page.wait_for_selector("#label")
    desk.close()
    place.city.settled()
    page = place.city.page("/receipt/", applied)
    assert "Is this the applicant?" in page
    assert "Closed" in page


def test_an_officer_sees_their_sessions_and_ends_all_others(chromium, place, axe):
    forgotten = Desk(chromium, place, axe, "phone")
    forgotten.sign_in()
    forgotten.page.wait_for_selector("[role=search]")
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.page.wait_for_selector("[role=search]")
    desk.page.click("[href='#/sessions']")
    desk.page.click("[data-others]")
    desk.page.wait_for_selector("[data-others]", state="hidden")
    expect(desk.page.locator("tbody tr")).to_have_count(1)
    expect(desk.page.locator("tbody tr")).to_contain_text("This one")
    desk.look("my-sessions")
    forgotten.page.click("[href='#/openings']")
    forgotten.problem("The session is over")
    for each in (forgotten, desk):
        each.close()


def test_who_is_not_on_the_list_or_types_another_passphrase(chromium, place, axe):
    desk = Desk(chromium, place, axe)
    desk.sign_in("Officer 2", "")
    desk.problem("no officer of this name")
    desk.look("unknown")
    desk.sign_in(passphrase="another passphrase")
    desk.problem("does not open")
    desk.close()


#: A purpose that was not promised, and those that were, in the words that the form has for them.
NOT_PROMISED = {
    "en": (
        "not told of this purpose: to handle an appeal.",
        "What was promised: to give the applicant a copy, to decide the application.",
    ),
    "ru": (
        "Об этой цели заявителю не говорили: рассмотреть жалобу.",
        "Обещано: выдать заявителю копию, решить по заявлению.",
    ),
}


@pytest.mark.parametrize("locale", ["en", "ru"])
def test_a_refusal_is_shown_with_its_entry(chromium, place, applied, axe, locale):
    desk = Desk(chromium, place, axe, "phone", locale)
    desk.sign_in()
    desk.ask(applied.reference, purpose="appeal")
    desk.problem(*NOT_PROMISED[locale])
    # No code stands there, neither the purpose's nor the rule's.
    silent_on(desk.page, ".govuk-error-summary", "decide-application", "applicant-copy")
    index = text_of(desk.page, ".govuk-error-summary a").removeprefix("#")
    address = f"/register/entries/{index}/"
    entry = until(
        lambda: (shown := place.city.http.get(address)).status_code == 200 and shown.text,
        "the worker follows the log",
    )
    assert "&quot;kind&quot;:&quot;requested&quot;" in entry
    desk.look("refused")
    desk.close()


def _answers(place, reference, answers, service="hunting-licence"):
    """Put other answers under a case: what a device sealed, nobody has looked at."""
    document = Answers(reference=reference, service=service, answers=answers)
    key = place.city.circle.office(OFFICE).encryption_key
    place.execute(
        "UPDATE cases_case SET answers = ? WHERE reference = ?",
        seal_answers(unbase64(key), document), reference,
    )  # fmt: skip


@pytest.mark.parametrize(("width", "locale"), [("phone", "ru"), ("desktop", "en")])
def test_answers_that_do_not_open_or_do_not_fit_are_marked(
    chromium, place, applied, axe, width, locale
):
    reference = applied.reference
    desk = Desk(chromium, place, axe, width, locale)
    desk.sign_in()
    desk.case(reference)
    label = {"en": "Full name", "ru": "Полное имя"}[locale]
    says(desk.page, "dl", label)
    # The service is called what people call it, and not by its code.
    expect(desk.page.locator("[data-service]")).to_have_text(SERVICE[locale])
    expect(desk.page.locator("dl .govuk-tag--red")).to_have_count(0)
    said = {**ANSWERS, "date_of_birth": "soon", "passport": {"number": [1]}}
    del said["address"]
    _answers(place, reference, said, "allotment-garden")
    desk.page.click("[data-back]:visible")
    desk.case(reference)
    expect(desk.page.locator("dl .govuk-tag--red")).to_have_count(4)
    says(desk.page, "dl", '{"number":[1]}')
    desk.look("answers-odd")
    for sealed in (b"", b"?", b"no answers" * 300):
        place.execute(
            "UPDATE cases_case SET answers = ? WHERE reference = ?",
            sealed or bytes(1137),
            reference,
        )
        desk.page.click("[data-back]:visible")
        desk.case(reference)
        expect(desk.page.locator("dl .govuk-tag--red")).to_have_count(1)
        # The case goes on.
        expect(desk.page.locator("[data-photo] a").first).to_be_visible()
    desk.look("answers-unread")
    desk.close()


def test_what_was_withdrawn_is_not_opened(chromium, place, applied, axe):
    secret = {"secret": applied.withdraw_secret}
    withdrawn = f"/api/photos/{applied.promise.seal_id}/withdrawal"
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.case(applied.reference)
    desk.page.click("[data-photo] a")
    desk.page.wait_for_selector("#reason")
    place.city.http.post(withdrawn, json=secret)  # while the officer is writing
    desk.page.fill("#reason", "Is this the applicant?")
    desk.page.click("#open-form button")
    desk.problem("withdrawn")
    # Who comes later sees it before anything can be asked.
    desk.page.click("[data-back]:visible")
    desk.page.wait_for_selector("[data-photo]")
    says(desk.page, "[data-photo]", "has withdrawn the photo")
    expect(desk.page.locator("[data-photo] a").first).to_be_hidden()
    desk.look("withdrawn")
    desk.close()


def pointer_to(receipt: Receipt) -> Pointer:
    """What leads to the receipt's photo."""
    return Pointer(
        promise=receipt.promise.digest().hex(), seal_id=receipt.promise.seal_id,
        stream_key=receipt.stream_key(CUSTODIAN).hex(), reference=receipt.reference,
        salt=receipt.case_salt, openings_max=receipt.promise.openings_max,
    )  # fmt: skip


@pytest.mark.parametrize("how", ["another case's pointer", "another photo for the pointer"])
def test_another_photo_under_a_case_is_never_asked_for(chromium, place, applied, axe, how):
    """Finding 14: an honest officer's finger opens nothing but the photo of the case."""
    other = place.city.apply(assets.path("astronaut.png").read_bytes())[1]
    if how == "another case's pointer":
        # One that a colluding portal seals anew under this case.
        key = unbase64(place.keys.encryption_key)
        forged = pointer_to(other).model_copy(update={"reference": applied.reference})
        pointer = seal_pointer(key, forged)
        place.execute(
            "UPDATE cases_case SET pointer = ? WHERE reference = ?", pointer, applied.reference
        )
    else:
        place.execute(
            "UPDATE vault_sealedphotorow SET promise = ? WHERE seal_id = ?",
            other.promise.encode(), applied.promise.seal_id,
        )  # fmt: skip
    before = place.city.size()
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.case(applied.reference)
    says(desk.page, "[data-photo]", "belongs to another case")
    expect(desk.page.locator("[data-photo] a").first).to_be_hidden()
    desk.page.evaluate(f"location.hash = '#/case/{applied.reference}/open'")
    desk.problem()
    refused = re.compile("belongs to another case|does not open")
    expect(desk.page.locator(".govuk-error-summary")).to_contain_text(refused)
    expect(desk.page.locator("#open-form")).to_have_count(0)
    assert not [each for each in place.city.entries()[before:] if each.kind.value == "requested"]
    desk.close()


#: An application whose sealed file no check has seen; prints its reference.
_UNCHECKED = """
from habeas.portal.apply.sending import sending
from habeas.portal.catalogue import services
photo = open(sys.argv[1], "rb").read()
with sending(services()["hunting-licence"], {"full_name": "Anna"}, photo) as sent:
    print(sent.reference)
"""


def test_a_sealed_file_that_is_no_photo(chromium, place, axe, tmp_path):
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    (tmp_path / "bomb.png").write_bytes(out.getvalue())
    reference = place.city.manage(_UNCHECKED, str(tmp_path / "bomb.png")).strip()
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.ask(reference)
    desk.problem("no photo that can be shown")
    expect(desk.page.locator("#view")).to_be_hidden()
    desk.look("unreadable")
    desk.page.click("#open-unreadable button")
    desk.page.wait_for_selector("#asked-again:not([hidden])")
    desk.look("asked-again")
    desk.close()
    with place.city.officer_client() as officer:
        (case,) = [each for each in officer.cases() if each["reference"] == reference]
    assert case["photo"] is False


#: A page whose patience with a worker is over at once, as on a machine that does nothing else.
_HURRIED = """{
    const wait = globalThis.setTimeout;
    globalThis.hurried = true;
    globalThis.setTimeout = (act, after, ...rest) =>
        wait(act, after === 10_000 && globalThis.hurried ? 0 : after, ...rest);
}"""


def test_a_machine_that_is_too_slow_says_nothing_of_the_photo(chromium, place, applied, axe):
    """What was opened is shown at the next try, without another opening."""
    desk = Desk(chromium, place, axe)
    page = desk.page
    page.add_init_script(_HURRIED)
    page.route("**/decoder.js", lambda route: route.fulfill(content_type="text/javascript"))
    openings = []
    page.on("request", lambda each: openings.append(each) if "/openings" in each.url else None)
    desk.sign_in()
    desk.ask(applied.reference)
    desk.problem("too slow to show the photo")
    expect(page.locator("#open-form")).to_be_hidden()
    expect(page.locator("#view")).to_be_hidden()
    expect(page.locator("#open-unreadable")).to_be_visible()
    desk.look("slow")
    asked = len(openings)
    page.unroute("**/decoder.js")
    page.evaluate("globalThis.hurried = false")
    page.click("#open-slow button")
    desk.viewed()
    for form in ("#open-slow", "#open-unreadable", ".govuk-error-summary"):
        expect(page.locator(form)).to_be_hidden()
    assert len(openings) == asked
    desk.close()


def test_the_worker_that_decodes_has_no_network(chromium, place):
    address = place.origin + "/decoder.js"
    decoder = chromium.new_context().request.get(address, timeout=PATIENCE_SECONDS * 1000)
    policy = decoder.headers["content-security-policy"].split("; ")
    assert policy[0] == "default-src 'none'"


def test_an_officer_takes_an_authenticator_into_use(chromium, place, applied, axe, tmp_path):
    desk = Desk(chromium, place, axe, "phone")
    tools = desk.profile.new_cdp_session(desk.page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    desk.sign_in()
    desk.page.click("[data-authenticator]")
    desk.page.wait_for_selector("main #passphrase")
    desk.look("authenticator")
    desk.page.fill("#passphrase", PASSPHRASE)
    desk.page.click("main form button")
    desk.page.wait_for_selector("[data-file]:not([hidden])")
    desk.look("authenticator-made")
    with desk.page.expect_download() as download:
        desk.page.click("[data-file] a")
    file = tmp_path / "enrolment.json"
    download.value.save_as(file)
    _, entry = publish.admit(
        place.city.offices[OFFICE], place.keys, json.loads(file.read_bytes()),
        place.city.clock.today(), secrets.token_bytes,
    )  # fmt: skip
    place.city.put(entry.encode())
    place.city.followed()
    place.publish()

    desk.page.click("#officer button")
    desk.sign_in(f"{LABEL}-key", "")
    desk.ask(applied.reference)
    desk.viewed()
    desk.look("view-by-authenticator")
    # Decided beside the picture: signed by the authenticator, and by no other key.
    desk.decide()
    expect(desk.page.locator("[data-history] li").first).to_be_visible()
    expect(desk.page.locator("[data-history] .govuk-tag--red")).to_have_count(0)
    desk.look("decided-by-authenticator")
    desk.close()


def test_only_an_enrolment_made_at_this_desk_is_admitted(place):
    with pytest.raises(OfficeError):
        publish.admit(
            place.city.offices[OFFICE], place.keys, {}, place.city.clock.today(),
            secrets.token_bytes,
        )  # fmt: skip


class Elsewhere:
    """A key that lies where no browser reaches it."""

    public_key = Ed25519PrivateKey.generate().public_key()
    algorithm = EDDSA


def test_who_signs_with_a_token_is_told_of_the_program(chromium, place, axe):
    token = cast("HardwareKey", Elsewhere())
    _, entry = publish.enrol(
        place.city.offices[OFFICE], place.keys, "T. Token", PASSPHRASE, place.city.clock.today(),
        secrets.token_bytes, token,
    )  # fmt: skip
    place.city.put(entry.encode())
    place.city.followed()
    place.publish()
    desk = Desk(chromium, place, axe)
    desk.sign_in("T. Token", "")
    desk.problem("a browser cannot use", "habeas open")
    desk.close()


def test_a_view_that_answers_late_takes_no_other_one_s_place(chromium, place, applied, axe):
    """Officers click faster than a slow line answers: what they asked for last is shown."""
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.case(applied.reference)
    the_list, held = re.compile(r"/api/cases(\?|$)"), []
    desk.page.route(the_list, lambda route: held.append(route))  # noqa: PLW0108
    the_case = re.compile(f"/api/cases/{applied.reference}")

    def leave_and_come_back():
        with desk.page.expect_request(the_list):
            desk.page.evaluate("location.hash = '#/cases'")
        with desk.page.expect_response(the_case):
            desk.page.evaluate(f"location.hash = '#/case/{applied.reference}'")
        heard(desk.page, lambda: held, "the request for the list")
        desk.page.wait_for_selector("[data-photo]")

    leave_and_come_back()
    with desk.page.expect_response(the_list):
        held.pop().continue_()
    frames(desk.page)
    expect(desk.page.locator("[data-photo] a")).to_have_count(1)
    expect(desk.page.locator(".govuk-error-summary")).to_have_count(0)
    leave_and_come_back()
    with desk.page.expect_event("requestfailed"):
        held.pop().abort()
    frames(desk.page)
    # Nobody looks at it any more.
    expect(desk.page.locator(".govuk-error-summary")).to_have_count(0)
    desk.profile.close()


def test_by_keys_alone(chromium, place, applied, axe):
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.page.wait_for_selector("table a")
    first = desk.page.locator("table a").first
    desk.page.keyboard.press("j")
    expect(first).to_be_focused()
    desk.page.keyboard.press("j")
    desk.page.keyboard.press("k")
    expect(first).to_be_focused()
    desk.page.keyboard.press("o")
    desk.page.wait_for_selector("[data-photo]")
    desk.page.keyboard.press("Escape")
    desk.page.wait_for_selector("[role=search]")
    desk.page.focus("#reference")
    desk.page.keyboard.type("jok")
    # Keys are letters where people write.
    expect(desk.page.locator("#reference")).to_have_value("jok")
    desk.page.click("details summary")
    desk.page.uncheck("#single-keys")
    desk.page.focus("#reference")
    desk.page.keyboard.press("Tab")
    expect(desk.page.locator("#state")).to_be_focused()
    desk.page.focus("summary")
    desk.page.keyboard.press("j")  # turned off
    expect(desk.page.locator("summary").first).to_be_focused()
    desk.close()


def test_a_decision_stands_although_the_case_cannot_be_shown_anew(chromium, place, applied, axe):
    """What follows the decision fails on a poor line: that is said, and so is the decision."""
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.case(applied.reference)
    desk.page.check("#is-approved")
    desk.page.fill("#decision-why", "All is in order")
    desk.page.click("[data-choose] button")
    desk.page.wait_for_selector("[data-confirm]:not([hidden])")
    desk.page.route(re.compile("/api/photos/"), lambda route: route.abort())
    desk.page.click("[data-sign]")
    desk.problem("The portal does not answer")
    says(desk.page, "#said", "Decided and signed")
    desk.look("decided-and-away")
    stands = (
        "from habeas.portal.cases.models import Case\n"
        f"print(Case.objects.get(reference='{applied.reference}').state)"
    )
    assert place.city.manage(stands).strip() == "approved"
    desk.profile.close()


def test_a_case_is_taken_and_handed_over(chromium, place, applied, axe):
    desk = Desk(chromium, place, axe)
    desk.sign_in()
    desk.case(applied.reference)
    desk.page.click("[data-take]")
    desk.page.wait_for_selector("[data-take]", state="hidden")
    desk.page.fill("#hand-to", "Nobody Known")
    desk.page.click("[data-hand] form button")
    desk.problem("no officer of this name")
    desk.page.click("[data-back]")
    desk.page.wait_for_selector("#holder")
    desk.page.select_option("#holder", "me")
    desk.page.click("[role=search] button")
    desk.page.wait_for_selector(f"table a[href$='{applied.reference}']")
    desk.look("mine")
    desk.close()


def test_more_cases_than_fit_a_page_are_all_reached(chromium, place, axe):
    made = """
from datetime import date
from habeas.portal.cases.models import Case
Case.objects.bulk_create(
    Case(reference=f"HL-ZZZZ-{n:04d}", service="hunting-licence", office="licensing-office",
         answers=b"", day=date(2020, 1, 1)) for n in range(120)
)
print("made")
"""
    place.city.manage(made)
    try:
        _all_reached(Desk(chromium, place, axe))
    finally:
        # Other tests look for their case on the first page.
        place.execute("DELETE FROM cases_case WHERE reference LIKE 'HL-ZZZZ%'")


def _all_reached(desk):
    desk.sign_in()
    desk.page.wait_for_selector("[data-next]")
    seen = set(texts_of(desk.page, "table a"))
    while first_of(desk.page, "[data-next]", "[data-pages]") == "[data-next]":
        before = text_of(desk.page, "[data-count]")
        desk.page.click("[data-next]")
        expect(desk.page.locator("[data-count]")).not_to_have_text(before)
        seen |= set(texts_of(desk.page, "table a"))
    assert len({each for each in seen if each.startswith("HL-ZZZZ")}) == 120
    desk.page.go_back()
    desk.page.wait_for_selector("table a")
    desk.look("second-page")
    desk.close()


def test_a_case_is_decided_in_three_steps(chromium, place, applied, axe):
    """The list, the case, the signature: as the headings tell it to who hears the page."""
    desk = Desk(chromium, place, axe)
    desk.sign_in()

    def stands(selector, heading):
        desk.page.wait_for_selector(selector)
        expect(desk.page.locator(":focus")).to_have_text(heading)

    stands("[role=search]", "Cases")
    desk.page.click(f"table a[href$='{applied.reference}']")
    stands("[data-choose]", applied.reference)
    desk.page.check("#is-approved")
    desk.page.fill("#decision-why", "All is in order")
    desk.page.click("[data-choose] button")
    stands("[data-confirm]:not([hidden])", "Check and sign your decision")
    desk.page.click("[data-sign]")
    desk.page.wait_for_selector("[data-next]:not([hidden])")
    desk.close()


#: What a photo may be asked for once its case is decided.
LATER = {
    "approved": {"produce-document", "applicant-copy"}, "declined": {"appeal", "applicant-copy"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "kept", "width", "locale"),
    [
        ("approved", ("produce-document", "applicant-copy"), "phone", "ru"),
        ("declined", ("appeal", "applicant-copy"), "desktop", "en"),
    ],
)  # fmt: skip
def test_each_purpose_of_later_is_asked_for_at_the_desk(
    chromium, place, axe, decision, kept, width, locale
):
    photo = assets.path("astronaut.png").read_bytes()
    reference = place.city.apply(photo, PROMISES_ALL)[0]
    desk = Desk(chromium, place, axe, width, locale)
    desk.name += f"-later-{decision}"
    desk.sign_in()
    desk.case(reference)
    desk.decide(decision)
    for purpose in kept:
        desk.page.click("[data-photo] a")
        desk.page.wait_for_selector(f"#purpose-{purpose}")
        # The decision has ended what it was for, and leaves nothing of the other outcome.
        offered = desk.page.locator("[data-purposes] input")
        expect(offered).to_have_count(len(LATER[decision]))
        for each in LATER[decision]:
            expect(desk.page.locator(f"#purpose-{each}")).to_be_visible()
        desk.page.check(f"#purpose-{purpose}")
        desk.page.fill("#reason", f"Needed: {purpose}")
        desk.look(purpose)
        desk.page.click("#open-form button")
        desk.viewed()
        desk.page.click("#view button")
        desk.closed()
        desk.page.click("#over a")
        desk.page.wait_for_selector("[data-photo]")
    says(desk.page, "[data-history]", *(f"Needed: {purpose}" for purpose in kept))
    desk.close()


@pytest.fixture
def second_person(place):
    """The office wants a second person for decisions, and has one."""
    label = "Officer 3"
    place.city.enrol(label)
    place.publish()
    file = place.city.data / "services" / "offices.toml"
    before = file.read_text()
    file.write_text(before.replace("second_person = false", "second_person = true"))
    place.city.serve_anew()
    yield label
    file.write_text(before)
    place.city.serve_anew()


def test_a_second_officer_confirms_a_decision(chromium, place, applied, axe, second_person):
    reference = applied.reference
    desk = Desk(chromium, place, axe, "phone", "ru")
    desk.name += "-second"
    page = desk.page
    desk.sign_in()
    desk.case(reference)
    page.check("#is-approved")
    page.fill("#decision-why", "Все документы есть")
    page.click("[data-choose] button")
    page.wait_for_selector("[data-confirm]:not([hidden])")
    desk.look("propose")
    page.click("[data-sign]")
    # It is open still, and whoever proposed is told to ask a colleague.
    page.wait_for_selector("[data-proposed]:not([hidden])")
    expect(page.locator("[data-next]")).to_be_hidden()
    desk.look("proposed")
    page.check("#is-approved")
    page.fill("#decision-why", "Ещё раз")
    page.click("[data-choose] button")
    page.wait_for_selector("[data-confirm]:not([hidden])")
    page.click("[data-sign]")
    # In the desk's language, whatever the portal's rooms say it in.
    desk.problem("Это решение предложили вы", "Попросите коллегу")
    expect(page.locator("[data-original]")).to_be_empty()
    desk.look("alone")
    desk.profile.close()
    other = Desk(chromium, place, axe, "desktop", "en")
    other.name += "-second"
    page = other.page
    other.sign_in(second_person)
    page.wait_for_selector("[role=search]")
    page.select_option("#state", "proposed")
    page.click("[role=search] button")
    other.case(reference)
    page.wait_for_selector("[data-proposed]:not([hidden])")
    expect(page.locator("#is-approved")).to_be_checked()
    other.look("confirms")
    other.decide("approved", "I agree")
    says(page, "[data-history]", LABEL, second_person, "Все документы есть", "I agree")
    expect(page.locator("[data-history] .govuk-tag--red")).to_have_count(0)
    other.look("confirmed")
    other.close()
