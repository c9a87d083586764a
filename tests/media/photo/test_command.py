"""`habeas check` as people run it."""

import io
import json
import re
import subprocess
import sys

import pytest
from PIL import Image

from habeas.faces import assets


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    face = Image.open(assets.path("astronaut.png")).convert("RGB")
    face.resize((1024, 1024)).save(folder / "good <b>.jpg", quality=92)
    dark = face.resize((1024, 1024)).point(lambda value: value // 6)
    dark.save(folder / "dark.png")
    (folder / "text.jpg").write_text("no photo")
    return folder


def habeas(*arguments):
    command = [sys.executable, "-m", "habeas.cli", "check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


def test_json_tells_everything_a_line_for_each(folder):
    done = habeas(*sorted(folder.iterdir()), "--json")
    assert done.returncode == 1
    dark, good, text = (json.loads(line) for line in done.stdout.splitlines())
    assert good["verdict"] in ("good", "advice")
    assert set(good) == {"file", "verdict", "measures", "advice", "notes", "faces", "turned",
                         "landmarks", "size", "crop", "for_the_officer", "ms"}  # fmt: skip
    assert set(good["measures"]["yaw"]) == {"native", "score"}
    assert len(good["landmarks"]["pupils"]) == 2
    assert {"decode", "find", "measure"} <= set(good["ms"])
    assert "encode" not in good["ms"], "nobody asked for pictures"
    assert good["faces"] == 1
    assert "too-dark" in [each["code"] for each in dark["advice"]]
    assert all(each["cause"] and each["remedy"] for each in dark["advice"])
    assert text["verdict"] == "unusable"
    assert text["error"]["code"] == "not-a-picture"


def test_advice_comes_in_russian_too(folder):
    done = habeas(folder / "dark.png", "--language", "ru")
    assert done.returncode == 0
    assert re.search("[а-яё]{4}", done.stdout)


def test_the_report_shows_pictures_marks_and_bars(folder, tmp_path):
    page = tmp_path / "out.html"
    assert habeas(*sorted(folder.iterdir()), "--report", page).returncode == 1
    html = page.read_text()
    assert html.count("<section") == 3
    assert html.count("<svg") == 2
    assert html.count('class="bar') > 40
    assert "good &lt;b&gt;" in html
    assert "http" not in html, "nothing is fetched from anywhere"
    assert "not-a-picture" not in html
    assert "not a photo that we can read" in html
    pictures = re.findall(r"base64,([^\"]+)", html)
    assert len(pictures) == 2


def test_the_report_says_what_was_done_to_a_photo(tmp_path):
    face = Image.open(assets.path("astronaut.png")).convert("RGB")
    face.rotate(180).save(tmp_path / "down.jpg", quality=92)
    assert habeas(tmp_path / "down.jpg", "--report", tmp_path / "out.html").returncode == 0
    assert "We turned your photo the right way up." in (tmp_path / "out.html").read_text()


def test_kept_pictures_are_crops(folder, tmp_path):
    assert habeas(folder / "good <b>.jpg", "--keep", tmp_path / "kept").returncode == 0
    kept = Image.open(io.BytesIO((tmp_path / "kept" / "good <b>.jpg").read_bytes()))
    assert abs(kept.width / kept.height - 35 / 45) < 0.01


def test_measures_come_in_ofiqs_columns_too(folder, tmp_path):
    file = tmp_path / "out.csv"
    assert habeas(*sorted(folder.iterdir()), "--ofiq-csv", file).returncode == 1
    names, *rows = (line.split(";") for line in file.read_text().splitlines())
    assert len(rows) == 3
    told = dict(zip(names, rows[1], strict=False))
    assert float(told["InterEyeDistance"]) > 40
    assert 0 <= int(told["HeadSize.scalar"]) <= 100
    assert dict(zip(names, rows[2], strict=False))["HeadSize.scalar"] == "-1"
