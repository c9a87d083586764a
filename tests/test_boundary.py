"""The boundary: faces are found, never recognised. In dependencies, models and names."""

import ast
import re
from importlib.metadata import distributions
from pathlib import Path

from habeas.faces import assets, eight_bit
from habeas.protocol import Purpose
from tests.places import ROOT

#: Packages that recognise, compare or identify faces, or carry networks made for it.
PACKAGES = {
    "arcface", "clip", "deepface", "dlib", "face-alignment", "face-recognition", "facenet",
    "facenet-pytorch", "facexlib", "insightface", "keras-facenet", "keras-vggface", "mediapipe",
    "mtcnn", "openface", "retina-face", "sface", "uniface",
}  # fmt: skip

SYMBOLS = re.compile(
    r"(recogni[sz]e|recogni[sz]er|embed(ding)?s?|face_?match|identif(y|ier|ication)_?face"
    r"|face_?id|gallery|probe_?face|same_?person|cosine|lookalike|biometric_?template)",
    re.IGNORECASE,
)
MODEL_FILES = {".tflite", ".onnx", ".pb", ".pt", ".pth", ".h5", ".caffemodel", ".dat", ".bin"}


def test_no_dependency_recognises():
    locked = set(re.findall(r"^([a-z0-9._-]+)==", _locks(), re.MULTILINE))
    installed = {dist.metadata["Name"].lower().replace("_", "-") for dist in distributions()}
    assert not (locked | installed) & PACKAGES


def _locks():
    return "\n".join(file.read_text() for file in (ROOT / "requirements").glob("*.lock"))


def test_model_files_are_those_that_find():
    known = {asset.name for asset in assets.ASSETS.values()}
    assert {name for name in known if Path(name).suffix in MODEL_FILES} == {
        "face_detection_short_range.tflite",
        "face_detection_full_range_sparse.tflite",
        "face_landmark.tflite",
        "iris_landmark.tflite",
        "selfie_segmentation.tflite",
        "centerface.onnx",
        "yunet_n_dynamic.onnx",
    }
    for file in assets.folder().iterdir():
        if file.name not in assets.DERIVED:
            asset = assets.ASSETS[file.name]  # a stray model file is a KeyError
            assets.verify(asset, file.read_bytes())


def test_the_model_of_eight_bits_is_made_of_the_published_one_alone(tmp_path):
    again = tmp_path / eight_bit.ASSET
    eight_bit.quantise(assets.path(assets.DERIVED[eight_bit.ASSET]), again)
    assert again.read_bytes() == assets.path(eight_bit.ASSET).read_bytes()


def test_no_model_file_is_in_the_tree():
    tracked = [p for p in (ROOT / "packages").rglob("*") if p.suffix in MODEL_FILES]
    assert not tracked


def test_no_symbol_recognises():
    found = []
    for file in sorted((ROOT / "packages").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            name = getattr(node, "name", None) or getattr(node, "id", None)
            name = name or getattr(node, "attr", None) or getattr(node, "arg", None)
            if isinstance(name, str) and SYMBOLS.search(name):
                found.append(f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} {name}")
    assert not found


def test_the_search_would_find_one():
    for name in ("recognise_face", "FaceEmbedding", "face_matcher", "same_person"):
        assert SYMBOLS.search(name)


def test_the_vocabulary_is_closed():
    assert set(Purpose) == {"decide-application", "produce-document", "appeal", "applicant-copy"}
