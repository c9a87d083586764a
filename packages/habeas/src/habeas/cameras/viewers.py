"""Who may look at a camera: the officers of the offices that its public entry names.

The same for whoever views recordings, watches live, has hours held, or hands recordings over.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.protocol.footage import PublicCamera

#: What an office is told that a camera's entry does not name, whatever it asks for; and what to do.
NOT_NAMED = "Your office is not among those that may view."
NAMED_ELSEWHERE = "Who may view is part of the camera’s public entry, and changes only there."


@dataclass(frozen=True)
class Viewer:
    """Who asks: an officer, and the office that the officer works for (ids)."""

    officer: str
    office: str


def may_view(office: str, camera: PublicCamera) -> bool:
    """Whether the camera's public entry names the office as a viewer."""
    return office in camera.viewers
