"""A portal's folder: made once; what is missing later is said, and never made anew."""

import json

import pytest

from habeas.portal.site import folder
from habeas.portal.site.folder import SAMPLE_CATALOGUE, FolderError, Site
from tests.unit.parties import MemoryPanel

TRUSTEES = MemoryPanel("one.test", "two.test").identities
SITE = Site(
    portal="https://photos.city.example", log="https://log.example", origin="log.example",
    k=2, trustees=TRUSTEES,
)  # fmt: skip


@pytest.fixture
def made(tmp_path):
    place = tmp_path / "portal"
    folder.create(
        place, SITE, policy="log x\n", log_token="token", catalogue=SAMPLE_CATALOGUE
    )  # fmt: skip
    return place


def test_everything_is_made_and_private(made):
    assert Site.load(made) == SITE
    assert (made / "policy.txt").read_text() == "log x\n"
    assert (made / "log-token").read_text() == "token"
    assert len((made / "secret-key").read_text()) > 40
    assert {each.name for each in (made / "services").iterdir()} == {
        "offices.toml", "hunting-licence.toml", "allotment-garden.toml",
    }  # fmt: skip
    assert made.stat().st_mode & 0o777 == 0o700
    for name in ("site.json", "log-token", "secret-key"):
        assert (made / name).stat().st_mode & 0o777 == 0o600


def test_a_portal_is_never_made_over_another(made):
    key = (made / "secret-key").read_text()
    with pytest.raises(FolderError, match="already"):
        folder.create(made, SITE, policy="", log_token="", catalogue=SAMPLE_CATALOGUE)
    assert (made / "secret-key").read_text() == key
    assert (made / "log-token").read_text() == "token"


def test_what_was_cut_off_is_made_again(made):
    (made / "site.json").unlink()  # the last file of a whole folder
    folder.create(made, SITE, policy="log y\n", log_token="other", catalogue=SAMPLE_CATALOGUE)
    assert Site.load(made) == SITE
    assert (made / "policy.txt").read_text() == "log y\n"


def test_two_portals_share_no_key(made, tmp_path):
    other = tmp_path / "other"
    folder.create(other, SITE, policy="", log_token="", catalogue=SAMPLE_CATALOGUE)
    assert (other / "secret-key").read_text() != (made / "secret-key").read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"k": 1}, "k"),
        ({"portal": "photos"}, "portal"),
        ({"colour": "red"}, "colour"),
        ({"trustees": [{}]}, "trustees"),
        ({"check_workers": 0}, "check_workers"),
        ({"hosts": "city.example"}, "hosts"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(made, change, said):
    fields = json.loads((made / "site.json").read_text())
    (made / "site.json").write_text(json.dumps({**fields, **change}))
    with pytest.raises(FolderError, match=said) as refused:
        Site.load(made)
    assert "site.json" in refused.value.cause


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_file_that_is_no_site_is_said(made, content):
    (made / "site.json").write_bytes(content)
    with pytest.raises(FolderError, match=r"site\.json"):
        Site.load(made)


def test_a_folder_without_a_portal_is_said(tmp_path):
    assert not folder.exists(tmp_path)
    with pytest.raises(FolderError, match="cannot be read") as refused:
        Site.load(tmp_path)
    assert "habeas portal init" in refused.value.remedy


def test_a_place_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError):
        folder.create(
            tmp_path / "file" / "portal", SITE, policy="", log_token="", catalogue=SAMPLE_CATALOGUE
        )
