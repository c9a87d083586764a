"""What strangers send: each gets a clear answer, and nothing is half done."""

import base64
import contextlib
import io
import re
import sqlite3
import struct
import zlib

import httpx
import pytest
from PIL import Image

from habeas import portrait as checks
from habeas.cli._portal import PortalError
from habeas.protocol.receipt_file import read_receipt
from tests.journey.conftest import FIELDS, portrait

pytestmark = pytest.mark.slow


def _encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _face():
    return Image.open(io.BytesIO(portrait())).convert("RGB")


def _bomb():
    """A PNG that claims 30,000 × 30,000 pixels, in a few kilobytes."""

    def chunk(name, content):
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _moving():
    frames = [Image.new("RGB", (300, 300), shade) for shade in ("red", "green")]
    return _encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:])


BAD = {
    "empty": (lambda: b"", "empty"),
    "no picture": (lambda: b"%PDF-1.7 and so on", "other-format"),
    "an animated GIF": (
        lambda: _encoded(Image.new("P", (9, 9)), "GIF", save_all=True), "other-format"
    ),
    "animated": (_moving, "animated"),
    "truncated": (lambda: _encoded(_face(), "JPEG")[:9000], "broken"),
    "40 MB": (lambda: b"\xff\xd8\xff" + bytes(40_000_000), "too-large"),
    "30,000 by 30,000": (_bomb, "too-many-pixels"),
    "no face": (lambda: _encoded(Image.effect_noise((400, 400), 90), "PNG"), "no-face"),
}  # fmt: skip


def _count(city):
    file = city.place.folder / "portal" / "portal.sqlite3"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=600) as database:
        return [
            database.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: S608
            for table in ("cases_case", "vault_sealedphotorow", "vault_loglinerow")
        ]


@pytest.mark.parametrize("what", BAD)
def test_a_photo_that_cannot_be_taken_is_told_why(city, what):
    make, code = BAD[what]
    content, before = make(), _count(city)
    with city.applicant() as applicant, pytest.raises(PortalError) as refused:
        applicant.apply("hunting-licence", FIELDS, content)
    assert refused.value.status == 422
    assert refused.value.code == code
    assert refused.value.remedy
    assert _count(city) == before


def test_a_polyglot_comes_out_as_a_bare_picture(city):
    mixed = _encoded(_face(), "JPEG") + b"PK\x03\x04<script>alert(1)</script>%PDF-1.7"
    with city.applicant() as applicant:
        answer = applicant.apply("hunting-licence", FIELDS, mixed)
    kept = base64.b64decode(answer["photo"])
    assert kept.endswith(b"\xff\xd9")
    for foreign in (b"PK\x03\x04<script>", b"alert(1)</script>"):
        assert foreign not in kept


def test_two_faces_are_advice_and_no_obstacle(city):
    one = _face().crop((100, 0, 360, 300))
    two = Image.new("RGB", (520, 300))
    two.paste(one, (0, 0))
    two.paste(one, (260, 0))
    content = _encoded(two, "PNG")
    assert "several-faces" in [advice.code for advice in checks.check(content).advice]
    with city.applicant() as applicant:
        assert applicant.apply("hunting-licence", FIELDS, content)["receipt"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "full_name"),
        ({**FIELDS, "date_of_birth": "31 February"}, "real date"),
        ({**FIELDS, "email": "nobody"}, "email address"),
    ],
)
def test_a_form_that_lacks_something_says_what(city, fields, words):
    with city.applicant() as applicant, pytest.raises(PortalError, match=words) as refused:
        applicant.apply("hunting-licence", fields, portrait())
    assert refused.value.status == 400


def test_an_unknown_service_is_answered_with_those_that_exist(city):
    with city.applicant() as applicant, pytest.raises(PortalError, match="allotment-garden"):
        applicant.apply("fishing-licence", FIELDS, portrait())


def _token(page):
    return re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]


def test_a_form_sent_twice_is_one_application(city):
    with httpx.Client(base_url=city.place.portal_url, follow_redirects=True) as browser:
        page = browser.get("/apply/hunting-licence/details/")
        form = {**FIELDS, "csrfmiddlewaretoken": _token(page)}
        page = browser.post("/apply/hunting-licence/details/", data=form)
        page = browser.post(
            "/apply/hunting-licence/photo/",
            data={"csrfmiddlewaretoken": _token(page)},
            files={"photo": ("me.png", portrait())},
        )
        page = browser.post(
            "/apply/hunting-licence/check-photo/",
            data={"csrfmiddlewaretoken": _token(page), "picture": "crop"},
        )
        before, send = _count(city), {"csrfmiddlewaretoken": _token(page)}
        first = browser.post("/apply/hunting-licence/answers/", data=send)
        again = browser.post("/apply/hunting-licence/answers/", data=send)
        reference = re.search(r'id="reference">([^<]+)<', first.text)[1]
        assert f'id="reference">{reference}<' in again.text
        assert _count(city)[:2] == [before[0] + 1, before[1] + 1]
        receipt = browser.get("/apply/hunting-licence/receipt.html")
        assert read_receipt(receipt.content).reference == reference


def test_no_plaintext_photo_reaches_the_disk(city):
    marker = _encoded(_face(), "JPEG")
    with city.applicant() as applicant:
        answer = applicant.apply("hunting-licence", FIELDS, marker)
    kept = base64.b64decode(answer["photo"])
    for file in (path for path in city.place.folder.rglob("*") if path.is_file()):
        with contextlib.suppress(FileNotFoundError):  # a journal, gone meanwhile
            content = file.read_bytes()
            assert kept[200:400] not in content, file
            assert marker[200:400] not in content, file


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1,2]", b"nonsense", b'{"secret":"' + b"0" * 200_000 + b'"}']
)
def test_what_is_no_withdrawal_is_refused(city, content):
    _, receipt, _ = city.apply()
    address = f"{city.place.portal_url}/api/photos/{receipt.promise.seal_id}/withdrawal"
    answer = httpx.post(address, content=content)
    assert answer.status_code in (413, 422, 400)
    assert answer.json()["detail"]
    assert answer.json()["remedy"]
    _, unknown, _ = city.apply()
    wrong = httpx.post(address, json={"secret": unknown.withdraw_secret})
    assert wrong.status_code == 403
    assert wrong.json()["code"] == "not-the-holder"


def test_a_receipt_page_says_what_is_wrong(city):
    with httpx.Client(base_url=city.place.portal_url) as browser:
        token = _token(browser.get("/receipt/"))
        data = {"csrfmiddlewaretoken": token}
        nothing = browser.post("/receipt/", data=data)
        assert "Select your receipt" in nothing.text
        assert "<title>Error: " in nothing.text
        changed = browser.post("/receipt/", data=data, files={"receipt": ("r.json", b"{}")})
        assert "was changed" in changed.text
