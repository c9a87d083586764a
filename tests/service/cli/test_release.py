"""`habeas portal release` and `habeas trustee vouch`, from the draft to the log."""

import json
from contextlib import closing

import pytest

from habeas.portal.site.served import named
from habeas.protocol.app import AppManifest
from habeas.protocol.app.manifest import hash_file
from tests.commands import habeas
from tests.world.city import City


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    with closing(City(tmp_path_factory.mktemp("city"))) as city:
        city.until_released()
        city.followed()
        yield city


@pytest.fixture
def draft(city, tmp_path):
    """Drafts a release; gives the file, and the manifest in it."""

    def make(*options):
        out = tmp_path / "app.json"
        release(city, "draft", out, *options, check=True)
        return out, AppManifest.decode(out.read_bytes())

    return make


def release(city, command, *arguments, check=False):
    return habeas("portal", "release", command, "--data", city.data, *arguments, check=check)


def vouch(city, index, *arguments, check=False):
    folder = city.folder / city.names[index]
    return habeas("trustee", "vouch", *arguments, "--data", folder, check=check)


def shown(city):
    done = release(city, "show", "--json", check=True)
    return json.loads(done.stdout)


def test_from_the_draft_to_the_log(city, draft, tmp_path):
    before = shown(city)
    assert before["served"] is True
    number = before["release"]["number"] + 1
    archive = tmp_path / "app.tar"
    archive.write_bytes(b"a source archive")
    out, manifest = draft("--archive", archive)
    assert (manifest.number, manifest.source) == (number, hash_file(archive))
    digest = manifest.digest().hex()
    # Only for what was rebuilt on the other machine.
    other = vouch(city, 0, out, "ab" * 32)
    assert other.returncode != 0
    assert "another manifest" in other.stderr
    notes = [tmp_path / f"{index}.note" for index in (2, 3)]
    for index, note in zip((2, 3), notes, strict=True):
        vouch(city, index, out, digest, "--out", note, check=True)
    printed = vouch(city, 2, out, digest, check=True)
    assert printed.stdout.startswith("{")
    # Not with one word too few, nor with the same one twice.
    for few in (notes[:1], [notes[0], notes[0]]):
        refused = release(city, "publish", out, *few)
        assert refused.returncode != 0
        assert "1 trustees vouch for this manifest; it takes 2" in refused.stderr
    done = release(city, "publish", out, *notes, check=True)
    assert f"Release {number} stands on the log, entry {city.size() - 1}" in done.stdout
    assert shown(city)["release"] == {
        "number": number, "manifest": digest, "source": manifest.source, "index": city.size() - 1,
        "trustees": city.names[2:],
    }  # fmt: skip
    told = release(city, "show", check=True).stdout
    assert f"rebuilt by {city.names[2]}" in told
    assert "has the files of a release that counts" in told


def test_further_trustees_join_and_an_old_number_does_not_come_back(city, draft, tmp_path):
    out, manifest = draft()
    assert manifest.source is None
    digest, notes = manifest.digest().hex(), [tmp_path / f"{index}.note" for index in range(3)]
    # Nobody has rebuilt what names no source.
    refused = vouch(city, 0, out, digest)
    assert refused.returncode != 0
    assert "names no source" in refused.stderr
    for index, note in enumerate(notes):
        vouch(city, index, out, digest, "--compared", "--out", note, check=True)
    release(city, "publish", out, *notes[:2], check=True)
    assert f"compared by {city.names[0]}" in release(city, "show", check=True).stdout
    joined = release(city, "publish", out, notes[2], check=True).stdout
    assert all(name in joined for name in city.names[:3])
    city.followed()
    old = tmp_path / "old.json"
    old.write_bytes(manifest.model_copy(update={"version": "0.0.1"}).encode())
    stale = AppManifest.decode(old.read_bytes()).digest().hex()
    refused = vouch(city, 0, old, stale, "--compared")
    assert refused.returncode != 0
    assert f"The log has release {manifest.number}" in refused.stderr


def test_a_portal_that_has_other_files_says_so(city, tmp_path):
    """A release of other files: the portal serves the one before for a day, then nothing."""
    out = tmp_path / "app.json"
    release(city, "draft", out, check=True)
    manifest = AppManifest.decode(out.read_bytes())
    portal = manifest.portal.model_copy(
        update={"files": {**manifest.portal.files, named("photo/photo.js"): "ab" * 32}}
    )
    out.write_bytes(manifest.model_copy(update={"portal": portal}).encode())
    digest = AppManifest.decode(out.read_bytes()).digest().hex()
    notes = [tmp_path / f"{index}.note" for index in (0, 1)]
    for index, note in enumerate(notes):
        vouch(city, index, out, digest, "--compared", "--out", note, check=True)
    release(city, "publish", out, *notes, check=True)
    # What was replaced counts until the day after.
    assert shown(city)["served"] is True
    assert shown(city)["release"]["manifest"] == digest


def test_what_is_no_manifest_is_refused(city, tmp_path):
    out = tmp_path / "app.json"
    out.write_text("{}")
    note = tmp_path / "x.note"
    note.write_text("nothing")
    for done in (release(city, "publish", out, note), vouch(city, 0, out, "ab" * 32)):
        assert done.returncode != 0
        assert "Traceback" not in done.stderr
