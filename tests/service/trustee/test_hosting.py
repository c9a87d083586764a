"""A trustee serves the release's files at its own address, and is watched as the portal is."""

import hashlib
import random

import httpx
import pytest
from typer.testing import CliRunner

from habeas import cli
from habeas.foundation.errors import HabeasError
from habeas.protocol.app.documents import AppOriginError
from habeas.protocol.app.release import origins_of
from habeas.protocol.app.site import Visitor
from habeas.trustee.hosting import FOLDER
from tests.attacks.test_code import SCRIPT, SERVED, STEP, Place, serving
from tests.service.trustee.conftest import new_world

__all__ = ["new_world"]


@pytest.fixture
def place(new_world, tmp_path):
    with serving() as site:
        yield Place(new_world(portal=site.url), site, tmp_path / "built")


def host(place, index=0, *more):
    command = ["trustee", "host", "--data", str(place.world.folder / place.world.names[index])]
    return CliRunner().invoke(cli.app, [*command, *more])


def got(place, path, index=0):
    return httpx.get(f"{place.world.seats[index].url}{path}", trust_env=False)


def test_a_trustee_serves_what_the_portal_serves_byte_for_byte(place):
    assert got(place, STEP).status_code == 404
    done = host(place)
    assert done.exception.code == "app-unknown"
    manifest = place.release()
    done = host(place)
    assert done.exit_code == 0, done.output
    assert "Release 1: 3 files" in done.output
    for path, content in place.site.files.items():
        answer = got(place, path)
        assert answer.content == content
    answer = got(place, STEP)
    # The release's policy leaves open who may frame it: here it is nobody.
    policy = f"{SERVED['csp']}; frame-ancestors 'none'"
    assert answer.headers["content-security-policy"] == policy
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["content-type"].startswith("text/html")
    assert got(place, SCRIPT).headers["content-type"].startswith("text/javascript")
    circle = got(place, STEP.replace("/seal/", "/circle.txt")).text
    assert circle == place.world.circle_note
    assert place.world.circle.digest().hex() == manifest.circle
    for nowhere in ("/static/photo/index.html", "/static/../trustee.toml", "/apply/other/seal/"):
        assert got(place, nowhere).status_code == 404


def test_nothing_but_the_release_s_own_bytes_is_taken_in(place):
    place.release()
    place.site.swapped[SCRIPT] = (None, b"steal()")
    done = host(place)
    assert done.exception.code == "app-differs"
    assert SCRIPT in done.exception.cause
    assert got(place, STEP).status_code == 404
    # What the trustee has built itself needs no portal.
    place.site.close()
    done = host(place, 0, "--built", str(place.built))
    assert done.exit_code == 0, done.output
    assert got(place, SCRIPT).content == b"seal()"


def test_a_file_that_was_changed_on_the_trustee_s_disk_is_not_served(place):
    manifest = place.release()
    host(place)
    folder = place.world.folder / place.world.names[0] / FOLDER
    (folder / manifest.portal.files["photo/photo.js"]).write_bytes(b"steal()")
    assert got(place, SCRIPT).status_code == 404
    # Taken in again, it is as it was.
    assert host(place).exit_code == 0
    assert got(place, SCRIPT).content == b"seal()"


def test_what_no_release_needs_any_more_is_deleted(place):
    place.release()
    host(place)
    folder = place.world.folder / place.world.names[0] / FOLDER
    old = {each.name for each in folder.iterdir()}
    script = b"seal(2)"
    (place.built / "portal/static/photo/photo.js").write_bytes(script)
    place.site.files[SCRIPT] = script
    place.release(2)
    place.world.clock.move(days=2)
    # Now nobody seals with the first any more.
    with Visitor(random.Random(1)) as fetch:
        place.world.trustees[place.world.names[0]].hosting.take(fetch)
    kept = {each.name for each in folder.iterdir()}
    assert hashlib.sha256(script).hexdigest() in kept
    assert hashlib.sha256(b"seal()").hexdigest() in old - kept


def test_a_page_that_was_opened_before_a_release_finds_its_parts_for_a_day(place, monkeypatch):
    """Its parts have names with a hash; under another name stands what is new."""
    parts = {name: f"photo/taking.{name * 16}.js" for name in "ab"}

    def build(name):
        page, content = f"page {name}".encode(), f"take({name})".encode()
        (place.built / "portal/static" / parts[name]).write_bytes(content)
        (place.built / "portal/static/photo/index.html").write_bytes(page)
        place.site.files |= {STEP: page, f"/static/{parts[name]}": content}

    build("a")
    place.release()
    host(place)
    (place.built / "portal/static" / parts["a"]).unlink()
    del place.site.files[f"/static/{parts['a']}"]
    (place.built / "portal/static/photo/face.tflite").unlink()
    build("b")
    place.release(2)
    trustee = place.world.trustees[place.world.names[0]]
    with Visitor(random.Random(1)) as fetch:
        trustee.hosting.take(fetch)
    assert got(place, STEP).content == b"page b"
    for name, path in parts.items():
        answer = got(place, f"/static/{path}")
        assert (answer.status_code, answer.content) == (200, f"take({name})".encode())
        assert "immutable" in answer.headers["cache-control"]
    # What stands under a name without a hash is the newest release's, or nothing.
    assert got(place, "/static/photo/face.tflite").status_code == 404
    # A day later the first still counts somewhere in the world; then nobody seals with it.
    monkeypatch.setattr(trustee.apps, "verify_hour", lambda: None)
    place.world.clock.move(days=1)
    assert got(place, f"/static/{parts['a']}").status_code == 200
    place.world.clock.move(days=1)
    assert got(place, f"/static/{parts['a']}").status_code == 404
    assert got(place, f"/static/{parts['b']}").status_code == 200


def test_everybody_who_watches_looks_at_the_trustee_too(place):
    place.hosts = place.world.names[:1]
    place.release()
    (portal, own) = place.round(2)
    # It was named before it served: there is nothing there yet.
    found = next(each for each in (portal, own) if each.differences)
    assert {each.what for each in found.differences} == {"missing"}
    told = place.told()
    assert {each["origin"] for each in told} == {place.world.seats[0].url}
    host(place)
    assert all(each.unchanged for each in place.round(1))
    circle = place.world.folder / "circle.txt"
    circle.write_text(place.world.circle_note)
    command = ["watch", place.world.seats[0].url, "--circle", str(circle)]
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 0, done.output
    # A photo that was sealed there is kept.
    assert place.seal(place.manifest(), origin=place.world.seats[0].url) == set()
    assert place.seal(place.manifest(), origin=place.world.seats[1].url) == {"app-origin"}


def test_who_is_no_trustee_hosts_nothing(place):
    with pytest.raises(AppOriginError):
        origins_of(place.world.circle, {}, ["stranger.test"])
    place.hosts = place.world.names[:1]
    manifest = place.manifest()
    details = place.details(manifest, [place.word(manifest, 0), place.word(manifest, 1)])
    elsewhere = details.origins[1].model_copy(update={"origin": "https://look-alike.example"})
    moved = details.model_copy(update={"origins": (details.origins[0], elsewhere)})
    releases = place.world.trustees[place.world.names[0]].apps.releases()
    with pytest.raises(HabeasError) as refused:
        releases.extend(moved, place.world.chain, 0, place.world.clock.today())
    assert refused.value.code == "app-origin"


def test_attack_a_trustee_that_is_shown_an_old_log_goes_on_with_no_old_release(place, monkeypatch):
    """Whoever runs the log shows it nothing newer: a release that was given up would stay one."""
    manifest = place.release()
    host(place)
    assert got(place, SCRIPT).status_code == 200
    for trustee in place.world.trustees.values():
        monkeypatch.setattr(trustee.follower, "tail", lambda: None)
    place.world.clock.move(hours=2)
    refused = got(place, SCRIPT)
    assert (refused.status_code, refused.json()["code"]) == (503, "view-stale")
    assert place.seal(manifest) == {"trustee-unreachable"}  # for now: 503
    monkeypatch.undo()
    place.world.publish_roster()
    # A deposit has the trustee read the log by itself.
    assert place.seal(manifest) == set()
    place.world.followed()
    assert got(place, SCRIPT).status_code == 200
