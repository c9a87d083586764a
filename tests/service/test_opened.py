"""Opened photos in the sandbox: strangers' files, each of a kind that must not pass."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from habeas.portrait.opened import UnreadablePhotoError, reencode

NOISE = np.random.default_rng(7).integers(0, 256, (37, 53, 3), dtype=np.uint8)
PICTURE = Image.fromarray(NOISE)


def written(kind="JPEG", picture=PICTURE, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


KEPT = written(quality=90)


def test_a_kept_photo_comes_back_as_other_bytes_of_the_same_picture():
    again = reencode(KEPT)
    assert again != KEPT
    with Image.open(io.BytesIO(again)) as made, Image.open(io.BytesIO(KEPT)) as kept:
        assert (made.format, made.size, made.mode) == ("JPEG", (53, 37), "RGB")
        assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        difference = np.abs(np.asarray(made, int) - np.asarray(kept, int))
    assert difference.mean() < 3


def test_a_grey_photo_stays_grey():
    with Image.open(io.BytesIO(reencode(written(picture=PICTURE.convert("L"))))) as made:
        assert made.mode == "L"


def test_what_hides_in_a_photo_does_not_come_out():
    secret = b"<script>alert(1)</script>"
    assert secret in written(comment=secret)
    assert secret not in reencode(written(comment=secret))


HOSTILE = {
    "nothing": b"",
    "no picture": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "a bomb": written("PNG", Image.new("1", (20_000, 20_000))),
    "a PNG": written("PNG"),
    "a WebP": written("WEBP"),
    "a GIF": written("GIF"),
    "two pictures": written("MPO", save_all=True, append_images=[PICTURE]),
    "progressive": written(progressive=True),
    "four colours": written(picture=PICTURE.convert("CMYK")),
    "cut": KEPT[: len(KEPT) // 2],
    "followed by a page": KEPT + b"<html></html>",
    "too wide": written(picture=Image.new("L", (2049, 1))),
    "too large": KEPT + b"\0" * 4_000_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_everything_else_is_refused(kind):
    with pytest.raises(UnreadablePhotoError) as refused:
        reencode(HOSTILE[kind])
    assert refused.value.code == "unreadable"
    assert refused.value.cause


#: The worker's decoder, and what it takes at its height beyond a picture that passes; kilobytes.
MEASURED = """
import pathlib, resource, sys
from types import SimpleNamespace as Job
from habeas.foundation.errors import HabeasError
from habeas.portrait import _opened

reencode = _opened.prepare()
files = sorted(pathlib.Path(sys.argv[1]).iterdir())
reencode(Job(blobs=[pathlib.Path(sys.argv[2]).read_bytes()]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for file in files:
    try:
        reencode(Job(blobs=[file.read_bytes()]))
    except HabeasError as error:
        print(file.name, error.code)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_each_is_refused_in_64_mb(tmp_path):
    (kept := tmp_path / "kept.jpg").write_bytes(KEPT)
    (folder := tmp_path / "hostile").mkdir()
    # What is too large never comes to the worker.
    refused = {name: each for name, each in HOSTILE.items() if name != "too large"}
    for name, content in refused.items():
        (folder / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, folder, kept],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *said, took = done.stdout.splitlines()
    assert said == [f"{name} unreadable" for name in sorted(refused)]
    assert int(took) < 64 * 1024
