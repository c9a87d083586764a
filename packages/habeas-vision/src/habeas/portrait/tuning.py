"""The numbers of this room that are tuned, each with its unit and its source.

T is the distance from the midpoint of the eyes to the chin (ISO/IEC 29794-5). "Evaluation"
is docs/evaluation/portrait.md. Scores below which advice is given stand in `advise`, and
where a score has its middle in the measure's own formula (`own`, `ofiq`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tuning:
    """How photos are checked.

    Attributes:
        kept_side: longest side of what is kept, pixels: enough for any document's print.
        crop_height: most of the frame's height, pixels: 45 mm at 653 dots to the inch.
        least_rows: fewest rows of a broken file's picture that are looked at, pixels.
        find_side: least longest side of the picture in which faces are found, pixels: the
            models see less.
        bright: what a hundredth of the picture has to exceed, coded value, or it is made
            lighter before faces are looked for. Models were trained on well exposed pictures.
        most_gain: how much lighter at most.
        faces: how many faces are looked at closely.
        alone_face: width of a face over the picture's longer side, beside which every face
            that matters is found by the model of large faces. That model finds all of 27 faces
            from 0.105 of the side, and 16 of them at 0.095; half of a face counts.
        group_face: width of the largest face over the picture's longer side, below which it
            may be one of many and others are looked for in parts of the picture. Evaluation.
        same_face: intersection over union of two boxes that are of one face.
        sure_other: score of a further face that counts without landmarks, 0 to 1. Evaluation.
        frame_aspect: width over height of the product's frame: 35 x 45 mm (ICAO Doc 9303-3).
        frame_height: of the frame, in T; a head is then 70 % of it (ICAO Doc 9303-3).
        least_frame: smallest share of the frame's size that is taken: a head is then 88 % of
            it, which offices take and press portraits have. Evaluation.
        eyes_from_top: of the frame, share of its height (ICAO Doc 9303-3).
        eyes_highest: the least of it where the picture has no more above.
        eyes_lowest: the most of it where the picture has no more below.
        eyes_aside: how far the eyes may be off the middle, share of the width.
        skull: room that every skull takes above the eyes, T. Evaluation: 0.85 and more.
        hair: room above the eyes from which hair that touches the edge is only high hair, T.
        parting: width of what may touch the upper edge without being a cut head, T.
        roll_left: lean that is left in a crop, degrees: half of what offices take (ICAO Doc
            9303-3: 8 degrees), and sampling anew costs as much as finding the face.
        yaw_growth: per degree, by which the mesh flattens turned heads. Evaluation, pose.
        pitch_gain: the same for heads tilted up or down, a factor. Evaluation, pose.
        patch_side: side of a part of the face, pixels of the aligned face (T is 128).
        gaze_aside: how far from the middle of the eye a pupil is looked for, in its widths.
        picture_side: longest side of the picture in which light as a whole is judged, pixels:
            a hundredth of it is some hundred pixels.
        grid_side: side of the part in which blocks are looked for, pixels.
        surface_side: side of the part of the face in which dots are looked for, pixels.
        around_aside: how far to both sides of the eyes a background is looked at, T: the frame,
            and a quarter more.
        around_above: how far above them, T: the frame.
        around_below: how far below them, T: the frame.
        around_pixels: what a T of it is shrunk to at least, pixels: the model of the person
            sees 85 of them.
        background_pixels: what a T is shrunk to where a background is judged, pixels. At 16 the
            grain of a wall is gone, and what stands in front of it is not. Evaluation.
        surely_aside: from where on, to both sides of the eyes, there is hardly a head, T.
        surely_below: down to where there, T below the eyes, there is no shoulder.
        surely_above: from where on, above the eyes, there is hardly hair, T.
        surely_plain: score from which what is there is plain, without a closer look.
        person: surety below which a pixel is background, 0 to 1.
        least_background: share of the surroundings that is a background to judge.
        advice: most pieces that are given: three are what people do (GOV.UK design notes).
    """

    kept_side: int = 1600
    crop_height: int = 1157
    least_rows: int = 64
    find_side: int = 480
    bright: float = 110.0
    most_gain: float = 12.0
    faces: int = 5
    alone_face: float = 0.22
    group_face: float = 0.12
    same_face: float = 0.2
    sure_other: float = 0.7
    frame_aspect: float = 35 / 45
    frame_height: float = 3.0
    least_frame: float = 0.8
    eyes_from_top: float = 0.45
    eyes_highest: float = 0.38
    eyes_lowest: float = 0.5
    eyes_aside: float = 0.06
    skull: float = 0.8
    hair: float = 1.15
    parting: float = 0.6
    roll_left: float = 4.0
    yaw_growth: float = 0.011
    pitch_gain: float = 1.08
    patch_side: int = 12
    gaze_aside: float = 0.25
    picture_side: int = 177
    grid_side: int = 448
    surface_side: int = 128
    around_aside: float = 1.5
    around_above: float = 1.35
    around_below: float = 1.65
    around_pixels: float = 85.0
    background_pixels: float = 16.0
    surely_aside: float = 1.05
    surely_below: float = 0.8
    surely_above: float = 1.3
    surely_plain: int = 98
    person: float = 0.1
    least_background: float = 0.05
    advice: int = 3


TUNING = Tuning()
