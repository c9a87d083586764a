"""The port for detectors of small faces, and the choice of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol, assert_never, cast, get_args

import numpy as np
from numpy.typing import NDArray

from habeas.faces import assets
from habeas.faces._types import Sighting
from habeas.foundation.errors import HabeasError

DetectorName = Literal["yunet", "centerface"]
#: What people call each.
DETECTORS: Mapping[str, str] = {"yunet": "YuNet", "centerface": "CenterFace"}


class Detector(Protocol):
    """Finds faces of any size in one picture. Implementations may be called by many threads."""

    name: str
    #: How many threads may look at once without waste.
    parallel: int
    #: Whether it runs on a GPU: one that was asked for may not be there.
    gpu: bool

    def find(self, picture: NDArray[np.uint8], threshold: float) -> list[Sighting]:
        """All faces, surest first.

        Args:
            picture: 3 × height × width; red, green, blue, 0 to 255.
            threshold: least score, 0 to 1.
        """


class UnknownDetectorError(HabeasError):
    """A detector that does not exist here."""

    code = "unknown-detector"
    remedy = f"Choose one of auto, {', '.join(get_args(DetectorName))}."


def choose(name: str = "auto") -> DetectorName:
    """The detector meant by *name*; ``auto`` is YuNet where its file is, else CenterFace.

    Raises:
        UnknownDetectorError: there is none of that name.
    """
    if name == "auto":
        return "centerface" if assets.find("yunet_n_dynamic.onnx") is None else "yunet"
    if name not in get_args(DetectorName):
        raise UnknownDetectorError(f"There is no detector called {name!r}.")
    return cast("DetectorName", name)


def detector(name: str = "auto", *, gpu: bool = False, many: bool = False) -> Detector:
    """Load a detector.

    Args:
        name: a `DetectorName`, or ``auto``.
        gpu: run it on a GPU where ONNX Runtime can.
        many: for many videos at once, whose looks are taken side by side.

    Raises:
        UnknownDetectorError: there is none of that name.
        AssetMissingError: its model file is not installed.
    """
    return _code(choose(name))(gpu, many)


def load_detectors() -> None:
    """Load the code of every detector: a process that may open no files later does so first."""
    for name in get_args(DetectorName):
        _code(name)


def _code(name: DetectorName) -> Callable[[bool, bool], Detector]:
    """What makes the detector, on a GPU or for many videos, as `detector` is told."""
    # Each only when asked for: loading a runtime takes a good part of a second.
    if name == "yunet":
        from habeas.faces._yunet import YuNet  # noqa: PLC0415

        return lambda gpu, _: YuNet(gpu=gpu)
    if name == "centerface":
        from habeas.faces._centerface import CenterFace  # noqa: PLC0415

        return lambda gpu, many: CenterFace(gpu=gpu, many=many)
    assert_never(name)
