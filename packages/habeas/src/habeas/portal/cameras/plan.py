"""A plan of where cameras stand: points on a plain grid of latitude and longitude.

Equirectangular: at the size of a city nothing looks different in another projection. Pure:
positions in, a drawing's coordinates out; no map of anybody else's is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

WIDTH = 400.0
_MARGIN = 34.0
_HEIGHTS = (220.0, 460.0)
#: A plan never shows less than this, so that one camera has surroundings; degrees.
_LEAST = 0.004
#: Size of a name's letters on the plan, generously, to keep names off each other.
_LETTER, _LINE, _DEGREE = 8.2, 17.0, 6.2
#: Of a point, with its rim.
_RADIUS = 13.0
#: Left, top, right, bottom.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Point:
    """One camera. `anchor` is empty where there is no room for its name."""

    number: int
    x: float
    y: float
    name: str
    href: str
    text_x: float = 0.0
    text_y: float = 0.0
    anchor: str = ""


@dataclass(frozen=True)
class Line:
    """A line of the grid: where on its axis, and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Ground:
    """A picture of the city, straight, as a plan is drawn.

    Attributes:
        north, south, west, east: its edges, degrees, WGS 84.
        width, height: its size in pixels.
    """

    north: float
    south: float
    west: float
    east: float
    width: int
    height: int


@dataclass(frozen=True)
class Plan:
    """A drawing of `width` × `height` units, north up."""

    width: float
    height: float
    points: tuple[Point, ...]
    meridians: tuple[Line, ...]
    parallels: tuple[Line, ...]
    ground: bool = False


def draw(cameras: Sequence[tuple[float, float, str, str]], ground: Ground | None = None) -> Plan:
    """The plan of *cameras*: latitude and longitude (degrees), name, address of the page.

    Args:
        cameras: at least one.
        ground: a picture that lies under it, and says what is shown.
    """
    if ground is not None:
        return _on_ground(cameras, ground)
    south, north = _range([each[0] for each in cameras])
    west, east = _range([each[1] for each in cameras])
    shrink = max(0.02, math.cos(math.radians((south + north) / 2)))
    inner = WIDTH - 2 * _MARGIN
    wanted = inner * (north - south) / ((east - west) * shrink) + 2 * _MARGIN
    height = round(min(max(wanted, _HEIGHTS[0]), _HEIGHTS[1]), 1)
    scale = min(inner / ((east - west) * shrink), (height - 2 * _MARGIN) / (north - south))
    middle_x, middle_y = (west + east) / 2, (south + north) / 2

    def x_of(longitude: float) -> float:
        return round(WIDTH / 2 + (longitude - middle_x) * shrink * scale, 1)

    def y_of(latitude: float) -> float:
        return round(height / 2 - (latitude - middle_y) * scale, 1)

    points = [
        Point(number, x_of(longitude), y_of(latitude), name, href)
        for number, (latitude, longitude, name, href) in enumerate(cameras, start=1)
    ]
    points = _apart(points, height)
    half_x, half_y = WIDTH / 2 / (shrink * scale), height / 2 / scale
    meridians = _lines(middle_x - half_x, middle_x + half_x, x_of, "EW")
    parallels = _lines(middle_y - half_y, middle_y + half_y, y_of, "NS")
    # The grid says its degrees where they are in nobody's way.
    columns = [_beside(each, (each.at + 3, height - 15), points) for each in meridians]
    lines = [_beside(each, (4, each.at - 14), points) for each in parallels]
    return Plan(WIDTH, height, tuple(_named(points, height)), tuple(columns), tuple(lines))


def _on_ground(cameras: Sequence[tuple[float, float, str, str]], ground: Ground) -> Plan:
    height = round(WIDTH * ground.height / ground.width, 1)
    points = [
        Point(
            number,
            round(WIDTH * (longitude - ground.west) / (ground.east - ground.west), 1),
            round(height * (ground.north - latitude) / (ground.north - ground.south), 1),
            name,
            href,
        )
        for number, (latitude, longitude, name, href) in enumerate(cameras, start=1)
    ]
    named = _named(_apart(points, height), height)
    return Plan(WIDTH, height, tuple(named), (), (), ground=True)


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    if high - low < _LEAST:
        low, high = (low + high - _LEAST) / 2, (low + high + _LEAST) / 2
    return low, high


def _lines(
    low: float, high: float, place: Callable[[float], float], letters: str
) -> tuple[Line, ...]:
    raw = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= raw)
    digits = max(0, -math.floor(math.log10(step)))
    first = math.ceil(low / step)
    found = []
    for number in range(first, math.floor(high / step) + 1):
        value = number * step
        label = f"{abs(value):.{digits}f}° {letters[value < 0]}"
        found.append(Line(place(value), label))
    return tuple(found)


def _beside(line: Line, corner: tuple[float, float], points: Sequence[Point]) -> Line:
    """The same line, without its words where a point or the edge is in their way."""
    left, top = corner
    box = (left, top, left + _DEGREE * len(line.label), top + 12)
    free = box[2] <= WIDTH and not any(_overlap(box, _around(each)) for each in points)
    return line if free else Line(line.at, "")


def _around(point: Point) -> Box:
    return (point.x - _RADIUS, point.y - _RADIUS, point.x + _RADIUS, point.y + _RADIUS)


def _apart(points: Sequence[Point], height: float) -> list[Point]:
    """Points that would hide each other, side by side: a few metres matter less than a number."""
    places = [[each.x, each.y] for each in points]
    for _ in range(30):
        for one, first in enumerate(places):
            for second in places[one + 1 :]:
                across, down = second[0] - first[0], second[1] - first[1]
                distance = math.hypot(across, down)
                if distance >= 2 * _RADIUS:
                    continue
                if distance == 0:
                    across, distance = 1.0, 1.0
                push = (2 * _RADIUS - distance) / 2 / distance
                first[0], first[1] = first[0] - across * push, first[1] - down * push
                second[0], second[1] = second[0] + across * push, second[1] + down * push
        for place in places:
            place[0] = min(max(place[0], _RADIUS), WIDTH - _RADIUS)
            place[1] = min(max(place[1], _RADIUS), height - _RADIUS)
    return [
        replace(each, x=round(x, 1), y=round(y, 1))
        for each, (x, y) in zip(points, places, strict=True)
    ]


def _named(points: list[Point], height: float) -> list[Point]:
    """Give each point a place for its name: right, left, above or below; none if all is taken."""
    taken = [_around(each) for each in points]
    named = []
    for point in points:
        long = len(point.name) * _LETTER
        choices = [
            ("start", point.x + 17, point.y + 5, point.x + 15),
            ("end", point.x - 17, point.y + 5, point.x - 15 - long),
            ("middle", point.x, point.y - 18, point.x - long / 2),
            ("middle", point.x, point.y + 29, point.x - long / 2),
        ]
        found = point
        for anchor, x, y, left in choices:
            box = (left, y - _LINE + 4, left + long, y + 4)
            inside = box[0] >= 2 and box[2] <= WIDTH - 2 and box[1] >= 2 and box[3] <= height - 2
            if inside and not any(_overlap(box, each) for each in taken):
                taken.append(box)
                found = replace(point, text_x=round(x, 1), text_y=round(y, 1), anchor=anchor)
                break
        named.append(found)
    return named


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
