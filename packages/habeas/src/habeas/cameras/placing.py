"""Which machine of a cluster records which cameras. Pure: cameras and machines in, posts out.

    cameras, by site → groups → two posts for each group, on two machines
                                  the one that has stood longest records
                                  the other one stands by, and takes over

A site is where a camera is and where machines may be: a camera is recorded on its site while
there is a machine, and elsewhere rather than not at all. Nothing that is recorded is moved: a move
costs the camera's seconds, and a machine that comes back gets what is to stand by.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from habeas.cameras.declarations import ANYWHERE, ListedCamera

#: Cameras of a group: what one process records, and what is lost for some seconds with it. More
#: share a network and an interpreter; fewer fall with one fault.
GROUP = 25


@dataclass(frozen=True)
class Machine:
    """A machine of the cluster that lives.

    Attributes:
        id: the cluster's name for it.
        site: what its label says; ``anywhere`` without one.
        cores: that it gives to the cluster.
    """

    id: str
    site: str = ANYWHERE
    cores: float = 1.0


@dataclass(frozen=True)
class Group:
    """Cameras that one process records.

    Attributes:
        name: of it, for people.
        site: that all of them name.
        cameras: ids, in order.
    """

    name: str
    site: str
    cameras: tuple[str, ...]


@dataclass(frozen=True)
class Post:
    """A process for a group on a machine.

    Attributes:
        group: its name.
        machine: its id.
        standby: it leaves the cameras to another that has just begun as well.
    """

    group: str
    machine: str
    standby: bool


def groups(cameras: Iterable[ListedCamera], most: int = GROUP) -> tuple[Group, ...]:
    """The cameras of each site, in groups of nearly one size.

    Args:
        cameras: in any order.
        most: cameras of a group.
    """
    sites: dict[str, list[str]] = defaultdict(list)
    for each in cameras:
        sites[each.site].append(each.id)
    made = []
    for site, ids in sorted(sites.items()):
        ids.sort()
        count = -(-len(ids) // most)
        bounds = [len(ids) * number // count for number in range(count + 1)]
        made += [
            Group(f"{site}-{number + 1}", site, tuple(ids[begin:end]))
            for number, (begin, end) in enumerate(itertools.pairwise(bounds))
        ]
    return tuple(made)


def wanted(
    groups: Sequence[Group], machines: Collection[Machine], standing: Sequence[Post]
) -> list[Post]:
    """Posts to set up beside those that stand, so that each group has two where it can.

    Args:
        groups: all of them.
        machines: that live.
        standing: posts, in the order in which they were set up; those on other machines than
            *machines* do not count.
    """
    living = {each.id for each in machines}
    posts: dict[str, list[str]] = {each.name: [] for each in groups}
    for each in standing:
        if each.machine in living and each.group in posts:
            posts[each.group].append(each.machine)
    sites = {each.site for each in machines}
    # Who has a choice comes after who has a site.
    ordered = sorted(groups, key=lambda each: each.site == ANYWHERE or each.site not in sites)
    made = []
    for place in (0, 1):
        for group in ordered:
            if len(posts[group.name]) != place:
                continue
            free = [each for each in machines if each.id not in posts[group.name]]
            if not free:
                continue
            best = min(free, key=lambda each: _rank(each, group, groups, posts))
            posts[group.name].append(best.id)
            made.append(Post(group.name, best.id, standby=place == 1))
    return made


def _rank(
    machine: Machine, group: Group, groups: Sequence[Group], posts: dict[str, list[str]]
) -> tuple[bool, float, float, str]:
    """The group's own site first, then who has least to do, then who would have least."""
    away = group.site not in (ANYWHERE, machine.site)
    recorded = sum(len(g.cameras) for g in groups if posts[g.name][:1] == [machine.id])
    waited = sum(len(g.cameras) for g in groups if machine.id in posts[g.name][1:])
    cores = max(machine.cores, 0.1)
    return (away, recorded / cores, waited / cores, machine.id)
