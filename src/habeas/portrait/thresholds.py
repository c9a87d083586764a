"""When a measure becomes advice, for each profile, and why there.

Scores from 0 to 100; advice is given below the limit. No limit rests on how bright a
face is: under one light, skin colours differ by more than good and bad light do.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    # Less than 0.7 eye distances beside an eye: an ear is outside.
    Rule("left_crop", 12, "cut-off", 2),
    Rule("right_crop", 12, "cut-off", 2),
    # Less than 1.05 T above the eyes cuts the hair line, 1.15 T below them the chin.
    Rule("margin_above", 3, "cut-off", 2),
    # Less than a tenth of an eye distance of slack around the frame: arm's length was too near.
    Rule("frame", 50, "too-close", 3),
    # Blur that people see in a print; set on graded blur, so that clean pictures never fall.
    Rule("sharpness", 35, "blurred", 4),
    # More than three quarters of the picture black: nobody could judge it.
    Rule("black_share", 50, "too-dark", 5),
    # More than 8 % of the face without any drawing left.
    Rule("over_exposure", 11, "too-bright", 6),
    # Half the light on one cheek.
    Rule("light_balance", 50, "uneven-light", 7),
    # 100 cos²: 25 degrees aside, 25 up or down. Below that, officers have no trouble.
    Rule("yaw", 82, "turned", 8, child=False),
    Rule("pitch", 82, "tilted", 9, child=False),
    # Narrow eyes are not closed eyes: only lids that touch.
    Rule("eyes_open", 8, "eyes-closed", 10, child=False),
    # Closed lips reach 0.09 of T in some groups: only clearly open mouths.
    Rule("mouth_closed", 72, "mouth-open", 11, child=False),
)

#: `icao` asks for more pixels and straighter heads, as travel documents do (ICAO 9303).
_ICAO = tuple(
    Rule(
        rule.measure,
        {"inter_eye_distance": 70, "yaw": 96, "pitch": 93}.get(rule.measure, rule.limit),
        rule.code,
        rule.rank,
        rule.child,
    )
    for rule in _DEFAULT
)

PROFILES: dict[str, tuple[Rule, ...]] = {"default": _DEFAULT, "icao": _ICAO}
