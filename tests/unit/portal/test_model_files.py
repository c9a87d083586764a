"""The model files of the checks on applicants' devices."""

from __future__ import annotations

import gzip
import hashlib
import re

import pytest

from habeas.faces import assets
from habeas.portal.apply import model_files
from tests.places import ROOT

FILES = (ROOT / "web" / "photo" / "checks" / "files.ts").read_text()


def test_devices_run_the_very_files_that_this_machine_runs():
    asked = dict(re.findall(r'model\(\s*"(\w+)",\s*"([0-9a-f]{64})"', FILES))
    assert asked == {name: assets.ASSETS[f"{name}.tflite"].sha256 for name in model_files.MODELS}
    assert set(model_files.names()) == {
        f"{name}.{digest[:16]}.tflite" for name, digest in asked.items()
    }


@pytest.mark.parametrize("compressed", [False, True])
def test_a_file_is_served_for_good_by_its_hash(browser, compressed):
    (name, asset), *_ = model_files.names().items()
    asked = {"Accept-Encoding": "gzip, br"} if compressed else {}
    answer = browser.get(f"/static/photo/models/{name}", headers=asked)
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == ("gzip" if compressed else None)
    content = gzip.decompress(answer.content) if compressed else answer.content
    assert hashlib.sha256(content).hexdigest() == assets.ASSETS[asset].sha256
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Accept-Encoding" in answer.headers["Vary"]


@pytest.mark.parametrize("name", ["centerface.onnx", "iris_landmark.tflite", "..%2f..%2fx"])
def test_nothing_else_is_served(browser, name):
    assert browser.get(f"/static/photo/models/{name}").status_code == 404
