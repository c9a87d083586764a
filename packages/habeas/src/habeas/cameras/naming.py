"""What no camera may be called: names that are addresses of other pages.

A camera has a page of its own, `cameras/ID/` in the register and `desk/cameras/ID/` at the desk.
Where another page has that address, nobody would find the camera.
"""

from __future__ import annotations

from habeas.cover.errors import FootageError

#: First parts of the addresses of all other pages there.
TAKEN = frozenset({"exports", "ground", "health", "hours", "live", "now"})


class TakenNameError(FootageError):
    """A camera with the name of another page: it would stand behind that one."""

    code = "camera-name-taken"
    remedy = "Give it another id, such as one that says where it is: north-gate."


def check_name(camera: str) -> None:
    """Raise `TakenNameError` where *camera* is the address of another page."""
    if camera in TAKEN:
        raise TakenNameError(f"No camera can be called {camera}: a page has that address.")
