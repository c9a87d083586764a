"""`habeas cameras serve` on a Ray cluster: posts for groups of cameras, two for each group.

    Posts (here) ── asks every second ──► an actor on machine 1 ── a process: records the group
         │                                an actor on machine 2 ── a process: stands by
         └ plan: habeas.cameras.placing              both ──► one folder of recordings

Who records is decided by the cameras' leases in that folder, never here: this only sees to it that
somebody is there to take them. So it may be late, wrong or dead, and no camera is recorded twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from habeas.cameras.declarations import ANYWHERE
from habeas.cameras.placing import Group, Machine, Post, wanted
from habeas.cameras.posts import Attended

#: The label of a Ray node that says its site: `ray start --labels habeas-site=harbour`.
SITE_LABEL = "habeas-site"
#: Seconds between rounds; a round asks every post.
_ROUND = 1.0
#: Seconds without an answer, after which a post counts as lost. Whoever stands by has taken over
#: long before; a machine that is only slow is let time.
_SILENT = 30.0
#: Seconds between attempts to set up posts for one group.
_AGAIN = 5.0
#: Seconds that all posts are waited for at the end.
_PATIENCE = 90.0

Say = Callable[[str], None]


@dataclass
class _Standing:
    """A post that was set up: its actor, what it was asked, and when it answered last."""

    post: Post
    actor: Any
    asked: Any
    heard: float
    answered: bool = False


class Posts:
    """Sets up posts on a cluster until it is stopped, and sets them up elsewhere when one is lost.

    Args:
        ray: connected; see `habeas.cover.cluster.connect`.
        groups: of cameras.
        command: of a post: arguments after ``habeas``, where its machine has that address.
        say: told what posts say, and what becomes of them.
        round_: seconds between rounds; each asks every post.
        again: seconds between attempts to set up posts for one group.
    """

    def __init__(
        self,
        ray: Any,
        groups: Sequence[Group],
        command: Callable[[Group, Post, str], Sequence[str]],
        say: Say,
        round_: float = _ROUND,
        again: float = _AGAIN,
    ) -> None:
        self._round, self._again = round_, again
        self._ray, self._groups, self._command, self._say = ray, groups, command, say
        self._stopped = threading.Event()
        self._standing: list[_Standing] = []
        self._tried: dict[str, float] = {}
        self._names: dict[str, str] = {}
        self._addresses: dict[str, str] = {}

    def run(self) -> None:
        """Keep posts until `stop`; returns once all have ended."""
        try:
            while not self._stopped.is_set():
                self._hear()
                self._set_up()
                self._stopped.wait(self._round)
        finally:
            self._end()

    def stop(self) -> None:
        """End all, from any thread."""
        self._stopped.set()

    def _machines(self) -> list[Machine]:
        found = []
        for each in self._ray.nodes():
            if each["Alive"]:
                self._names[each["NodeID"]] = each["NodeManagerHostname"]
                self._addresses[each["NodeID"]] = each["NodeManagerAddress"]
                site = each.get("Labels", {}).get(SITE_LABEL, ANYWHERE)
                found.append(Machine(each["NodeID"], site, each["Resources"].get("CPU", 0.0)))
        return found

    def _hear(self) -> None:
        """Take in what posts say, and ask again; who is dead or silent is struck off."""
        now = time.monotonic()
        for each in list(self._standing):
            ready, _ = self._ray.wait([each.asked], timeout=0)
            if ready:
                try:
                    said = self._ray.get(each.asked)
                except self._ray.exceptions.RayError as error:
                    self._strike(each, type(error).__name__)
                    continue
                self._tell(each, said)
                each.answered, each.heard, each.asked = True, now, each.actor.said.remote()
            elif now - each.heard > _SILENT:
                self._strike(each, "it does not answer")

    def _strike(self, lost: _Standing, why: str) -> None:
        self._standing.remove(lost)
        self._ray.kill(lost.actor)
        self._say(f"{self._place(lost.post)} is lost ({why}); whoever stands by takes over")

    def _set_up(self) -> None:
        now, machines = time.monotonic(), self._machines()
        standing = [each.post for each in self._standing]
        # Who stands by is set up once the first has its process: else it might be the first.
        unready = {each.post.group for each in self._standing if not each.answered}
        groups = {each.name: each for each in self._groups}
        for post in wanted(self._groups, machines, standing):
            first = post.group not in {each.group for each in standing}
            if post.standby and (first or post.group in unready):
                continue
            if now - self._tried.get(post.group, -self._again) < self._again:
                continue
            self._tried[post.group] = now
            self._standing.append(self._begin(groups[post.group], post, now))

    def _begin(self, group: Group, post: Post, now: float) -> _Standing:
        affinity = self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        # What recorders take of a machine they share among themselves, in turns; the plan weighs
        # machines by their cores, so the cluster need not count them.
        kind = self._ray.remote(Attended).options(
            num_cpus=0, max_restarts=0, max_task_retries=0,
            scheduling_strategy=affinity(post.machine, soft=False),
        )  # fmt: skip
        actor = kind.remote(self._command(group, post, self._addresses[post.machine]))
        does = "stands by for" if post.standby else "records"
        self._say(f"{self._names[post.machine]} {does} {group.name}: {len(group.cameras)} cameras")
        return _Standing(post, actor, actor.said.remote(), now)

    def _tell(self, each: _Standing, said: Sequence[str]) -> None:
        for line in said:
            self._say(f"{self._place(each.post)}: {line}")

    def _place(self, post: Post) -> str:
        return f"{post.group} at {self._names.get(post.machine, post.machine)}"

    def _end(self) -> None:
        ending = {each.actor.end.remote(): each for each in self._standing}
        until = time.monotonic() + _PATIENCE
        while ending:
            left = max(0.0, until - time.monotonic())
            ready, _ = self._ray.wait(list(ending), num_returns=1, timeout=left)
            if not ready:
                break
            each = ending.pop(ready[0])
            try:
                self._tell(each, self._ray.get(ready[0]))
            except self._ray.exceptions.RayError as error:
                self._say(f"{self._place(each.post)} is lost ({type(error).__name__})")
        for each in self._standing:
            self._ray.kill(each.actor)
        self._standing.clear()
