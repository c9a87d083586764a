"""The same files give the same manifest, and nothing else does."""

import hashlib
import json

import pytest

from habeas.protocol import Circle, MalformedError
from habeas.protocol.app import AppManifest
from habeas.protocol.app.manifest import first_difference, manifest_of
from tests.unit.protocol.world import circle_fields, manifest_fields

CIRCLE = Circle.read(circle_fields())
SERVED = {
    "csp": "default-src 'none'; connect-src 'self' {portal}",
    "policies": {},
    "headers": {"referrer-policy": "same-origin"},
}


def write(built, files, served=SERVED):
    for path, content in files.items():
        place = built / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    for name in ("portal", "office"):
        (built / name / "served.json").write_text(json.dumps(served))
    return built


def made(built, **changes):
    return manifest_of(built, CIRCLE, **{"number": 1, "version": "0.1", "source": None, **changes})


@pytest.fixture
def built(tmp_path):
    files = {
        "portal/static/page.js": b"1", "portal/static/photo/index.html": b"2",
        "portal/static/photo/engine.wasm": b"3", "portal/static/photo/face.tflite": b"4",
        "office/desk/index.html": b"5",
    }  # fmt: skip
    return write(tmp_path / "one", files)


def test_what_runs_is_told_from_what_is_read_by_its_name(built):
    manifest = made(built)
    assert set(manifest.portal.files) == {"page.js", "photo/index.html", "photo/engine.wasm"}
    assert set(manifest.portal.data) == {"photo/face.tflite"}
    assert manifest.portal.wasm == (manifest.portal.files["photo/engine.wasm"],)
    assert manifest.circle == CIRCLE.digest().hex()
    assert AppManifest.decode(manifest.encode()) == manifest


def test_a_file_that_comes_later_needs_no_line_of_code(built):
    (built / "portal/static/photo/new.bin").write_bytes(b"model")
    (built / "portal/static/photo/new.mjs").write_bytes(b"script")
    manifest = made(built)
    assert "photo/new.bin" in manifest.portal.data
    assert "photo/new.mjs" in manifest.portal.files


def test_another_folder_gives_the_same_bytes_and_a_changed_file_is_named(built, tmp_path):
    again = tmp_path / "elsewhere" / "two"
    again.parent.mkdir()
    built.rename(again)
    first = made(again)
    assert first_difference(first, made(again)) is None
    (again / "portal/static/photo/index.html").write_bytes(b"2!")
    assert first_difference(made(again), first) == "portal/photo/index.html"
    (again / "portal/static/photo/index.html").write_bytes(b"2")
    (again / "office/desk/extra.js").write_bytes(b"6")
    assert first_difference(made(again), first) == "desk/extra.js"
    (again / "office/desk/extra.js").unlink()
    assert first_difference(made(again, number=2), first) == "circle, number, version or source"


def test_a_document_has_the_circle_that_its_app_has_pinned(built):
    before = made(built).portal
    (built / "portal/static/photo/index.html").write_bytes(b'<meta content="{circle}">')
    (built / "portal/static/page.js").write_bytes(b"{circle}")
    after = made(built).portal
    own = f'<meta content="{CIRCLE.digest().hex()}">'.encode()
    assert after.files["photo/index.html"] == hashlib.sha256(own).hexdigest()
    assert after.files["page.js"] == hashlib.sha256(b"{circle}").hexdigest()
    assert before.files.keys() == after.files.keys()


def test_headers_belong_to_documents_and_to_files_with_their_own(built):
    policies = {"page.js": "default-src 'none'"}
    for name in ("portal", "office"):
        own = {**SERVED, "policies": policies if name == "portal" else {}}
        (built / name / "served.json").write_text(json.dumps(own))
    part = made(built).portal
    policy = "default-src 'none'; connect-src 'self' https://portal.example"
    assert part.headers_of("photo/index.html") == {
        "referrer-policy": "same-origin", "content-security-policy": policy,
    }  # fmt: skip
    assert part.headers_of("page.js") == {"content-security-policy": "default-src 'none'"}
    assert part.headers_of("photo/face.tflite") == {}


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"csp": 1}', b"[" * 100_000])
def test_what_answers_carry_must_be_said(built, content):
    (built / "portal" / "served.json").write_bytes(content)
    with pytest.raises(MalformedError):
        made(built)


def test_only_plain_files_and_names_are_taken(built):
    link = built / "portal/static/link.js"
    link.symlink_to("/etc/passwd")
    with pytest.raises(MalformedError, match="plain file"):
        made(built)
    link.unlink()
    (built / "portal/static/.hidden.js").write_bytes(b"")
    with pytest.raises(MalformedError):
        made(built)


def test_a_manifest_contradicts_itself():
    fields = manifest_fields()
    portal = fields["portal"]
    for wrong in (
        {**portal, "wasm": []},
        {**portal, "policies": {"nowhere.js": "default-src 'none'"}},
        {**portal, "data": {"page.js": "0" * 64}},
        {**portal, "files": {**portal["files"], "/etc/passwd": "0" * 64}},
        {**portal, "headers": {"X\n": "y"}},
        {**portal, "csp": "a\nb"},
    ):
        with pytest.raises(MalformedError):
            AppManifest.read({**fields, "portal": wrong})


def test_a_coding_of_a_file_has_no_place_of_its_own_and_what_the_build_does_not_hold_has(built):
    (built / "portal/static/photo/engine.wasm.br").write_bytes(b"packed")
    (built / "portal/static/photo/alone.br").write_bytes(b"a file of that name")
    served = {**SERVED, "data": {"photo/models/iris.tflite": "ab" * 32}}
    (built / "portal/served.json").write_text(json.dumps(served))
    assert made(built).portal.data == {
        "photo/face.tflite": hashlib.sha256(b"4").hexdigest(),
        "photo/alone.br": hashlib.sha256(b"a file of that name").hexdigest(),
        "photo/models/iris.tflite": "ab" * 32,
    }
