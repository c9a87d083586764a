"""Which sighting continues which track, and where that is doubtful.

Each pair has a log likelihood ratio: that the sighting is of that person, against that it is of
somebody new or of nobody (Blackman and Popoli 1999, section 6.2; Bar-Shalom, Li and Kirubarajan
2001). The best pairs are taken, and every other way to pair that is nearly as likely is told as
well: both are covered, instead of choosing (Reid 1979, with all hypotheses kept that matter).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from habeas.cover._head import Filter, Seen, State


@dataclass(frozen=True)
class Chances:
    """How likely what is.

    Attributes:
        found: probability that a look finds a face that is there.
        glimpse: seconds for which somebody who was seen once counts as seen.
        new: clear sightings of people who are new, or of nobody, expected in a look on each square
            face height and unit of the logarithm of size.
        faint: the same of faint sightings, which are mostly of nobody.
        gate: squared Mahalanobis distance (place and size, three dimensions) from which a sighting
            is of somebody else: 1 in 10,000 is farther.
        doubt: log likelihood ratio below which another way to pair counts as well: 1 to 50.
        newcomer: the same, below which a sighting may be of somebody new: 1 to 800.
        stands: share of people who stand, of those of whom there is one sighting. By hand.
    """

    found: float = 0.9
    glimpse: float = 0.1
    new: float = 0.0005
    faint: float = 0.005
    gate: float = 21.1
    doubt: float = 4.0
    newcomer: float = 6.7
    stands: float = 0.25


@dataclass(frozen=True)
class Pairs:
    """What a look tells of tracks; numbers are places in the two lists that were compared.

    Attributes:
        taken: sighting to the track that it continues.
        doubtful: sightings in it that may as well be of somebody new, and their log likelihood
            ratios.
        perhaps: other tracks and sightings that may be the same person, and the log odds.
    """

    taken: dict[int, int]
    doubtful: dict[int, float]
    perhaps: tuple[tuple[int, int, float], ...]


def ratios(
    tracks: Sequence[State],
    seen: Sequence[Seen],
    clear: Sequence[bool],
    model: Filter,
    chances: Chances,
    times: Sequence[tuple[float, float, float]],
) -> NDArray[np.float64]:
    """Log likelihood ratios, tracks × sightings; −inf beyond the gate.

    Args:
        tracks: where people are expected now.
        seen: what was found now.
        clear: which of *seen* are clear sightings.
        model: of the detector.
        chances: how likely what is.
        times: seconds for which each track was seen, since then, and since it was first looked
            for and not found.
    """
    if not tracks or not seen:
        return np.full((len(tracks), len(seen)), -np.inf)
    expected = np.array(
        [(t.x.place, t.y.place, t.x.place_variance, t.y.place_variance, t.size) for t in tracks]
    ).T[:, :, None]
    x, y, size = np.array([(s.x, s.y, s.size) for s in seen]).T[:, None, :]
    error = np.array([model.error(s.size) for s in seen])[None]
    across, down = expected[2] + error, expected[3] + error
    lasted, waited, missed = np.array(times).T[:, :, None]
    # Who was seen for so long comes back after as long with one chance in two (Gott, Nature 363,
    # 1993: of a duration nothing is known but how long it has lasted).
    gone = np.log1p(missed / np.maximum(lasted, chances.glimpse))
    resized = model.motion.resize**2 * waited + 2 * model.motion.resized**2
    square = (
        (x - expected[0]) ** 2 / across
        + (y - expected[1]) ** 2 / down
        + np.log(size / expected[4]) ** 2 / resized
    )
    # The density of the sighting, on each square face height and unit of log size.
    density = np.log(size**2) - 1.5 * math.log(2 * math.pi) - np.log(across * down * resized) / 2
    new = np.where(np.asarray(clear)[None], math.log(chances.new), math.log(chances.faint))
    ratio = density - square / 2 + math.log(chances.found) - gone - new
    return np.where(square <= chances.gate, ratio, -np.inf)


def pair(
    ratio: NDArray[np.float64],
    stages: NDArray[np.int_],
    least: NDArray[np.float64],
    chances: Chances,
    otherwise: NDArray[np.float64],
) -> Pairs:
    """Take the likeliest pairs, stage by stage; tell what else may be.

    Args:
        ratio: of `ratios`.
        stages: tracks × sightings; lower ones choose first.
        least: ratio from which a sighting may continue a track, by sighting.
        chances: how likely what is.
        otherwise: the same as *ratio* if they stand; where that is likelier, it is one of the ways
            that are told, and takes nothing from another.
    """
    rows, columns = np.nonzero(ratio > -chances.doubt)
    order = np.lexsort((-ratio[rows, columns], stages[rows, columns]))
    taken: dict[int, int] = {}
    chosen: dict[int, int] = {}
    for at in order:
        track, sighting = int(rows[at]), int(columns[at])
        if ratio[track, sighting] >= least[sighting] and not (track in chosen or sighting in taken):
            taken[sighting], chosen[track] = track, sighting
    perhaps = []
    either = np.maximum(ratio, otherwise)
    rows, columns = np.nonzero(either > -chances.doubt)
    for track, sighting in zip(rows.tolist(), columns.tolist(), strict=True):
        if taken.get(sighting) == track:
            continue
        # What would be lost if these two were paired, and those whom they leave, where they fit.
        lost = -either[track, sighting]
        mine, theirs = chosen.get(track), taken.get(sighting)
        lost += ratio[track, mine] if mine is not None else 0
        lost += ratio[theirs, sighting] if theirs is not None else 0
        if mine is not None and theirs is not None:
            lost -= max(0.0, float(ratio[theirs, mine]))
        if lost <= chances.doubt:
            perhaps.append((track, sighting, -float(lost)))
    doubtful = {s: float(ratio[t, s]) for s, t in taken.items() if ratio[t, s] <= chances.newcomer}
    return Pairs(taken, doubtful, tuple(perhaps))
