"""What is around a face: the person, and the background that is kept with them.

Backgrounds are judged where the product's frame is, not in the whole picture: a shelf that the
crop leaves out is nobody's concern. Where the background is by geometry alone, beside and
above a head, it is looked at first; only if something is there has the person to be told from
it, which costs a model.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from habeas import faces
from habeas.faces import Landmarks
from habeas.portrait import texture
from habeas.portrait.assessment import Measure
from habeas.portrait.tuning import TUNING

Mask = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The part of a picture around one face.

    Attributes:
        image: upright.
        landmarks: of the face.
    """

    image: Image.Image
    landmarks: Landmarks

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, pixels of the picture: the frame, and more aside."""
        t = self.landmarks.height
        x, y = (float(each) for each in self.landmarks.eye_midpoint)
        left = max(0, int(x - TUNING.around_aside * t))
        top = max(0, int(y - TUNING.around_above * t))
        right = min(self.image.width, int(x + TUNING.around_aside * t) + 1)
        bottom = min(self.image.height, int(y + TUNING.around_below * t) + 1)
        return left, top, max(right, left + 1), max(bottom, top + 1)

    @cached_property
    def _part(self) -> tuple[Image.Image, float]:
        """The part, no larger than models and measures need, and its pixels for one T."""
        left, top, right, bottom = self.box
        times = max(1, int(self.landmarks.height / TUNING.around_pixels))
        times = min(times, right - left, bottom - top)
        part = self.image.reduce(times, self.box) if times > 1 else self.image.crop(self.box)
        return part, self.landmarks.height / times

    @cached_property
    def person(self) -> Mask:
        """Where the person is: 256 × 256 over `box`, 0 to 255."""
        return (faces.find_person(self._part[0]) * 255).astype(np.uint8)

    def plain_background(self) -> Measure:
        """See `texture.plain_background`."""
        grey = self._grey()
        beside = self._surely_background(grey.shape)
        if beside.mean() >= TUNING.least_background:
            first = texture.plain_background(grey, beside)
            if first.score >= TUNING.surely_plain:
                return first
        return texture.plain_background(grey, self._background(grey.shape))

    def _grey(self) -> NDArray[np.float32]:
        part, t = self._part
        step = TUNING.background_pixels / t
        size = (max(8, round(part.width * step)), max(8, round(part.height * step)))
        small = part.resize(size, Image.Resampling.BOX, reducing_gap=1.0)
        return np.asarray(small.convert("L"), np.float32)

    def _surely_background(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """True beside and above the room that heads and shoulders take."""
        left, top, right, bottom = self.box
        x, y = (float(each) for each in self.landmarks.eye_midpoint)
        t = self.landmarks.height
        columns = (np.linspace(left, right, shape[1]) - x) / t
        rows = (np.linspace(top, bottom, shape[0]) - y) / t
        aside = (np.abs(columns) > TUNING.surely_aside)[None] & (rows < TUNING.surely_below)[
            :, None
        ]
        return aside | (rows < -TUNING.surely_above)[:, None]

    def _background(self, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """True where the part surely does not show the person; nowhere if little is left."""
        seen = Image.fromarray(
            np.where(self.person >= TUNING.person * 255, 255, 0).astype(np.uint8)
        )
        # Hair reaches a little further than the mask, and its edges are not the background's:
        # a mean over a mask that knows only 0 and 255 is above 0 wherever the person is near.
        mask = seen.resize((shape[1], shape[0]), Image.Resampling.BOX).filter(
            ImageFilter.BoxBlur(1)
        )
        background = np.asarray(mask) == 0
        enough = background.mean() > TUNING.least_background
        return background if enough else np.zeros_like(background)
