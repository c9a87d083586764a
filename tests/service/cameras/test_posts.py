"""Posts: processes that end with whoever keeps them, and their places on a cluster of doubles."""

import contextlib
import os
import sys
import threading
import types
from pathlib import Path

from habeas.cameras.cluster import SITE_LABEL, Posts
from habeas.cameras.placing import Group
from habeas.cameras.posts import Attended
from tests.waiting import until

#: Says which process it is, and what it was given; ends with its input.
SOURCE = """
import os, sys
print("up", os.getpid(), *sys.argv[1:], "RAY_JOB" in os.environ, file=sys.stderr, flush=True)
sys.stdin.read()
print("down", file=sys.stderr)
"""
PROGRAM = (sys.executable, "-c", SOURCE)


def test_a_process_runs_until_it_is_ended_and_says_its_last_words(monkeypatch):
    monkeypatch.setenv("RAY_JOB", "of the cluster, and nothing to a recorder")
    one = Attended(["a", "b"], program=PROGRAM)
    words = until(one.said, "its first words")[0].split()
    assert (words[0], words[2:]) == ("up", ["a", "b", "False"])
    assert one.end() == ["down"]
    assert not Path(f"/proc/{words[1]}").exists()


def test_a_process_that_ends_by_itself_is_started_again_and_that_is_said():
    one = Attended([], again=0.0, program=PROGRAM)
    first = int(until(one.said, "its first words")[0].split()[1])
    os.kill(first, 9)
    heard = []
    until(lambda: heard.extend(one.said()) or len(heard) >= 2, "the second start")
    assert heard[0] == "the recorders ended, status -9; they are started again"
    assert heard[1].startswith("up ")
    assert one.end() == ["down"]


def test_a_program_that_is_not_there_is_said_and_tried_again(tmp_path):
    one = Attended([], again=0.0, program=(str(tmp_path / "none"),))
    heard = []
    until(lambda: heard.extend(one.said()) or len(heard) >= 2, "two attempts")
    assert heard[0] == "the recorders do not start: No such file or directory"
    one.end()


class DeadError(Exception):
    """As Ray says that an actor is dead."""


class Actor:
    """Of a double of Ray: a post without a process."""

    def __init__(self, machine, command):
        self.machine, self.command, self.ended, self.dead = machine, command, False, False
        self.said, self.end = Method(lambda: self._answer(["a line"])), Method(self._end)

    def _answer(self, lines):
        if self.dead or not self.machine.alive:
            raise DeadError
        return lines

    def _end(self):
        self.ended = True
        return self._answer(["the last line"])


class Method:
    def __init__(self, act):
        self.remote = lambda: act


class Machine:
    def __init__(self, name, site):
        self.name, self.site, self.alive = name, site, True

    def told(self):
        return {
            "NodeID": self.name, "Alive": self.alive, "NodeManagerHostname": f"host-{self.name}",
            "NodeManagerAddress": f"10.0.0.{self.name}",
            "Labels": {SITE_LABEL: self.site}, "Resources": {"CPU": 2.0},
        }  # fmt: skip


class Ray:
    """What `Posts` uses of Ray, answered at once."""

    exceptions = types.SimpleNamespace(RayError=DeadError)

    def __init__(self, *machines):
        self.machines, self.actors, self.killed = machines, [], []
        self.util = types.SimpleNamespace(
            scheduling_strategies=types.SimpleNamespace(
                NodeAffinitySchedulingStrategy=lambda node, **_: node
            )
        )

    def nodes(self):
        return [each.told() for each in self.machines]

    def remote(self, _kind):
        return self

    def options(self, *, scheduling_strategy, **_):
        machine = next(each for each in self.machines if each.name == scheduling_strategy)

        def begun(command):
            self.actors.append(Actor(machine, command))
            return self.actors[-1]

        return types.SimpleNamespace(remote=begun)

    def wait(self, references, **_):
        return references[:1], references[1:]

    def get(self, reference):
        return reference()

    def kill(self, actor):
        self.killed.append(actor)

    def posts(self):
        """Machine, group and part of each that lives."""
        return {(each.machine.name, *each.command) for each in self.actors if each.machine.alive}


GROUPS = [Group("east-1", "east", ("a", "b")), Group("west-1", "west", ("c",))]


@contextlib.contextmanager
def kept(ray, said, parts=2):
    def command(group, post, host):
        return (group.name, "standby" if post.standby else "first", host)[:parts]

    posts = Posts(ray, GROUPS, command, said.append, round_=0.01, again=0.0)
    thread = threading.Thread(target=posts.run)
    thread.start()
    try:
        yield
    finally:
        posts.stop()
        thread.join()


def test_posts_of_a_machine_that_dies_are_set_up_elsewhere_and_all_end_at_the_end():
    one, two, three = Machine("1", "east"), Machine("2", "west"), Machine("3", "west")
    ray, said = Ray(one, two, three), []
    with kept(ray, said):
        until(lambda: len(ray.posts()) == 4, "two posts for each group")
        assert {("1", "east-1", "first"), ("2", "west-1", "first"), ("3", "west-1", "standby")} < (
            ray.posts()
        )
        two.alive = False
        until(lambda: len(ray.posts()) == 4, "two posts again")
        assert {
            ("1", "east-1", "first"),
            ("3", "west-1", "standby"),
            ("1", "west-1", "standby"),
        } < (ray.posts())
        until(lambda: any("west-1 at host-2 is lost (DeadError)" in each for each in said), "why")
        living = [each for each in ray.actors if each.machine.alive]
    assert all(each.ended for each in living)
    assert "west-1 at host-3: the last line" in said


def test_one_machine_alone_records_all_and_who_comes_stands_by():
    one, two = Machine("1", "east"), Machine("2", "west")
    two.alive = False
    ray = Ray(one, two)
    with kept(ray, []):
        until(lambda: len(ray.posts()) == 2, "a post for each group")
        assert ray.posts() == {("1", "east-1", "first"), ("1", "west-1", "first")}
        two.alive = True
        until(lambda: len(ray.posts()) == 4, "two that stand by")
        assert ("2", "west-1", "standby") in ray.posts()


def test_a_post_that_dies_on_a_machine_that_lives_is_set_up_again():
    ray, said = Ray(Machine("1", "east"), Machine("2", "west")), []
    with kept(ray, said):
        until(lambda: len(ray.actors) == 4, "two posts for each group")
        dying = ray.actors[0]
        dying.dead = True
        until(lambda: len(ray.actors) == 5, "one more")
        until(lambda: sum("is lost" in each for each in said) == 1, "what was lost")
    assert ray.actors[4].machine is dying.machine
    assert ray.actors[4].command == (dying.command[0], "standby")
    assert dying in ray.killed
    assert not dying.ended


def test_a_post_is_told_the_address_of_its_machine():
    """At which live pictures are had: a standby on another machine has another one."""
    ray = Ray(Machine("1", "east"), Machine("2", "west"))
    with kept(ray, [], parts=3):
        until(lambda: len(ray.posts()) == 4, "two posts for each group")
        assert all(f"10.0.0.{each.machine.name}" == each.command[2] for each in ray.actors)
