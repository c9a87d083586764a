"""Measures in the columns of OFIQ's sample application, to be compared with its own.

The order and names are those of OFIQ 1.0.3; a component that was not measured, or is measured
otherwise here, has OFIQ's sign for a failure to assess: raw 0, scalar -1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from habeas.portrait.assessment import Measure

#: OFIQ's components, and our measure where it is OFIQ's.
COLUMNS: dict[str, str | None] = {
    "UnifiedQualityScore": None,
    "BackgroundUniformity": None,
    "IlluminationUniformity": "illumination_uniformity",
    "LuminanceMean": "luminance_mean",
    "LuminanceVariance": "luminance_variance",
    "UnderExposurePrevention": "under_exposure",
    "OverExposurePrevention": "over_exposure",
    "DynamicRange": "dynamic_range",
    "Sharpness": None,
    "CompressionArtifacts": None,
    "NaturalColour": "natural_colour",
    "SingleFacePresent": "single_face",
    "EyesOpen": "eyes_open",
    "MouthClosed": "mouth_closed",
    "EyesVisible": None,
    "MouthOcclusionPrevention": None,
    "FaceOcclusionPrevention": None,
    "InterEyeDistance": "inter_eye_distance",
    "HeadSize": "head_size",
    "LeftwardCropOfTheFaceImage": "left_crop",
    "RightwardCropOfTheFaceImage": "right_crop",
    "UpwardCropOfTheFaceImage": "margin_above",
    "DownwardCropOfTheFaceImage": "margin_below",
    "HeadPoseYaw": "yaw",
    "HeadPosePitch": "pitch",
    "HeadPoseRoll": "roll",
    "ExpressionNeutrality": None,
    "NoHeadCoverings": None,
}


def header() -> str:
    """The first line, without its end."""
    scalars = (f"{name}.scalar" for name in COLUMNS)
    return ";".join(["Filename", *COLUMNS, *scalars, "assessment_time_in_ms", ""])


def row(file: str, measures: Mapping[str, Measure], ms: float) -> str:
    """The line of one picture, without its end.

    Args:
        file: its name.
        measures: by our names; none where the picture could not be assessed.
        ms: milliseconds that it took.
    """
    found = [measures.get(ours) if ours else None for ours in COLUMNS.values()]
    natives = [f"{each.native:.6f}" if each else "0" for each in found]
    scores = [str(each.score) if each else "-1" for each in found]
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="").writerow(
        [file, *natives, *scores, f"{ms:.0f}"]
    )
    return out.getvalue()
