"""The release that a promise names, looked up on a real log by whoever holds the receipt."""

import json
import secrets

import pytest
from typer.testing import CliRunner

from habeas import cli
from habeas.protocol import Pins
from habeas.protocol.app.release import origin_of
from habeas.protocol.terms import AppReference
from habeas.register.causes import Cause
from habeas.register.released import Named
from habeas.register.verifying import verify_photo
from tests.attacks.test_code import SCRIPT, Place, serving
from tests.service.trustee.conftest import new_world
from tests.world.successors import succeed

__all__ = ["new_world"]


@pytest.fixture
def place(new_world, tmp_path):
    with serving() as site:
        yield Place(new_world(portal=site.url), site, tmp_path / "built")


def seal(place, manifest, origin=None):
    reference = AppReference(origin=origin or place.site.url, manifest=manifest.digest().hex())
    held = place.world.seal(sealed_by="browser", app=reference)
    place.world.followed()
    return held


def verify(place, held):
    world = place.world
    pins = Pins(circles=frozenset({world.circle.digest().hex()}))
    return verify_photo(
        world.receipt(held), pins, world.log, world.clock(), secrets.token_bytes
    )  # fmt: skip


def colluding(place):
    """All trustees take whatever release a promise names."""
    for trustee in place.world.trustees.values():
        trustee.apps.verify = lambda *_: None


def test_the_release_is_found_with_its_words_and_what_differed(place):
    manifest = place.release()
    held = seal(place, manifest)
    found = verify(place, held)
    assert found.outcome == "complete", found
    assert isinstance(found.app, Named)
    assert found.app.release.manifest == manifest
    assert [word.trustee for word in found.app.release.words] == place.world.names[:2]
    assert (found.app.k, found.app.differences) == (2, ())
    place.site.swapped[SCRIPT] = (None, b"steal()")
    place.round(2)
    place.world.settled()
    place.world.followed()
    (differs,) = verify(place, held).app.differences
    assert (differs.details.path, differs.details.trustee) == (SCRIPT, place.world.names[2])


def test_a_release_that_further_trustees_vouch_for_is_told_with_all_of_them(place):
    manifest = place.release()
    held = seal(place, manifest)
    place.append(manifest, [place.word(manifest, index) for index in range(3)])
    found = verify(place, held).app
    assert [word.trustee for word in found.release.words] == place.world.names[:3]
    assert found.first < verify(place, held).index


def test_a_photo_that_the_server_sealed_names_none(place):
    held = place.world.seal()
    place.world.followed()
    assert verify(place, held).app is None


def test_a_release_for_an_earlier_circle_is_judged_by_the_circles_between(place):
    manifest = place.release()
    succeed(place.world)
    held = seal(place, manifest)
    assert held.promise.circle != manifest.circle
    found = verify(place, held)
    assert isinstance(found.app, Named), found.app


@pytest.mark.parametrize("index", range(4))
def test_attack_one_trustee_that_shows_an_earlier_circle_without_its_signatures(place, index):
    manifest = place.release()
    succeed(place.world)
    held = seal(place, manifest)
    trustee = place.world.trustees[place.world.names[index]]
    shows = trustee.circle_numbered

    def strips(number):
        text, _, signatures = shows(number).partition("\n\n")
        return f"{text}\n\n{signatures.splitlines()[0]}\n"

    trustee.circle_numbered = strips
    found = verify(place, held)
    assert isinstance(found.app, Named), found.app


def test_attack_a_promise_that_names_a_release_which_is_not_on_the_log(place):
    """The operator and all trustees together: whoever reads the log is told."""
    colluding(place)
    place.release()
    held = seal(place, place.manifest(2))
    found = verify(place, held)
    assert isinstance(found.app, Cause)
    assert found.app.code == "app-unknown"
    assert (found.outcome, found.never_opened) == ("incomplete", False)


def test_attack_a_release_with_too_few_words_that_trustees_point_to(place):
    colluding(place)
    manifest = place.manifest()
    place.append(manifest, [place.word(manifest, 0)])
    index = place.world.size() - 1
    for trustee in place.world.trustees.values():
        told = trustee.apps.places(manifest.digest().hex())
        assert told.entries == ()
        pointing = told.model_copy(update={"entries": (index,)})
        trustee.apps.places = lambda _, pointing=pointing: pointing
    found = verify(place, seal(place, manifest))
    assert isinstance(found.app, Cause)
    assert (found.app.code, found.outcome) == ("app-signatures", "incomplete")


def test_attack_a_release_that_came_on_the_log_after_the_photo(place):
    colluding(place)
    manifest = place.manifest()
    held = seal(place, manifest)
    place.release()
    found = verify(place, held)
    assert (found.app.code, found.outcome) == ("app-late", "incomplete")


def test_attack_a_release_that_says_that_it_ran_elsewhere(place):
    colluding(place)
    held = seal(place, place.release(), "https://look-alike.example")
    assert verify(place, held).app.code == "app-origin"


@pytest.mark.parametrize("before", [True, False])
def test_where_it_ran_is_what_the_log_had_said_before_the_photo(place, before):
    """A host that is given up makes no honest photo doubtful; one named later excuses none."""
    colluding(place)
    host = place.world.circle.trustees[0]
    place.hosts = [host.name] if before else []
    manifest = place.release()
    held = seal(place, manifest, origin_of(host.url))
    place.hosts = [] if before else [host.name]
    place.append(manifest, [place.word(manifest, index) for index in (0, 1)])
    found = verify(place, held).app
    if before:
        assert isinstance(found, Named), found
    else:
        assert found.code == "app-origin"


def test_one_trustee_that_points_nowhere_hides_nothing(place):
    manifest = place.release()
    held = seal(place, manifest)
    trustee = place.world.trustees[place.world.names[0]]
    told = trustee.apps.places(manifest.digest().hex())
    nowhere = told.model_copy(update={"entries": (10**9, 0), "differs": (0, 10**9)})
    trustee.apps.places = lambda _: nowhere
    found = verify(place, held)
    assert isinstance(found.app, Named)
    assert found.outcome == "complete"


def test_the_command_says_it(place, tmp_path):
    held = seal(place, place.release())
    (tmp_path / "receipt.json").write_bytes(place.world.receipt(held).encode())
    (tmp_path / "circle.txt").write_text(place.world.circle_note)
    command = ["verify", str(tmp_path / "receipt.json"), "--pin", str(tmp_path / "circle.txt")]
    done = CliRunner().invoke(cli.app, command)
    assert done.exit_code == 0, done.output
    assert "release 1, version 0.1, vouched for by 2 trustees; it takes 2" in done.output
    assert "no trustee has been served anything else" in done.output
    told = json.loads(CliRunner().invoke(cli.app, [*command, "--json"]).output)["app"]
    assert [each["how"] for each in told["words"]] == ["rebuilt", "rebuilt"]
    assert told["differs"] == []
