"""Camera footage with every face covered before it is written.

    from pathlib import Path
    from habeas import cover
    report = cover.redact(Path("street.mp4"), Path("covered.mp4"))
    print(report.frames, report.faces)

Faces are found and covered, never recognised: boxes are followed by geometry alone.
"""

from habeas.cover._cover_file import Report, boxes
from habeas.cover._redact import VIDEOS, WRITABLE, beside, redact, write_preview
from habeas.cover.errors import (
    ChangedSizeError,
    CoveringDiedError,
    FootageError,
    NoVideoError,
    OutputError,
    SettingsError,
    StalledError,
    TooLargeVideoError,
    UnreadableVideoError,
)
from habeas.cover.settings import QUALITIES, Quality, Settings, Shape, Sound, Turn, Zone

__all__ = [
    "QUALITIES",
    "VIDEOS",
    "WRITABLE",
    "ChangedSizeError",
    "CoveringDiedError",
    "FootageError",
    "NoVideoError",
    "OutputError",
    "Quality",
    "Report",
    "Settings",
    "SettingsError",
    "Shape",
    "Sound",
    "StalledError",
    "TooLargeVideoError",
    "Turn",
    "UnreadableVideoError",
    "Zone",
    "beside",
    "boxes",
    "redact",
    "write_preview",
]
