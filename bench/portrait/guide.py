"""`python -m bench.portrait.guide`: the twelve commonest advices on drawn faces, as a page.

Writes docs/advice.en.html and docs/advice.ru.html: each with the words that people are told,
and a picture of what they mean. The faces are drawn; nobody's picture is in it.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from html import escape
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from bench.portrait.drawn import SIZE, Look, draw
from bench.portrait.examples import shelves
from habeas.portrait.words import LANGUAGES, words

DOCS = Path(__file__).resolve().parents[2] / "docs"
_DARK = Look(skin=(112, 76, 56), hair=(28, 22, 20))
_PALE = Look(skin=(232, 190, 164), hair=(150, 104, 60))
_TITLES = {
    "en": ("What we may tell you about your photo",
           "The faces are drawn. Advice never stops you: you can always use your photo.",
           "A photo that will do"),
    "ru": ("Что мы можем сказать о вашем фото",
           "Лица нарисованы. Совет ни к чему не обязывает: фото всегда можно использовать.",
           "Такое фото подойдёт"),
    "pl": ("Co możemy powiedzieć o twoim zdjęciu",
           "Twarze są rysowane. Rada niczego nie zabrania: zdjęcia zawsze można użyć.",
           "Takie zdjęcie się nada"),
}  # fmt: skip
_STYLE = """
body { font: 19px/1.35 system-ui, sans-serif; color: #0b0c0c; margin: 0 auto; max-width: 1020px;
  padding: 16px 16px 48px }
h1 { font-size: 32px; margin: 16px 0 }
ul { list-style: none; padding: 0; margin: 0; display: grid; gap: 32px 28px;
  grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)) }
img { width: 100%; height: auto; display: block; border: 1px solid #b1b4b6 }
h2 { font-size: 19px; margin: 10px 0 4px } p { margin: 0 }
.good img { border: 4px solid #00703c } .good h2 { color: #005a30 }
"""


def _lit(image: Image.Image, factor: float) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(factor)


def _backlit(look: Look) -> Image.Image:
    """A bright window, and the person dark before it."""
    key = Look(**{**vars(look), "wall": (0, 255, 0)})
    mask = np.asarray(draw(key)).astype(int)
    wall = (mask[..., 1] > 200) & (mask[..., 0] < 90)
    dark = np.asarray(_lit(draw(look), 0.22)).copy()
    dark[wall] = (252, 252, 250)
    return Image.fromarray(dark)


def _one_side(image: Image.Image) -> Image.Image:
    x = np.arange(image.width) / image.width
    light = 0.14 + 0.86 / (1 + np.exp(-(x - 0.5) / 0.035))
    return Image.fromarray((np.asarray(image) * light[None, :, None]).astype(np.uint8))


def _two(first: Look, second: Look) -> Image.Image:
    canvas = Image.new("RGB", (SIZE[0] * 2 - 60, SIZE[1]), first.wall)
    canvas.paste(draw(first).crop((10, 0, 250, 360)), (0, 0))
    canvas.paste(draw(second).crop((10, 0, 270, 360)), (240, 0))
    return canvas


def _small(look: Look) -> Image.Image:
    """Far away, in few pixels."""
    canvas = Image.new("RGB", SIZE, look.wall)
    canvas.paste(draw(look).resize((56, 72)), (112, 288))
    return canvas.resize((93, 120)).resize(SIZE, Image.Resampling.NEAREST)


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "busy-background": lambda: draw(wall=shelves(SIZE)),
    "too-small": lambda: _small(_DARK),
    "turned": lambda: draw(Look(aside=0.95)),
    "cut-off": lambda: draw(_PALE).crop((42, 108, 238, 360)),
    "too-close": lambda: draw(_DARK).crop((70, 78, 210, 258)),
    "sideways": lambda: draw(_PALE).rotate(
        22, Image.Resampling.BICUBIC, center=(140, 200), fillcolor=_PALE.wall
    ),
    "blurred": lambda: draw(_DARK).filter(ImageFilter.GaussianBlur(7)),
    "mouth-open": lambda: draw(Look(mouth=0.9)),
    "eyes-closed": lambda: draw(Look(**{**vars(_DARK), "open_eyes": 0.0})),
    "uneven-light": lambda: _one_side(draw(_PALE)),
    "backlit": lambda: _backlit(Look()),
    "several-faces": lambda: _two(_DARK, _PALE),
}


def _figure(image: Image.Image) -> str:
    canvas = Image.new("RGB", SIZE, (243, 242, 241))
    image = image.copy()
    scale = min(SIZE[0] / image.width, SIZE[1] / image.height)
    image = image.resize((round(image.width * scale), round(image.height * scale)))
    canvas.paste(image, ((SIZE[0] - image.width) // 2, (SIZE[1] - image.height) // 2))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=80)
    data = base64.b64encode(out.getvalue()).decode()
    return f'<img src="data:image/jpeg;base64,{data}" width="{SIZE[0]}" height="{SIZE[1]}" alt="">'


def page(language: str) -> str:
    """The page in *language*."""
    title, key, good = (escape(each) for each in _TITLES[language])
    items = [f'<li class="good">{_figure(draw())}<h2>{good}</h2></li>']
    for code, made in PICTURES.items():
        cause, remedy = (escape(each) for each in words(code, language))
        items.append(f"<li>{_figure(made())}<h2>{cause}</h2><p>{remedy}</p></li>")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n<h1>{title}</h1>\n<p>{key}</p>\n<br>\n<ul>\n"
        + "\n".join(items)
        + "\n</ul>\n</html>\n"
    )


def make(folder: Path = DOCS) -> None:
    """Write the page in each language."""
    for language in LANGUAGES:
        (folder / f"advice.{language}.html").write_text(page(language))


if __name__ == "__main__":
    make()
