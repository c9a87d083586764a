"""When a measure becomes advice, for each profile, and why there.

Scores from 0 to 100; advice is given below the limit. No limit rests on how bright a
face is: under one light, skin colours differ by more than good and bad light do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Rule:
    """Below *limit* of *measure*, advise *code*. Lower *rank* is told first."""

    measure: str
    limit: int
    code: str
    rank: int
    #: Relaxed for small children, who cannot be told to hold still.
    child: bool = True


_DEFAULT = (
    # A second face of a quarter of the first one's area is a person, not a picture behind.
    Rule("single_face", 75, "several-faces", 0),
    # Under about 45 pixels between the eyes a print of 35 × 45 mm shows its pixels.
    Rule("inter_eye_distance", 25, "too-small", 1),
    # The frame is larger than the picture: arm's length was too near.
    Rule("room", 50, "too-close", 2),
    # The frame would fit, were the head in the middle.
    Rule("centring", 50, "cut-off", 3),
    # The brightest hundredth of the whole picture has less than a sixth of white.
    Rule("highlights", 50, "too-dark", 4),
    # More than 3 % of the face without any drawing left.
    Rule("over_exposure", 24, "too-bright", 5),
    # Blur that people see in a print; set on graded blur, so that clean pictures never fall.
    Rule("sharpness", 30, "blurred", 6),
    # Half the light on one cheek.
    Rule("light_balance", 60, "uneven-light", 7),
    # Cheeks further from any skin than any clean portrait of the evaluation.
    Rule("natural_colour", 75, "colour-cast", 8),
    # 100 cos²: 25 degrees aside, 25 up or down. Below that, officers have no trouble.
    Rule("yaw", 82, "turned", 9, child=False),
    Rule("pitch", 82, "tilted", 10, child=False),
    # The crop turns the head upright; beyond 15 degrees shoulders look odd.
    Rule("roll", 93, "sideways", 11, child=False),
    # Narrow eyes are not closed eyes: only lids that touch.
    Rule("eyes_open", 8, "eyes-closed", 12, child=False),
    # Closed lips reach 0.09 of T in some groups: only clearly open mouths.
    Rule("mouth_closed", 72, "mouth-open", 13, child=False),
    # Edges all over the background, as of shelves or leaves.
    Rule("background_uniformity", 40, "busy-background", 14),
    # Blocks that people see.
    Rule("compression", 40, "compressed", 15),
)

#: `icao` asks for more pixels, straighter heads and a neutral expression (ICAO Doc 9303-3).
_STRICTER = {"inter_eye_distance": 70, "yaw": 96, "pitch": 93, "roll": 98}
_ICAO = (
    *(replace(rule, limit=_STRICTER.get(rule.measure, rule.limit)) for rule in _DEFAULT),
    # A mouth wider than the pupils are apart: only broad smiles.
    Rule("expression", 50, "smiling", 13, child=False),
)

PROFILES: dict[str, tuple[Rule, ...]] = {"default": _DEFAULT, "icao": _ICAO}


def limits(profile: str) -> dict[str, int]:
    """Below which score of each measure *profile* gives advice."""
    return {rule.measure: rule.limit for rule in PROFILES[profile]}
