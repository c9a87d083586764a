"""`habeas watch`, by anybody, over a real log: what is unchanged, what differs, what is silent."""

import json

import pytest
from typer.testing import CliRunner

from habeas import cli
from tests.attacks.test_code import SCRIPT, Place, serving
from tests.service.trustee.conftest import new_world

__all__ = ["new_world"]


@pytest.fixture
def place(new_world, tmp_path):
    with serving() as site:
        yield Place(new_world(portal=site.url), site, tmp_path / "built")


@pytest.fixture
def watch(place, tmp_path):
    circle = tmp_path / "circle.txt"
    circle.write_text(place.world.circle_note)

    def run(*arguments, url=None):
        command = ["watch", url or place.site.url, "--circle", str(circle), *arguments]
        return CliRunner().invoke(cli.app, command)

    return run


def test_what_anybody_finds(place, watch, tmp_path):
    done = watch()
    assert done.exit_code == 1
    assert done.exception.code == "app-unknown"
    manifest = place.release()
    done = watch()
    assert done.exit_code == 0, done.output
    assert manifest.digest().hex() in done.output
    assert "(rebuilt)" in done.output
    place.site.swapped[SCRIPT] = (None, b"steal()")
    evidence = tmp_path / "evidence"
    done = watch("--json", "--evidence", str(evidence))
    assert done.exit_code == 2
    told = json.loads(done.output)
    (found,) = told["differences"]
    assert (found["path"], found["what"]) == (SCRIPT, "content")
    kept = json.loads((evidence / f"{found['got']}.json").read_text())
    assert kept["url"] == f"{place.site.url}{SCRIPT}"
    place.site.close()
    assert watch().exit_code == 3


def test_one_person_s_own_headers_show_what_that_person_is_served(place, watch):
    place.release()
    place.site.swapped[SCRIPT] = ("application=mine", b"steal()")
    assert watch().exit_code == 0
    assert watch("--header", "Cookie: application=mine").exit_code == 2


def test_a_look_alike_is_told_by_its_address(place, watch):
    place.release()
    done = watch(url="https://look-alike.example")
    assert done.exception.code == "app-unknown"
    assert place.site.url in done.exception.remedy


def test_a_monitor_looks_at_the_site_too(place, watch, tmp_path):
    place.release()
    circle = tmp_path / "circle.txt"
    place.site.swapped[SCRIPT] = (None, b"steal()")
    command = ["monitor", place.world.log_url, "--circle", str(circle), "--site", "--json"]
    done = CliRunner().invoke(cli.app, [*command, "--state", str(tmp_path / "state.sqlite3")])
    found = json.loads(done.output)["findings"]
    codes = [each["code"] for each in found]
    assert {"app-released", "app-differs"} <= set(codes)
    assert SCRIPT in next(each["cause"] for each in found if each["code"] == "app-differs")
