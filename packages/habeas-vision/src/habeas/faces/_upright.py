"""Which way up a picture is, by the faces in it.

Detectors of upright faces still find faces that are turned, but are less sure of them, and
give their eyes where they are. So a picture is looked at in up to four turns, and the turn
counts in which the faces with level eyes are surest. It is a decision over detections alone:
any source of them will do, single pictures of a video too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from habeas.faces._types import Face
from habeas.faces.tuning import TUNING

#: Quarter turns, degrees counter-clockwise, that make a picture upright.
TURNS = (0, 90, 180, 270)


def lean(face: Face) -> float:
    """How far the line of the eyes leans, degrees clockwise; 0 for level, 180 for upside down."""
    across = face.points[1] - face.points[0]
    return math.degrees(math.atan2(float(across[1]), float(across[0])))


def is_sure(faces: Sequence[Face]) -> bool:
    """Whether *faces* of a picture as it is leave no doubt that it is upright."""
    return any(
        face.score >= TUNING.sure_score and abs(lean(face)) <= TUNING.level for face in faces
    )


def evidence(faces: Sequence[Face]) -> float:
    """How much speaks for a turn in which these were found: scores of faces with level eyes.

    Of two boxes that meet only the surer counts, and each by its size beside the largest, so
    that one large face outweighs what may be seen into the folds of a curtain.
    """
    largest = max((face.box.area for face in faces), default=0.0)
    counted: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.score):
        alone = all(face.box.overlap(other.box) == 0 for other in counted)
        if abs(lean(face)) <= TUNING.level and alone:
            counted.append(face)
    return sum(face.score * math.sqrt(face.box.area / largest) for face in counted)


def ways_up(looks: Mapping[int, Sequence[Face]]) -> list[int]:
    """Quarter turns, degrees counter-clockwise, the likeliest to make the picture upright first.

    The picture as it is comes before turns for which hardly more speaks.

    Args:
        looks: what was found in the picture after each turn; 0 is the picture as it is. Turns
            that were not looked at, or in which no face has level eyes, are left out.
    """
    told = {turn: evidence(faces) for turn, faces in looks.items()}
    if 0 in told:
        told[0] += TUNING.turn_margin
    seen = [turn for turn in told if evidence(looks[turn])]
    return sorted(seen, key=lambda turn: -told[turn])


def way_up(looks: Mapping[int, Sequence[Face]]) -> int:
    """The quarter turn that makes the picture upright; 0 where nothing speaks for any."""
    return next(iter(ways_up(looks)), 0)
