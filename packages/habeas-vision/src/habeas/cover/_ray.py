"""Ray, connected: once for all threads of a process, and however slow a machine is to start it."""

from __future__ import annotations

import logging
import os
import textwrap
import threading
from typing import Any

from habeas.cover.errors import FootageError

#: Ray waits half a minute for a node of its own, and lets nobody say for how long: what a busy
#: machine needs it gets by being begun again, with what it has read from the disk in memory.
_STARTS = 4
_SLOW = "timed out during startup"
#: Characters of what Ray says that stand in our own errors.
_SAID = 200
_connecting = threading.Lock()
_say = logging.getLogger("habeas.cluster")


class ClusterError(FootageError):
    """The cluster cannot be used, or lost a part too often."""

    code = "cluster"
    remedy = "Check `ray status` on the cluster; its machines must see the same files."


def load() -> Any:
    """Ray.

    Raises:
        ClusterError: it is not installed.
    """
    # Nobody but the office that runs the cluster is told that it is used.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415 - an optional extra, and slow to load
    except ImportError as error:
        raise ClusterError(
            "Ray is not installed here.", "Install it: pip install 'habeas[cluster]'"
        ) from error
    return ray


def connect(address: str) -> Any:
    """Ray, connected; once for all threads of this process.

    Args:
        address: ``ray://host:port``, ``auto`` for a cluster on this machine, or ``local`` to
            start one here, which only this machine can reach.

    Raises:
        ClusterError: it is not installed, or cannot be reached.
    """
    ray = load()
    options: dict[str, Any] = {"logging_level": "ERROR", "log_to_driver": False}
    if address == "local":
        options |= {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    with _connecting:
        if ray.is_initialized():
            return ray
        _begin(ray, address, options)
    return ray


def _begin(ray: Any, address: str, options: dict[str, Any]) -> None:
    for attempt in range(1, _STARTS + 1):
        try:
            ray.init(address=address, **options)
        except Exception as error:  # a node that does not start in time is a bare one in Ray
            # A server that answers, and whose process for this client did not start in time,
            # aborts the connection; one that nobody reaches refuses it.
            slow = isinstance(error, ConnectionAbortedError) or (
                address == "local" and _SLOW in str(error)
            )
            if not slow:
                raise ClusterError(
                    f"The cluster at {address} cannot be reached: {line(error)}"
                ) from error
            # What has started so far is ended: two nodes would take each other's place.
            ray.shutdown()
            if attempt == _STARTS:
                if address != "local":
                    raise ClusterError(
                        f"The cluster at {address} began nothing for this computer, asked "
                        f"{_STARTS} times: {line(error)}"
                    ) from error
                raise ClusterError(
                    f"Ray did not start on this machine: it was waited for {_STARTS} times.",
                    "Free the machine and try again, leave out --cluster, or name a cluster that "
                    "runs already.",
                ) from error
            _say.warning("Ray is slow to start at %s; it is waited for once more.", address)
        else:
            return


def line(error: BaseException) -> str:
    """What Ray said, on one line that fits into a sentence."""
    told = str(error).split()
    return textwrap.shorten(" ".join(told), _SAID) if told else repr(error)
