"""A catalogue's faults are told all at once, by file and line."""

import shutil

import pytest

from habeas.portal.catalogue.checking import Checked
from habeas.portal.site.folder import SAMPLE_CATALOGUE
from habeas.protocol.circle import circle_of
from tests.unit.protocol.world import circle_note


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SAMPLE_CATALOGUE, tmp_path / "services")
    return tmp_path / "services"


def changed(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_the_sample_is_right(folder):
    checked = Checked(folder)
    assert checked.faults == []
    assert "hunting-licence" in checked.catalogue.services


@pytest.mark.parametrize(
    ("file", "old", "new", "cause", "remedy"),
    [
        ("hunting-licence.toml", "keep_months = 6", "keep_months = 0", "keep_months", "belongs"),
        ("hunting-licence.toml", "office =", "ofice =", "office is missing", "Write it"),
        ("hunting-licence.toml", "prefix =", 'id = "x"\nprefix =', "The id is", "Leave"),
        ("hunting-licence.toml", 'prefix = "HL"', 'prefix = "AG"', "too", "Choose another"),
        ("offices.toml", "[parks-department]", "[parks]", "no office parks-department", "parks"),
        ("offices.toml", "[licensing-office]", "[licensing-office", "not TOML", "key = value"),
    ],
)
def test_a_fault_is_named(folder, file, old, new, cause, remedy):
    line = changed(folder, file, old, new)
    found = Checked(folder)
    assert found.catalogue is None
    told = [(place.name, each) for place, each in found.faults]
    assert any(cause in each.cause and remedy in each.remedy for _, each in told), told
    if "office parks" not in cause:
        assert any(name == file and abs(each.line - line) <= 1 for name, each in told), told


def test_two_files_faults_are_told_together(folder):
    changed(folder, "hunting-licence.toml", "keep_months = 6", "keep_months = 99")
    (folder / "allotment-garden.toml").write_bytes(b"\xff")
    assert {place.name for place, _ in Checked(folder).faults} == {
        "hunting-licence.toml", "allotment-garden.toml",
    }  # fmt: skip


def test_an_empty_folder_lacks_offices_and_services(tmp_path):
    causes = " ".join(each.cause for _, each in Checked(tmp_path).faults)
    assert "offices.toml" in causes
    assert "no service" in causes


def test_an_office_that_the_circle_lacks_is_told(folder):
    circle = circle_of(circle_note())
    named = {each.office for each in circle.offices}
    missing = {"licensing-office", "interior-ministry", "parks-department"} - named
    told = {each.cause.split()[5].rstrip(":") for _, each in Checked(folder, circle).faults}
    assert told == missing
