"""A portal's folder: made once; what is missing later is said, and never made anew."""

import json

import pytest

from habeas.portal.site import folder
from habeas.portal.site.folder import SAMPLE_CATALOGUE, FolderError, Site
from habeas.protocol.circle import Circle, CircleError
from tests.unit.protocol import world

SITE = Site(portal="https://photos.city.example")


def create(place):
    return folder.create(place, SITE, name="photos.city.example", catalogue=SAMPLE_CATALOGUE)


@pytest.fixture
def made(tmp_path):
    create(tmp_path / "portal")
    return tmp_path / "portal"


def test_everything_is_made_and_private(made):
    assert Site.load(made) == SITE
    assert folder.custodian_key(made).vkey.startswith("photos.city.example/custodian+")
    assert len((made / "secret-key").read_text()) > 40
    assert {each.name for each in (made / "services").iterdir()} == {
        "offices.toml", "hunting-licence.toml", "allotment-garden.toml",
    }  # fmt: skip
    assert made.stat().st_mode & 0o777 == 0o700
    assert not [each for each in made.rglob("*") if each.stat().st_mode & 0o077]


def test_a_portal_is_never_made_over_another(made):
    key = (made / "custodian.key").read_text()
    with pytest.raises(FolderError, match="already"):
        create(made)
    assert (made / "custodian.key").read_text() == key


def test_what_was_cut_off_is_made_again(made):
    (made / "site.json").unlink()  # the last file of a whole folder
    signer = create(made)
    assert Site.load(made) == SITE
    assert folder.custodian_key(made).vkey == signer.vkey


def test_two_portals_share_no_key(made, tmp_path):
    create(tmp_path / "other")
    for name in ("secret-key", "custodian.key"):
        assert (tmp_path / "other" / name).read_text() != (made / name).read_text()


def test_a_circle_is_adopted_that_names_this_custodian(made):
    fields = world.circle_fields()
    fields["custodian"]["vkey"] = folder.custodian_key(made).vkey
    note = world.note_of(Circle.read(fields), [each.statement for each in world.TRUSTEES])
    folder.adopt(made, note)
    assert (made / "circle.txt").read_text() == note


def test_another_custodian_s_circle_or_an_unsigned_one_is_not_adopted(made):
    with pytest.raises(FolderError, match="another custodian"):
        folder.adopt(made, world.circle_note())
    unsigned = world.note_of(Circle.read(world.circle_fields()), [world.TRUSTEES[0].statement])
    with pytest.raises(CircleError):
        folder.adopt(made, unsigned)
    assert not (made / "circle.txt").exists()


def test_a_missing_key_is_said_and_not_made(made):
    (made / "custodian.key").unlink()
    with pytest.raises(FolderError, match="backup"):
        folder.custodian_key(made)
    assert not (made / "custodian.key").exists()


def test_the_log_s_token_is_where_there_is_one(made):
    assert folder.log_token(made) is None
    (made / "log-token").write_text("token\n")
    assert folder.log_token(made) == "token"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"portal": "photos"}, "portal"),
        ({"colour": "red"}, "colour"),
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
        create(tmp_path / "file" / "portal")
