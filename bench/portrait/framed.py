"""Defects of framing, size and company."""

from __future__ import annotations

from PIL import Image

from bench.portrait.clean import Clean, border, save
from habeas.portrait.tuning import TUNING


def roll(clean: Clean, degrees: float) -> bytes:
    turned = clean.image.rotate(
        degrees, Image.Resampling.BICUBIC, center=clean.eyes, fillcolor=border(clean.image)
    )
    return save(turned)


def crop(clean: Clean, share: float) -> bytes:
    """That share of the frame's half is outside on one side; the rest of the picture is wide."""
    width = clean.frame[0]
    left = clean.eyes[0] - width / 2 * (1 - share)
    wide = clean.image.width + int(width)
    canvas = Image.new("RGB", (wide, clean.image.height), border(clean.image))
    canvas.paste(clean.image, (0, 0))
    return save(canvas.crop((int(left), 0, wide, clean.image.height)))


def large(clean: Clean, room: float) -> bytes:
    """Zoomed in until the picture has *room* of what the frame needs."""
    width, height = (each * room for each in clean.frame)
    x, y = clean.eyes
    left, top = int(x - width / 2), int(y - height * TUNING.eyes_from_top)
    return save(clean.image.crop((left, top, int(x + width / 2), int(y + height * 0.55))))


def small(clean: Clean, ied: float) -> bytes:
    """Far away: the same picture size, with the eyes *ied* pixels apart."""
    scale = ied / clean.ied
    size = (round(clean.image.width * scale), round(clean.image.height * scale))
    canvas = Image.new("RGB", clean.image.size, border(clean.image))
    at = ((canvas.width - size[0]) // 2, (canvas.height - size[1]) // 2)
    canvas.paste(clean.image.resize(size, Image.Resampling.LANCZOS), at)
    return save(canvas)


def tiny(clean: Clean, ied: float) -> bytes:
    scale = ied / clean.ied
    size = (round(clean.image.width * scale), round(clean.image.height * scale))
    return save(clean.image.resize(size, Image.Resampling.LANCZOS))


def second(clean: Clean, size: float) -> bytes:
    """Somebody else beside, of that size."""
    if not size:
        return save(clean.image)
    width, height = clean.image.size
    canvas = Image.new("RGB", (int(width * 1.8), height), border(clean.image))
    canvas.paste(clean.image, (0, 0))
    other = clean.other.resize((round(width * size), round(height * size)))
    part = other.crop((other.width // 5, 0, other.width * 4 // 5, other.height))
    canvas.paste(part, (int(width * 0.95), height - part.height))
    return save(canvas)


def above(clean: Clean, room: float) -> bytes:
    """Cut from above: the eyes have *room* above them, in T."""
    top = clean.eyes[1] - room * clean.landmarks.height
    return save(clean.image.crop((0, max(0, int(top)), *clean.image.size)))


def below(clean: Clean, room: float) -> bytes:
    """Cut from below: the eyes have *room* below them, in T."""
    bottom = clean.eyes[1] + room * clean.landmarks.height
    width, height = clean.image.size
    return save(clean.image.crop((0, 0, width, min(height, int(bottom)))))
