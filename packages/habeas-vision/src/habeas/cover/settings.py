"""What can be chosen about covering, and what each quality means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

from habeas import faces
from habeas.cover.errors import SettingsError

Shape = Literal["ellipse", "box"]
#: What is covered: the face, or the head with its hair.
Extent = Literal["faces", "heads"]
#: What becomes of the sound: left out, kept as it is, or made into noise of the same loudness.
Sound = Literal["none", "keep", "distort"]
#: Degrees by which stored pictures are turned clockwise, after what their file says of itself.
Turn = Literal[0, 90, 180, 270]
#: Called with frames done, seconds done, and seconds in all if known.
Progress = Callable[[int, float, float | None], None]


@dataclass(frozen=True)
class Zone:
    """A rectangle of the upright picture, in shares of its width and height (0 to 1)."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """``left,top,width,height`` in per cent of the picture.

        Raises:
            SettingsError: it is not that.
        """
        try:
            left, top, width, height = (float(each) / 100 for each in text.split(","))
        except ValueError as error:
            raise SettingsError(
                f"{text!r} is no zone.",
                "Give left,top,width,height in per cent of the picture, such as 0,50,30,50.",
            ) from error
        if not (0 <= left < 1 and 0 <= top < 1 and 0 < width <= 1 and 0 < height <= 1):
            raise SettingsError(
                f"The zone {text!r} lies outside of the picture.",
                "All four numbers are per cent of the picture, 0 to 100.",
            )
        return cls(left, top, width, height)


@dataclass(frozen=True)
class Quality:
    """How closely is looked.

    Attributes:
        side: longest side of the picture that the detector sees, pixels.
        interval: seconds from one look to the next, at most, where frames come as often; never
            more than 0.2, so that each frame is looked at where they come ten times a second.
        begin: score that begins a track; half of it continues one where it is expected.
        alone: score from which one single look makes a face.
        large: score of a face that takes much of the picture that is worth what `begin` is.
        most: times its size at which the detector sees a picture of few pixels.
        ahead: seconds of what comes after a frame that decide what is covered in it.
        again: a file's frames are decoded twice: they do not wait for that in memory.
    """

    side: int
    interval: float
    begin: float
    alone: float
    large: float
    most: float = 1.5
    ahead: float = 6.0
    again: bool = True

    def scale(self, longest: int) -> float:
        """At what share of its size a picture is looked at; *longest* is its longer side."""
        return min(self.most, self.side / longest)


#: Measured figures of each: docs/footage.md.
QUALITIES: dict[faces.DetectorName, dict[str, Quality]] = {
    "yunet": {
        "fast": Quality(1120, 0.16, 0.3, 0.6, 0.7, most=0.8, ahead=3.0, again=False),
        "balanced": Quality(1344, 0.135, 0.3, 0.6, 0.7, most=1.0),
        "thorough": Quality(1920, 0.08, 0.3, 0.6, 0.7, most=1.0),
    },
    "centerface": {
        "fast": Quality(1440, 0.16, 0.2, 0.4, 0.4),
        "balanced": Quality(1600, 0.16, 0.2, 0.4, 0.4),
        "thorough": Quality(1920, 0.12, 0.2, 0.4, 0.4),
    },
}


@dataclass(frozen=True)
class Encoding:
    """How the covered video is encoded.

    Attributes:
        preset: x264's preset.
        crf: x264's constant rate factor; lower is better and larger.
    """

    preset: str
    crf: int

    @property
    def x264(self) -> dict[str, str]:
        """Options of libx264, by libavcodec's names.

        B-frames stand where they always do instead of where a search would put them: on footage
        that saves room too (`docs/adr/0060`).
        """
        return {"preset": self.preset, "crf": str(self.crf), "b_strategy": "0"}

    @property
    def recorded(self) -> dict[str, str]:
        """The same for one of many cameras, whose encoders are all in memory at once.

        What x264 looks ahead at, and the pictures between which it does, take two thirds of its
        memory, and gain some hundredths in segments of some seconds: `docs/evaluation/fleet.md`.
        """
        return {**self.x264, "rc-lookahead": "1", "bf": "0"}


#: The pictures are about as good with each; those of ``fast`` take 13 to 46 % more room, and a
#: third less time.
ENCODINGS = {
    "fast": Encoding("superfast", 26),
    "balanced": Encoding("veryfast", 23),
    "thorough": Encoding("veryfast", 23),
}


@dataclass(frozen=True)
class Settings:
    """How a video is covered.

    Attributes:
        quality: ``fast``, ``balanced`` or ``thorough``.
        detector: a `habeas.faces.DetectorName`, or ``auto``.
        shape: of the cover.
        always: zones that are covered in every frame.
        never: zones in which a face (by its middle) is left as it is: a poster, a statue.
        gpu: detect on a GPU where there is one.
        sound: what becomes of it; voices identify people too.
        turn: degrees clockwise that bring the picture upright, where the file does not say so; 0
            to have it found.
        cover: ``faces`` or ``heads``.
        beyond: face heights by which covers are wider to each side, 0 to 2.
    """

    quality: str = "balanced"
    detector: str = "auto"
    shape: Shape = "ellipse"
    always: tuple[Zone, ...] = ()
    never: tuple[Zone, ...] = ()
    gpu: bool = False
    sound: Sound = "none"
    turn: Turn = 0
    cover: Extent = "faces"
    beyond: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what does not exist.

        Raises:
            SettingsError: quality, shape, sound, turn or what to cover is unknown.
        """
        if self.quality not in ENCODINGS:
            raise SettingsError(f"There is no quality called {self.quality!r}.")
        if self.shape not in ("ellipse", "box"):
            raise SettingsError(f"There is no shape called {self.shape!r}.")
        if self.sound not in ("none", "keep", "distort"):
            raise SettingsError(f"Sound cannot be {self.sound!r}: none, keep or distort.")
        if str(self.cover) == "people":
            raise SettingsError(
                "Whole people cannot be covered: no package index has a model that does it well.",
                "Choose heads, and widen covers with beyond; docs/adr/0066 says why.",
            )
        if self.cover not in ("faces", "heads"):
            raise SettingsError(f"{self.cover!r} cannot be covered: faces or heads.")
        if not 0 <= self.beyond <= 2:
            raise SettingsError(
                f"Covers cannot be wider by {self.beyond}.",
                "Say by how many face heights to each side, 0 to 2.",
            )
        if self.turn not in (0, 90, 180, 270):
            raise SettingsError(f"A picture cannot be turned by {self.turn}: 90, 180 or 270.")

    @property
    def look(self) -> Quality:
        """The quality's meaning for the detector that is used."""
        return QUALITIES[faces.choose(self.detector)][self.quality]

    @property
    def encoding(self) -> Encoding:
        """How the result is encoded."""
        return ENCODINGS[self.quality]

    def to_json(self) -> dict[str, Any]:
        """As JSON; `from_json` reads it."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Self:
        """The settings in *fields*."""
        zones = {name: tuple(Zone(**each) for each in fields[name]) for name in ("always", "never")}
        return cls(**{**fields, **zones})
