"""When a measure becomes advice, for each profile, and why there. Pure.

Scores go from 0 to 100; advice is given below the limit. No limit rests on how bright a face
is: under one light, skin colours differ by more than good and bad light do. Advice that would
only repeat another, or that its cause makes doubtful, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from habeas.portrait.assessment import Measure
from habeas.portrait.tuning import TUNING


@dataclass(frozen=True)
class Rule:
    """Below *limit* of *measure*, advise *code*.

    Attributes:
        measure: by name.
        limit: score below which advice is given.
        code: of the advice.
        child: whether it holds for small children too, who cannot be told to hold still.
        unless: codes beside which it is not said.
        also: a further measure and the score that it has to be below.
        least: score below which another rule speaks instead.
    """

    measure: str
    limit: int
    code: str
    child: bool = True
    unless: tuple[str, ...] = ()
    also: tuple[str, int] | None = None
    least: int = -1

    def broken(self, values: Mapping[str, Measure]) -> bool:
        """Whether *values* call for it, other advice apart."""
        low = self.least <= values[self.measure].score < self.limit
        return low and (self.also is None or values[self.also[0]].score < self.also[1])


#: What cannot be told of a face that is small, blurred, dark or turned.
_UNCLEAR = ("too-small", "blurred", "too-dark", "backlit", "turned", "several-faces")
#: A shadow's edge is a coarse shape, beside which fine detail looks little.
_SHADED = ("uneven-light", "shadow", "backlit", "too-dark")
_FRAMED = ("cut-off", "too-close", "several-faces")

#: In the order in which they are told: the most useful first.
_DEFAULT = (
    # A second face of a quarter of the first one's area is somebody beside.
    Rule("single_face", 75, "several-faces"),
    # Under about 45 pixels between the eyes a print of 35 × 45 mm shows its pixels.
    Rule("inter_eye_distance", 25, "too-small", unless=("several-faces",)),
    # Less than nothing of the head, or more hair than a parting's, touches the edge.
    Rule("head_inside", 50, "cut-off", unless=("several-faces",)),
    # The smallest frame that is taken is larger than the picture, or than the room on a side.
    Rule("room", 50, "too-close", unless=("cut-off", "several-faces")),
    Rule("room_above", 50, "little-above", unless=_FRAMED),
    Rule("room_below", 50, "little-below", unless=_FRAMED),
    Rule("room_aside", 50, "off-side", unless=_FRAMED),
    # The light on the face is less than a tenth of white; and two stops less than elsewhere.
    Rule("face_light", 50, "backlit", also=("backlight", 50)),
    Rule("face_light", 50, "too-dark", unless=("backlit",)),
    # More than 3 % of the face without any drawing left.
    Rule("over_exposure", 24, "too-bright"),
    # Blur that people see in a print; set on graded blur, so that clean pictures never fall.
    Rule("detail", 30, "blurred", unless=("drawing", "turned", "too-small", *_SHADED)),
    # A quarter of the light on one side of the face.
    Rule("light_balance", 50, "uneven-light", unless=("turned",)),
    # A fifth of the light on some part of the face.
    Rule("shade", 50, "shadow", unless=("uneven-light", "too-dark", "backlit", "turned")),
    # One hue all over: of no colour at all, or of one.
    Rule("hues", 50, "black-and-white", also=("tint", 50), unless=("too-dark", "backlit")),
    Rule("hues", 50, "tinted", unless=("black-and-white", "too-dark", "backlit")),
    # Every part of the face further from any skin than in any clean portrait.
    Rule("skin_colour", 60, "odd-colours", unless=("black-and-white", "tinted")),
    # 100 cos²: 25 degrees aside, 25 up or down. Below that, officers have no trouble.
    Rule("yaw", 82, "turned", child=False),
    Rule("pitch", 82, "tilted", child=False),
    # The crop turns the head upright; beyond 15 degrees shoulders look odd.
    Rule("roll", 93, "sideways", child=False),
    # Lids down to a third of the eye; narrow eyes are open and dark.
    Rule("eye_openness", 50, "eyes-closed", child=False, unless=(*_UNCLEAR, "drawing")),
    # Closed lips reach 0.09 of T in some groups: only clearly open mouths.
    Rule("mouth_closed", 72, "mouth-open", child=False),
    # Dots or moiré all over the face; areas of one value in it.
    Rule("screen", 50, "screen", unless=("compressed",)),
    Rule("drawing", 50, "drawing", unless=("compressed",)),
    # A face of a twentieth to a quarter of the area: a person behind, or a picture.
    Rule("single_face", 95, "small-face", least=75),
    # Things behind the head, within the frame.
    Rule("plain_background", 50, "busy-background"),
    # Blocks that people see.
    Rule("blockiness", 40, "compressed"),
)

#: `icao` asks for more pixels, straighter heads and a neutral expression (ICAO Doc 9303-3).
_STRICTER = {"inter_eye_distance": 70, "yaw": 96, "pitch": 93, "roll": 98}
_ICAO = (
    *(replace(rule, limit=_STRICTER.get(rule.measure, rule.limit)) for rule in _DEFAULT),
    # A mouth wider than the pupils are apart: only broad smiles.
    Rule("smile", 50, "smiling", child=False, unless=("mouth-open",)),
)

PROFILES: dict[str, tuple[Rule, ...]] = {"default": _DEFAULT, "icao": _ICAO}


def advise(
    values: Mapping[str, Measure], profile: str = "default", *, child: bool = False
) -> list[str]:
    """The codes of what would make a photo better, at most three, the most useful first."""
    broken = [
        rule for rule in PROFILES[profile] if rule.broken(values) and (rule.child or not child)
    ]
    codes = {rule.code for rule in broken}
    said = dict.fromkeys(rule.code for rule in broken if not codes & set(rule.unless))
    return list(said)[: TUNING.advice]


def limits(profile: str) -> dict[str, int]:
    """Below which score of each measure *profile* gives advice."""
    return {rule.measure: rule.limit for rule in reversed(PROFILES[profile])}
