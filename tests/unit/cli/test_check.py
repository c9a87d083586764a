"""`habeas check`: what it says of each photo, what it keeps, and what it never overwrites."""

import json

import pytest

from habeas import portrait
from habeas.portrait.assessment import Advice, Assessment, Crop, Measure
from habeas.portrait.words import ADVICE
from tests.unit.cli.commands import habeas

CODE = next(iter(ADVICE))


def assessment(cropped=b"cropped"):
    return Assessment(
        verdict="advice", measures={"sharpness": Measure(0.5, 40)},
        advice=(Advice(CODE),), notes=(), faces=1, turned=0,
        pupils=((200.0, 300.0), (400.0, 310.0)), outline=((1.0, 2.0),), silhouette=(),
        crop=Crop(1.0, 2.0, 300.0, 400.0, 2.5), size=(600, 800), upright=b"upright",
        cropped=cropped, ms={"decode": 3.0},
    )  # fmt: skip


class Pool:
    """Checks in this process: a photo's content says what is found."""

    workers = 2

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def check(self, content, *_, **__):
        if content == b"no face":
            raise portrait.NoFaceError("No face.", "Show one.")
        return assessment(content)


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.setattr(portrait, "CheckPool", Pool)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "me.jpg").write_bytes(b"me")
    (tmp_path / "wall.jpg").write_bytes(b"no face")
    return tmp_path


def test_each_photo_has_a_line_for_programs_and_an_unusable_one_gives_status_1(photos):
    done = habeas("check", "me.jpg", "wall.jpg", "none.jpg", "--json")
    assert done.status == 1
    good, bare, missing = (json.loads(line) for line in done.out.splitlines())
    assert (good["file"], good["verdict"]) == ("me.jpg", "advice")
    assert [each["code"] for each in good["advice"]] == [CODE]
    assert (bare["verdict"], bare["error"]["code"]) == ("unusable", "no-face")
    assert (missing["verdict"], missing["error"]["code"]) == ("unusable", "unreadable")


def test_in_the_language_that_was_asked_for(photos):
    english = habeas("check", "me.jpg", "wall.jpg")
    russian = habeas("check", "me.jpg", "wall.jpg", "--language", "ru")
    assert english.out.startswith("me.jpg: advice\n  ")
    assert english.out.isascii()
    assert not russian.out.isascii()
    assert habeas("check", "me.jpg").status == 0


def test_kept_pictures_lie_in_the_folder(photos):
    done = habeas("check", "me.jpg", "wall.jpg", "--keep", "kept/new")
    assert done.status == 1
    assert [each.name for each in (photos / "kept" / "new").iterdir()] == ["me.jpg"]
    assert (photos / "kept" / "new" / "me.jpg").read_bytes() == b"me"


def test_the_photo_itself_is_never_overwritten(photos, capsys):
    assert habeas("check", "me.jpg", "--keep", ".").status == 1
    assert "me.jpg exists already" in capsys.readouterr().err
    assert (photos / "me.jpg").read_bytes() == b"me"


def test_two_photos_of_one_name_are_not_kept_as_one(photos, capsys):
    (photos / "other").mkdir()
    (photos / "other" / "me.png").write_bytes(b"another")
    assert habeas("check", "me.jpg", "other/me.png", "--keep", "kept").status == 1
    assert "Several photos would be kept as" in capsys.readouterr().err
    assert not (photos / "kept").exists()


def test_a_report_and_columns_have_every_photo(photos):
    done = habeas("check", "me.jpg", "wall.jpg", "--report", "out.html", "--ofiq-csv", "out.csv")
    assert done.status == 1
    page = (photos / "out.html").read_text()
    assert "me.jpg" in page
    assert "0 good, 1 advice, 1 unusable" in page
    assert len((photos / "out.csv").read_text().splitlines()) == 3


@pytest.mark.parametrize("option", ["--report", "--ofiq-csv"])
def test_an_output_that_cannot_be_written_is_said_before_any_photo_is_checked(
    photos, capsys, option
):
    done = habeas("check", "me.jpg", option, "missing/out")
    assert (done.status, done.out) == (1, "")
    told = capsys.readouterr().err
    assert "missing/out cannot be written: No such file or directory." in told
    assert f"Name another with {option}" in told


@pytest.mark.parametrize("option", ["--report", "--ofiq-csv"])
def test_an_output_without_room_is_said(photos, capsys, option):
    # The kernel's own full disk (full(4)).
    assert habeas("check", "me.jpg", option, "/dev/full").status == 1
    assert "/dev/full cannot be written: No space left on device." in capsys.readouterr().err


def test_a_folder_for_kept_pictures_that_is_a_file_is_said(photos, capsys):
    assert habeas("check", "me.jpg", "--keep", "wall.jpg").status == 1
    told = capsys.readouterr().err
    assert "cannot be written: " in told
    assert "Name another with --keep" in told
    assert (photos / "wall.jpg").read_bytes() == b"no face"
