"""The model files of the checks that run on applicants' devices: those that this machine runs.

They stand beside the photo step's scripts, each named by its hash, so that a browser keeps it for
good and takes no other.
"""

from __future__ import annotations

import gzip
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from habeas.faces import assets

#: What the photo step's worker asks for (`web/photo/checks/files.ts`).
MODELS = (
    "face_detection_short_range",
    "face_detection_full_range_sparse",
    "face_landmark",
    "iris_landmark",
    "selfie_segmentation",
)
#: Digits of the hash in a name.
_DIGITS = 16


def names() -> dict[str, str]:
    """By name as it is served, the name of the asset."""
    known = (assets.ASSETS[f"{name}.tflite"] for name in MODELS)
    return {
        f"{each.name.removesuffix('.tflite')}.{each.sha256[:_DIGITS]}.tflite": each.name
        for each in known
    }


@cache
def _content(name: str) -> tuple[bytes, bytes]:
    """A model file as it is, and compressed once for all."""
    content = assets.path(name).read_bytes()
    assets.verify(assets.ASSETS[name], content)
    return content, gzip.compress(content, mtime=0)


@require_safe
def model_file(request: HttpRequest, name: str) -> HttpResponse:
    """One model file, for good."""
    asset = names().get(name)
    if asset is None or assets.find(asset) is None:
        raise Http404
    plain, packed = _content(asset)
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        packed if compressed else plain, content_type="application/octet-stream"
    )
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
