"""OFIQ's columns, in its order."""

import csv
import io

from habeas.portrait import ofiq_csv
from habeas.portrait.assessment import Measure


def read(*lines):
    return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=";"))


def test_columns_are_those_of_ofiqs_sample_application():
    (names,) = read(ofiq_csv.header())
    assert len(names) == 1 + 28 + 28 + 2
    assert names[:3] == ["Filename", "UnifiedQualityScore", "BackgroundUniformity"]
    assert names[29] == "UnifiedQualityScore.scalar"
    assert names[-2:] == ["assessment_time_in_ms", ""]


def test_what_is_not_ofiqs_is_not_in_its_columns():
    measures = {"head_size": Measure(0.26, 5), "yaw": Measure(-3.5, 100), "detail": Measure(1, 99)}
    line = ofiq_csv.row("a;b.jpg", measures, 12.4)
    names, values = read(ofiq_csv.header(), line)
    told = dict(zip(names, values, strict=False))
    assert told["Filename"] == "a;b.jpg"
    assert (told["HeadSize"], told["HeadSize.scalar"]) == ("0.260000", "5")
    assert (told["HeadPoseYaw"], told["HeadPoseYaw.scalar"]) == ("-3.500000", "100")
    assert (told["Sharpness"], told["Sharpness.scalar"]) == ("0", "-1")
    assert (told["EyesOpen"], told["EyesOpen.scalar"]) == ("0", "-1")
    assert told["assessment_time_in_ms"] == "12"


def test_a_picture_that_could_not_be_assessed_fails_in_every_column():
    names, values = read(ofiq_csv.header(), ofiq_csv.row("x", {}, 0))
    scalars = [v for name, v in zip(names, values, strict=False) if name.endswith(".scalar")]
    assert scalars == ["-1"] * 28
