"""Pages say what they load, and answers carry what the built files say that they carry."""

import base64
import hashlib
import json
import re
from contextlib import closing

import pytest

from habeas.office.serving import headers
from habeas.portal.site.served import BUILT, named

STATIC = BUILT / "portal" / "static"


def sri(content):
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


def test_every_script_and_style_of_a_page_has_its_hash(city, browser):
    for address in ("/", "/register/", "/cameras/", "/receipt/"):
        page = browser.get(address).content.decode()
        loads = re.findall(r'<(?:script|link rel="stylesheet")[^>]*>', page)
        assert len(loads) >= 2
        for each in loads:
            (path,) = re.findall(r'"/static/([^"]+)"', each)
            assert f'integrity="{sri((STATIC / path).read_bytes())}"' in each


def imported(script):
    """The scripts beside it that a script imports before it runs."""
    return set(re.findall(r'(?:from|import)"\./([^"]+)"', script.read_text()))


def test_the_photo_step_and_the_desk_have_theirs():
    for folder, served, document, root in (
        (STATIC / "photo", "portal", "photo/index.html", "/static/photo/"),
        (STATIC / "photo", "portal", "photo/embedded.html", "/static/photo/"),
        (BUILT / "office/desk", "office", "index.html", "/"),
    ):
        page = (folder / document.removeprefix("photo/")).read_text()
        named = dict(re.findall(r'(?:src|href)="([^"]+\.(?:js|css))" integrity="([^"]+)"', page))
        assert {name.rpartition(".")[2] for name in named} == {"js", "css"}
        for address, integrity in named.items():
            name = address.removeprefix(root)
            assert integrity == sri((folder / name).read_bytes()), name
        assert not re.findall(r"<script(?![^>]*integrity)(?![^>]*importmap)", page)
        # What a script imports runs in WebKit only if an element before it has named its hash.
        before = set()
        for address in re.findall(r'<script type="module" src="([^"]+)"', page):
            name = address.removeprefix(root)
            assert imported(folder / name) <= before, name
            before.add(name)
        (text,) = re.findall(r'<script type="importmap">(.+?)</script>', page)
        later = json.loads(text)["integrity"]
        for address, integrity in later.items():
            assert integrity == sri((folder / address.removeprefix(root)).read_bytes())
        policy = json.loads((BUILT / f"{served}/served.json").read_text())["policies"][document]
        assert f"'{sri(text.encode())}'" in policy
        # No script is left out: those that are workers say their hashes in their names.
        scripts = {file.name for file in folder.glob("*.js")}
        loaded = {address.removeprefix(root) for address in (*named, *later)}
        assert all(re.search(r"\.[0-9a-f]{16}\.js$", name) for name in scripts - loaded)


#: What keeps its name: documents, which are asked for at each step; what other sites name; a text.
ENTRIES = {"embed.js", "photo/index.html", "photo/embedded.html", "photo/libheif.LICENSE.txt"}


def test_all_but_the_entries_is_kept_for_good_by_browsers(city, browser):
    files = {each.relative_to(STATIC).as_posix() for each in STATIC.rglob("*") if each.is_file()}
    for path in {each for each in files if not each.endswith(".br")}:
        with closing(browser.get(f"/static/{path}")) as answer:
            kept = answer.headers["Cache-Control"]
        assert ("immutable" in kept) == (path not in ENTRIES), path
        assert ("max-age=0" in kept) == (path in ENTRIES), path
    for page in ("/", "/apply/hunting-licence/seal/"):
        assert browser.get(page).headers["Cache-Control"] == "no-store"


def test_a_name_that_was_not_built_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("habeas.portal.site.served._FILES", tmp_path)
    (tmp_path / "page.ABCDEFGH.css").touch()
    assert named.__wrapped__("page.css") == "page.ABCDEFGH.css"
    for wrong in ("age.css", "page.js", "page.ABCDEFGH.css"):
        with pytest.raises(LookupError):
            named.__wrapped__(wrong)
    (tmp_path / "page.0123456789abcdef.css").touch()
    with pytest.raises(LookupError, match="2 times"):
        named.__wrapped__("page.css")


def test_answers_carry_the_policies_that_are_under_custody(city, browser):
    served = json.loads((BUILT / "portal" / "served.json").read_text())
    answer = browser.get("/register/")
    for name, value in {**served["headers"], "content-security-policy": served["csp"]}.items():
        assert answer[name] == value


def test_the_desk_s_documents_and_its_worker_have_policies_of_their_own():
    page, worker = (
        headers("https://portal.example/x"),
        headers("https://portal.example", "/decoder.js"),
    )
    assert "connect-src 'self' https://portal.example;" in page["content-security-policy"]
    assert "{portal}" not in str(page)
    assert worker["content-security-policy"] == (
        "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    assert page["integrity-policy"] == "blocked-destinations=(script)"
