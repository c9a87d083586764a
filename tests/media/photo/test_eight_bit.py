"""In eight bits CenterFace finds what it finds as published, at the same places."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from PIL import Image

from habeas.faces import _centerface, _onnx, assets, eight_bit
from tests.media.video import films

PLACES = [(90, 120, 64), (500, 300, 40), (900, 80, 36), (300, 420, 128), (1050, 400, 90)]


@pytest.fixture(scope="module")
def street():
    """3 × 720 × 1280: one head at five places and sizes."""
    rng = np.random.default_rng(1)
    ground = rng.integers(60, 180, (90, 160, 3), dtype=np.uint8)
    picture = Image.fromarray(ground).resize((1280, 720))
    for left, top, size in PLACES:
        picture.paste(films.face(size), (left, top))
    return np.ascontiguousarray(np.asarray(picture).transpose(2, 0, 1))


@pytest.fixture(scope="module")
def published():
    found = _centerface.CenterFace()
    model = eight_bit.opened(assets.path(_centerface.PUBLISHED)).SerializeToString()
    found._network = _onnx.Network(bytes(model))
    return found


def test_the_same_faces_at_the_same_places(street, published):
    expected = published.find(street, 0.3)
    found = _centerface.CenterFace().find(street, 0.3)
    assert len(expected) == len(found) == len(PLACES)
    for face in expected:
        (same,) = [each for each in found if each.box.overlap(face.box) > 0.75]
        assert abs(same.score - face.score) < 0.15


def test_the_runtime_keeps_channels_last(tmp_path):
    """Where it may not, it turns every layer round and back, for twice the time."""
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "run.onnx")
    options.log_severity_level = 3
    model = assets.path(eight_bit.ASSET)
    onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    nodes = onnx.load(options.optimized_model_filepath).graph.node
    layouts = [
        {each.name: each.i for each in node.attribute}.get("channels_last", 0)
        for node in nodes
        if node.op_type == "QLinearConv"
    ]
    assert len(layouts) > 50
    assert all(layouts)


def test_nothing_is_found_where_there_is_none(street):
    assert _centerface.CenterFace().find(np.full_like(street, 128), 0.2) == []


def test_it_asks_for_set_up_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("HABEAS_ASSETS", str(tmp_path))
    with pytest.raises(assets.AssetMissingError) as error:
        _centerface.CenterFace()
    assert "make setup" in error.value.remedy


def test_ranges_of_another_model_are_refused(tmp_path):
    bad = tmp_path / "ranges.json"
    bad.write_text(eight_bit.RANGES.read_text().replace('"475"', '"other"'))
    target = tmp_path / "made.onnx"
    with pytest.raises((KeyError, ValueError), match="475"):
        eight_bit.quantise(assets.path(_centerface.PUBLISHED), target, ranges=bad)
    assert not target.exists()


def test_a_model_that_takes_no_bytes_is_refused(tmp_path):
    """Ranges of pictures from 0 to 1 would make bytes mean something else."""
    ranges = json.loads(eight_bit.RANGES.read_text())
    ranges["data"]["input.1"]["highest"]["data"] = [1.0]
    narrow, target = tmp_path / "ranges.json", tmp_path / "made.onnx"
    narrow.write_text(json.dumps(ranges))
    with pytest.raises(ValueError, match="0 to 255"):
        eight_bit.quantise(assets.path(_centerface.PUBLISHED), target, ranges=narrow)
    assert not target.exists()
