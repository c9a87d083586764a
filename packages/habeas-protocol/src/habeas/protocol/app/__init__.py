"""Formats, *The app*: the code that seals and opens, under the same custody as photos.

A manifest names every file that browsers run. It is a release once k trustees have said that
the source gives exactly it, and that stands on the log; whoever looks at a live site compares.
"""

from habeas.protocol.app.documents import (
    AppDetails,
    AppDiffersDetails,
    AppError,
    AppOrigin,
    AppRebuilt,
    AppSeenDetails,
)
from habeas.protocol.app.manifest import AppManifest, Part
from habeas.protocol.app.release import AppRelease, AppReleases, verify_release

__all__ = [
    "AppDetails",
    "AppDiffersDetails",
    "AppError",
    "AppManifest",
    "AppOrigin",
    "AppRebuilt",
    "AppRelease",
    "AppReleases",
    "AppSeenDetails",
    "Part",
    "verify_release",
]
