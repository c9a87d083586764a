"""How modules are spread over the workers of a run: which begin first, and which share one."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

#: These take minutes, mostly of waiting: begun last, one of them would keep a single worker busy
#: long after the others have ended.
FIRST = (
    "tests/ops/test_guides.py", "tests/browser/test_sealing.py",
    "tests/media/video/test_recorder.py", "tests/media/video/test_recorder_streams.py",
    "tests/service/trustee/test_rebuild.py", "tests/service/test_distributions.py",
)  # fmt: skip
#: Kinds whose tests are long come first, so that with several workers all end together.
_LONG = ("ops", "journey", "browser", "service", "media", "attacks", "model")
#: A machine has one Ray at a time: on two workers, one of these would wait for the other.
RAY = ("tests/media/video/test_cluster.py", "tests/media/video/test_cameras_cluster.py")


def place(path: str) -> int:
    """Where a module stands in the order of a run; those of one place stand in any order.

    Args:
        path: from the root, as in a test's id.
    """
    if path in FIRST:
        return 0
    kind = path.split("/")[1]
    if path in RAY:
        # A process that has spoken with Ray is not to be forked any more: its gRPC wakes up in the
        # copy. What comes after this on the same worker starts no process.
        return 1 + len(_LONG)
    return 1 + _LONG.index(kind) if kind in _LONG else 2 + len(_LONG)


class Spread(LoadScopeScheduling):
    """A module on one worker, and what cannot run beside each other on one and the same."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return "ray" if scope.startswith(RAY) else scope
