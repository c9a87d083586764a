"""Numbers that were chosen and not derived, in one place: each with its unit and where it is from.

"Generated" stands for docs/evaluation/footage-generated.md, "real" for docs/evaluation/footage.md:
that evaluation was measured with the number. What people and detectors do is in `_head.Motion`, how
likely it is in `_association.Chances`, how much is covered in `_geometry.CoverSize`, what makes a
face in `_tracker.Evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tuning:
    """How pictures are compared and looked at.

    Lengths of small pictures are pixels of those that `_planes.small` makes.

    Attributes:
        unmoved: grey levels (0 to 255) by which a pixel of the small picture differs at most where
            the camera did not turn and nobody passed: noise of cheap sensors. Generated.
        stands: pixels of the small picture by which it moves at least if the camera turns; people
            who walk by move it less. Generated: cameras on a pole and cameras that turn.
        stranger: grey levels from which a difference counts no more: it is of somebody who walks
            by, not of the place. Generated.
        same_scene: correlation of aligned pictures below which they show different scenes, −1 to 1.
            Generated: cuts.
        almost_the_same: correlation of unmoved pictures from which a search for how the camera
            turned is spared where no neighbouring place fits better. Generated.

        tile: side of the squares in which changes are looked for, pixels of the small picture: at
            1080p one is 32 pixels wide. Wider ones add to what is looked at. Generated.
        ring: tiles around a change that are looked at with it: at 1080p 64 pixels, as wide as a
            close face. Generated.
        changed: grey levels by which a pixel of the small picture differs where something changed.
            At night a person differs from the ground by little. Generated: night.
        refresh: seconds from one look at the whole picture to the next: nobody is unseen for
            longer, whatever the small picture showed. Requirement, docs/footage.md.
        most: share of the picture from which looking at parts of it costs about as much as at all
            of it: detectors take as long for each pixel of a part. By hand.
        around_faces: the same for looks around faces, whose places overlap. By hand.
        apart: tiles without a change between two that make them two places. Generated.
        same: intersection over union from which two boxes are of one face. The usual 0.3 of
            tracking by detection (Bewley et al., SORT, ICIP 2016).
        part: share of a sighting that lies within another from which it is a part of that face.
            Real: tilted heads.

        bright: grey level that a tenth of a picture reaches where it is light enough; darker ones
            are brightened for a look. All real recordings by day reach 157. Generated: night.
        gain: by how much at most: with the light, noise grows. Generated: night.
        noisy: from which gain on they are smoothed, too. By hand: by day nothing is.

        usual, large: shares of the picture's lesser side: a face is as good as any below the first,
            and worth its full discount from the second (`Quality.large`). Of two with the same
            score the larger is more often none. Real and generated.
        cell: side of the detectors' coarsest cells, pixels of what they see: their total stride.
        faint: share of the score that begins a track from which a sighting may still continue one.
            Generated; the two thresholds are those of ByteTrack (Zhang et al., ECCV 2022).
        reach: heights of a face to each side in which it is looked for again; 19 a second is who
            runs (`_head.Motion.pace`), for as long as passes between two looks. Generated.

        lag: sightings after a time that smooth it; a fixed-lag smoother gains nothing from later
            ones beyond a few time constants (Anderson and Moore 1979, section 7.3). Generated.
        around: seconds to either side in which a face's greatest size counts: half of one that
            passes behind a post is found by what is left to be seen of it. Generated.

        soon: seconds after a picture in which somebody who watches live is shown it: most faces are
            found in more than one look by then, and who is lost is covered wider. Generated:
            docs/adr/0138.

        give_way: niceness of threads that look: everybody waits for the encoder.
        rounded: seconds by which times that are rounded to thousandths may be off, both of two.
        gap: seconds from one frame to the next, at most: a longer gap in the time stamps is a jump
            of the clock, or nothing was sent; nobody knows how far people went. Generated.
    """

    unmoved: int = 18
    stands: float = 0.2
    stranger: int = 20
    same_scene: float = 0.5
    almost_the_same: float = 0.9

    tile: int = 4
    ring: int = 2
    changed: int = 6
    refresh: float = 0.5
    most: float = 0.8
    around_faces: float = 0.45
    apart: int = 4
    same: float = 0.3
    part: float = 0.7

    bright: float = 140.0
    gain: float = 4.0
    noisy: float = 2.0

    usual: float = 0.15
    large: float = 0.3
    cell: int = 32
    faint: float = 0.5
    reach: float = 3.0

    lag: int = 6
    around: float = 0.4

    soon: float = 1.0

    give_way: int = 10
    rounded: float = 0.002
    gap: float = 2.0


TUNED = Tuning()
