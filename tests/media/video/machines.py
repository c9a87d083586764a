"""A Ray cluster of two machines on this one, of two sites, whose nodes are processes."""

import fcntl
import os
import re
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.media.video.power import command
from tests.service.tlog.servers import free_ports
from tests.waiting import PATIENCE_SECONDS, until

#: Ray gives its node 30 seconds, which a busy machine may not have: it is asked again.
TOO_SLOW = "timed out during startup"


@pytest.fixture
def alone():
    """No other test process has a Ray on this machine meanwhile: they share its folder."""
    place = Path(os.environ.get("RAY_TMPDIR") or tempfile.gettempdir())
    with (place / f"habeas-ray-{os.getuid()}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def machines(alone, monkeypatch):
    """A Ray cluster of two nodes on this machine, and the port for its clients."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray
    from ray.cluster_utils import Cluster

    (port,) = free_ports(1)

    def lean():
        # Without what nobody here asks, and with ports that nobody has to find out: each takes of
        # the seconds in which a node must have started.
        named = ["metrics_agent_port", "metrics_export_port", "runtime_env_agent_port",
                 "dashboard_agent_listen_port"]  # fmt: skip
        ports = dict(zip(named, free_ports(len(named)), strict=True))
        return {"num_cpus": 1, "include_dashboard": False, "include_log_monitor": False,
                "no_monitor": True, **ports}  # fmt: skip

    def started():
        running = Cluster()
        try:
            running.add_node(**lean(), ray_client_server_port=port, labels={"habeas-site": "east"})
            return running, running.add_node(**lean(), labels={"habeas-site": "west"})
        except Exception as error:
            running.shutdown()
            _end_what_ray_forgot()
            if TOO_SLOW not in str(error):
                raise
            return None

    running, second = until(started, "a cluster of two nodes")
    # Ray kills its processes, and waits for none of them.
    nodes = (running.head_node, second)
    processes = [
        each.process for node in nodes for kind in node.all_processes.values() for each in kind
    ]
    yield running, second, port
    ray.shutdown()
    running.shutdown()
    for each in processes:
        each.kill()
        each.wait(timeout=PATIENCE_SECONDS)


def _end_what_ray_forgot():
    """A node that was too slow leaves its processes, some of them orphans, to slow down the next.

    Ray's sessions are named after the process that began them.
    """
    ours = re.compile(rf"/session_[^/]*_{os.getpid()}(/|$|\s|\0)")
    for each in Path("/proc").glob("[0-9]*"):
        if ours.search(command(each.name)):
            with suppress(ProcessLookupError):
                os.kill(int(each.name), signal.SIGKILL)


@pytest.fixture
def connected(machines):
    """Ray, connected to `machines`."""
    import ray

    def joined():
        try:
            ray.init(address=machines[0].address, logging_level="ERROR", log_to_driver=False)
        except AssertionError:  # a Ray before it in this process lets go of its tables late
            ray.shutdown()
            return None
        return ray

    return until(joined, "a connection to the cluster")
