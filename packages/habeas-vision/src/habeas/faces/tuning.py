"""The numbers of this room that are tuned, each with its unit and its source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tuning:
    """Limits of finding faces and their landmarks.

    Attributes:
        short_score: least score of the short-range model, 0 to 1. MediaPipe's own graph.
        full_score: least score of the full-range model, 0 to 1. MediaPipe's own graph.
        merge_overlap: intersection over union from which two candidates of one model are one
            face. MediaPipe's own graph.
        suppress_overlap: the same for detectors of small faces. YuNet's and CenterFace's papers.
        known_overlap: the same for two models' faces; boxes of the two models differ more.
            docs/evaluation/portrait.md, groups.
        short_side: width of a face over the picture's longer side, below which the points of
            the full-range model are better. The sample portrait, in colour and in grey.
        sure_score: score of the short-range model from which a face whose eyes are level is
            upright without a second look, 0 to 1. Upright faces of the evaluation score 0.92
            and more, the same faces upside down at most 0.79.
        level: degrees that the line of the eyes may lean in an upright picture. Half of the
            quarter turn that is decided.
        turn_margin: by how much the evidence for another way up must be greater, in scores.
            docs/evaluation/portrait.md, ways up.
        presence: from which the mesh model sees a face, 0 to 1. MediaPipe's own graph.
        fit: how far the mesh may be from the detector's points of eyes, nose and mouth, in
            distances of the eyes. Faces of the evaluation: at most 0.17; meshes invented in
            faces upside down: 0.35 to 1.2.
        same_region: how far the first mesh may be from the region that it was cut from, in its
            sides, without being cut again around its own points.
        mesh_side: sides of the mesh's input that a face's region is kept at before it is cut,
            as a multiple; more is thrown away, less blurs the eyes.
    """

    short_score: float = 0.5
    full_score: float = 0.6
    merge_overlap: float = 0.3
    suppress_overlap: float = 0.3
    known_overlap: float = 0.2
    short_side: float = 0.22
    sure_score: float = 0.85
    level: float = 45.0
    turn_margin: float = 0.1
    presence: float = 0.5
    fit: float = 0.33
    same_region: float = 0.12
    mesh_side: float = 1.5


TUNING = Tuning()
