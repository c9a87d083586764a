"""`python -m bench.footage.calibrate`: the ranges of values inside CenterFace.

Written beside `habeas.faces`, as centerface-ranges.json, from frames of the clips that settings
are chosen on. Run again only when the model or its opening changes; then `habeas models install`.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
from onnxruntime.quantization import CalibrationDataReader

from bench.footage.clips import clips
from bench.footage.generate import make
from habeas.faces import assets, eight_bit
from habeas.faces._onnx import Input, tensor

#: Seeds of the clips, some of those that settings were chosen on.
_SEEDS = (1, 2, 3)
#: Which frames of each clip, and the longest side at which the network sees them, pixels.
_LOOKS = {60: 1440, 140: 960}


class _Pictures(CalibrationDataReader):  # type: ignore[misc]  # it comes without types
    def __init__(self) -> None:
        self._inputs = _inputs()

    def get_next(self) -> dict[str, Input] | None:
        return next(self._inputs, None)


def _inputs() -> Iterator[dict[str, Input]]:
    for seed in _SEEDS:
        for clip in clips(seed):
            path, _ = make(clip)
            with av.open(str(path)) as file:
                for number, frame in zip(
                    range(max(_LOOKS) + 1), file.decode(video=0), strict=False
                ):
                    if number not in _LOOKS:
                        continue
                    scale = _LOOKS[number] / max(frame.width, frame.height)
                    size = round(frame.width * scale), round(frame.height * scale)
                    rows = frame.reformat(*size, "rgb24").to_ndarray()
                    picture = np.asarray(rows, np.uint8).transpose(2, 0, 1)
                    yield {"input.1": tensor(picture, (0, 1, 2))}


def main() -> None:
    """Measure and write them."""
    eight_bit.RANGES.unlink(missing_ok=True)
    source = assets.path(assets.DERIVED[eight_bit.ASSET])
    eight_bit.quantise(source, assets.folder() / eight_bit.ASSET, pictures=_Pictures())


if __name__ == "__main__":
    main()
