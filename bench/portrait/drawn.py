"""A drawn face, for pages that show what an advice means: nobody's picture."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

#: Width and height of a drawing, pixels.
SIZE = (280, 360)
_SCALE = 3


@dataclass(frozen=True)
class Look:
    """How the drawn person looks.

    Attributes:
        skin: of the face.
        hair: of the hair.
        wall: behind.
        open_eyes: 0 shut, 1 open.
        mouth: 0 closed, 1 wide open.
        aside: how far the face is turned, -1 to 1.
    """

    skin: tuple[int, int, int] = (198, 148, 116)
    hair: tuple[int, int, int] = (58, 40, 32)
    wall: tuple[int, int, int] = (214, 218, 221)
    open_eyes: float = 1.0
    mouth: float = 0.0
    aside: float = 0.0


def draw(look: Look | None = None, wall: Image.Image | None = None) -> Image.Image:
    """The person in front of a wall, or of what stands there."""
    look = look or Look()
    size = (SIZE[0] * _SCALE, SIZE[1] * _SCALE)
    image = wall.resize(size) if wall else Image.new("RGB", size, look.wall)
    pen = _Pen(ImageDraw.Draw(image))
    dark = _mixed(look.skin, (60, 20, 10), 0.35)
    pen.ellipse(140, 400, 128, 112, (52, 84, 120))  # shoulders
    pen.ellipse(140, 152, 78, 92, look.hair)
    pen.box(114, 210, 166, 300, _mixed(look.skin, dark, 0.5))
    pen.ellipse(140, 292, 40, 24, _mixed(look.skin, dark, 0.25))
    pen.ellipse(140, 168, 62, 84, look.skin)
    for side in (-1, 1):
        pen.ellipse(140 + side * 63, 172, 9, 16, _mixed(look.skin, dark, 0.3))
    pen.ellipse(140, 102, 64, 34, look.hair)
    shift = 20 * look.aside
    for side in (-1, 1):
        _eye(pen, 140 + side * 25 + shift, look, dark)
    pen.line([(140 + shift, 165), (137 + 1.5 * shift, 192), (146 + 1.2 * shift, 194)], dark, 3)
    _mouth(pen, 140 + shift, look)
    return image.resize(SIZE, Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.4))


class _Pen:
    """Draws in pixels of the finished picture."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: tuple[int, ...]) -> None:
        self._draw.ellipse([v * _SCALE for v in (x - rx, y - ry, x + rx, y + ry)], fill=fill)

    def box(
        self, left: float, top: float, right: float, bottom: float, fill: tuple[int, ...]
    ) -> None:
        self._draw.rectangle([v * _SCALE for v in (left, top, right, bottom)], fill=fill)

    def line(self, points: list[tuple[float, float]], fill: tuple[int, ...], width: int) -> None:
        at = [(x * _SCALE, y * _SCALE) for x, y in points]
        self._draw.line(at, fill=fill, width=width * _SCALE, joint="curve")

    def arc(self, x: float, y: float, rx: float, ry: float, fill: tuple[int, ...]) -> None:
        box = [v * _SCALE for v in (x - rx, y - ry, x + rx, y + ry)]
        self._draw.arc(box, 20, 160, fill=fill, width=3 * _SCALE)


def _eye(pen: _Pen, x: float, look: Look, dark: tuple[int, ...]) -> None:
    pen.line([(x - 14, 136), (x, 131), (x + 14, 136)], look.hair, 4)
    if look.open_eyes:
        pen.ellipse(x, 152, 13, 7.5 * look.open_eyes, (245, 243, 240))
        pen.ellipse(x + 6 * look.aside, 152, 6, 6.5 * look.open_eyes, (70, 48, 36))
        pen.ellipse(x + 6 * look.aside, 152, 3, 3, (15, 12, 12))
    else:
        pen.arc(x, 149, 13, 6, dark)


def _mouth(pen: _Pen, x: float, look: Look) -> None:
    lips = _mixed(look.skin, (160, 40, 50), 0.55)
    pen.ellipse(x, 217, 21, 6 + 14 * look.mouth, lips)
    if look.mouth:
        pen.ellipse(x, 217, 16, 13 * look.mouth, (50, 14, 18))
    else:
        pen.line([(x - 19, 217), (x, 218), (x + 19, 217)], _mixed(lips, (40, 0, 0), 0.4), 2)


def _mixed(a: tuple[int, ...], b: tuple[int, ...], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return red, green, blue
