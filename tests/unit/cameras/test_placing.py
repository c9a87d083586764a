"""Which machine records which cameras: two posts for each group, on two machines, by site."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from habeas.cameras.declarations import ANYWHERE
from habeas.cameras.placing import Group, Machine, Post, groups, wanted


@dataclass
class Listed:
    """What is read of a listed camera."""

    id: str
    site: str = ANYWHERE


def first_of(posts):
    """The machine that records each group: that of its first post."""
    found = {}
    for each in posts:
        found.setdefault(each.group, each.machine)
    return found


def test_groups_are_of_one_site_and_of_nearly_one_size():
    cameras = [Listed(f"c{n}", "harbour" if n % 3 else "east") for n in range(20)]
    made = groups(cameras, most=6)
    assert [(each.name, each.site, len(each.cameras)) for each in made] == [
        ("east-1", "east", 3), ("east-2", "east", 4),
        ("harbour-1", "harbour", 4), ("harbour-2", "harbour", 4), ("harbour-3", "harbour", 5),
    ]  # fmt: skip
    assert sorted(id_ for each in made for id_ in each.cameras) == sorted(c.id for c in cameras)


def test_a_group_is_recorded_on_its_site_and_stands_by_elsewhere():
    made = groups([Listed("a", "east"), Listed("b", "west"), Listed("c", "south")])
    machines = [Machine("m1", "west"), Machine("m2", "east"), Machine("m3")]
    posts = wanted(made, machines, [])
    assert first_of(posts) == {"east-1": "m2", "west-1": "m1", "south-1": "m3"}
    assert {(each.group, each.standby) for each in posts} == {
        (each.name, standby) for each in made for standby in (False, True)
    }
    assert all(len({p.machine for p in posts if p.group == g.name}) == 2 for g in made)


def test_two_machines_of_a_site_share_it_by_their_cores():
    made = groups([Listed(f"c{n}", "east") for n in range(12)], most=1)
    machines = [Machine("large", "east", 16), Machine("small", "east", 8), Machine("x", "west", 99)]
    recording = list(first_of(wanted(made, machines, [])).values())
    assert (recording.count("large"), recording.count("small")) == (8, 4)


def test_when_a_machine_dies_who_stood_by_stays_and_gets_a_standby():
    made = groups([Listed(f"c{n}") for n in range(4)], most=1)
    machines = [Machine("m1"), Machine("m2"), Machine("m3")]
    standing = wanted(made, machines, [])
    assert wanted(made, machines, standing) == []
    left = [each for each in standing if each.machine != "m1"]
    more = wanted(made, machines[1:], standing)
    assert all(each.standby and each.machine != "m1" for each in more)
    assert {each.group for each in more} == {e.group for e in standing if e.machine == "m1"}
    for group in made:
        assert len({each.machine for each in left + more if each.group == group.name}) == 2


def test_one_machine_alone_records_everything_and_nobody_stands_by():
    made = groups([Listed(f"c{n}") for n in range(3)], most=1)
    posts = wanted(made, [Machine("m1")], [])
    assert [(each.machine, each.standby) for each in posts] == [("m1", False)] * 3
    assert [
        (e.machine, e.standby) for e in wanted(made, [Machine("m1"), Machine("m2")], posts)
    ] == [("m2", True)] * 3
    assert wanted(made, [], posts) == []


SITES = st.sampled_from(["east", "west", ANYWHERE])


@given(
    sites=st.lists(SITES, min_size=1, max_size=8),
    machines=st.lists(st.tuples(SITES, st.floats(0, 64)), max_size=5),
    standing=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6), st.booleans()), max_size=12),
)
def test_whatever_stands_each_group_ends_with_two_machines_where_there_are_two(
    sites, machines, standing
):
    made = [Group(f"g{n}", site, (f"c{n}",)) for n, site in enumerate(sites)]
    known = [Machine(f"m{n}", site, cores) for n, (site, cores) in enumerate(machines)]
    posts = list({
        (g, m): Post(f"g{g}", f"m{m}", standby=s) for g, m, s in standing
    }.values())  # fmt: skip
    more = wanted(made, known, posts)
    living = {each.id for each in known}
    for group in made:
        before = {p.machine for p in posts if p.group == group.name and p.machine in living}
        added = [p.machine for p in more if p.group == group.name]
        assert not before & set(added)
        assert len(added) == len(set(added))
        assert len(before) + len(added) == max(len(before), min(2, len(known)))
    assert wanted(made, known, [*posts, *more]) == []
