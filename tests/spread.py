"""How modules are spread over the workers of a run: which begin first, and which share one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

#: Minutes of waiting for cameras, time limits and disks. Every second worker begins with these:
#: on all at once, the processors would have nothing to do.
WAITING = (
    "tests/media/video/test_recorder.py", "tests/media/video/test_recorder_streams.py",
    "tests/journey/test_trustees_down.py", "tests/ops/test_guides.py",
)  # fmt: skip
#: These take minutes of a processor: begun last, one of them would keep a single worker busy long
#: after the others have ended.
FIRST = (
    "tests/browser/test_sealing.py", "tests/browser/test_desk.py", "tests/model/test_model.py",
    "tests/service/trustee/test_rebuild.py", "tests/service/test_distributions.py",
)  # fmt: skip
#: Kinds whose tests are long, or start processes. They stand in any order: cameras that are waited
#: for beside searches that compute.
_LONG = ("ops", "journey", "browser", "service", "media", "attacks", "model")
#: A machine has one Ray at a time: on two workers, one of these would wait for the other. A process
#: that has spoken with Ray is not to be forked any more: its gRPC wakes up in the copy. What comes
#: after this on the same worker starts no process.
RAY = ("tests/media/video/test_cluster.py", "tests/media/video/test_cameras_cluster.py")
_BEGINS, _RAY, _FIRST, _OTHERS, _RAY_ALONE, _QUIET = range(6)


def place(path: str, *, alone: bool) -> int:
    """Where a module stands in the order of a run; those of one place stand in any order.

    Args:
        path: from the root, as in a test's id.
        alone: whether one process runs them all.
    """
    if path in WAITING:
        return _BEGINS
    if path in RAY:
        return _RAY_ALONE if alone else _RAY
    if path in FIRST:
        return _FIRST
    return _OTHERS if path.split("/")[1] in _LONG else _QUIET


class Spread(LoadScopeScheduling):
    """A module on one worker, and what cannot run beside each other on one and the same."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return "ray" if scope.startswith(RAY) else scope

    def _assign_work_unit(self, node: WorkerController) -> None:
        scope = self._chosen(node)
        if scope is None:
            # The others do the rest.
            node.shutdown()
            return
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _chosen(self, node: WorkerController) -> str | None:
        """What that worker runs next: the first that is for it, or else the first of all."""
        spoke = "ray" in self.assigned_work[node] and len(self.nodes) > 1
        waits = self.nodes.index(node) % 2 == 0
        for scope in self.workqueue:
            where = _RAY if scope == "ray" else place(scope.partition("::")[0], alone=False)
            if (where == _QUIET) if spoke else (waits or where > _RAY):
                return scope
        return None if spoke else next(iter(self.workqueue))
