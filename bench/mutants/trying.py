"""Running a room's unit tests over changed source, in processes that start warm.

A parent imports pytest and the libraries once, and forks for each mutant, so that a try costs
its tests and nothing else. The child compiles the changed bytes in place of the file that it
would import. Tests that reach the changed statement run first, quickest first; where all of
those pass, all tests of the room decide, because what one test makes (a fixture, a cache) may
be seen by another.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from time import perf_counter
from types import CodeType

import coverage
import pytest

from bench.mutants.sites import ROOMS, ROOT, Mutant, Room

#: Bytes of address space for one try: a mutant may ask for endless memory.
_MEMORY = 8 << 30
#: Seconds of processor time for one try, and of the clock for one test: a mutant may loop, or
#: wait for what never comes. Both are far beyond what a busy machine takes.
_PROCESSOR, _CLOCK = 300, 120
_OPTIONS = [
    "-x", "-q", f"--rootdir={ROOT}", f"--timeout={_CLOCK}",
    "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cov",
    # The libraries are imported before pytest could rewrite them, and need not be.
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
]  # fmt: skip
#: What imports the rooms: no parent may have done so, or a change would not be in them.
_OURS = ("habeas", "tests", "bench", "fuzz", "__main__")


@dataclass(frozen=True)
class Reach:
    """What the tests of a room do where nothing is changed.

    Attributes:
        seconds: what each test takes.
        tests: for each file and line, the tests that reach it.
        modules: the libraries that they import.
    """

    seconds: dict[str, float]
    tests: dict[str, dict[int, list[str]]]
    modules: list[str]

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that reach a mutant's statement, quickest first."""
        lines = self.tests.get(str(mutant.file), {})
        near = {test for at in range(mutant.first, mutant.last + 1) for test in lines.get(at, [])}
        return sorted(near & self.seconds.keys(), key=self.seconds.__getitem__)


class _Watch:
    """Tells for each test which lines it reaches, and how long it takes."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._measured.switch_context(item.nodeid)
        begin = perf_counter()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = perf_counter() - begin


class _Choice:
    """Keeps the named tests, in their order."""

    def __init__(self, names: Sequence[str]) -> None:
        self._place = {name: place for place, name in enumerate(names)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        kept = [each for each in items if each.nodeid in self._place]
        items[:] = sorted(kept, key=lambda each: self._place[each.nodeid])


class _Changed(SourceFileLoader):
    """Imports a file as if the change stood in it."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(mutant.file))
        self._code: CodeType = compile(mutant.changed(), mutant.file, "exec", dont_inherit=True)

    def get_code(self, _: str) -> CodeType:
        return self._code

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)


def _folders(room: Room) -> list[str]:
    return [each for each in room.tests if (ROOT / each).exists()]


def _apart(work: Callable[[], int]) -> int:
    """Do it in a child without output; gives the child's process number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        with Path(os.devnull).open("r+") as nothing:
            for stream in (0, 1, 2):
                os.dup2(nothing.fileno(), stream)
        code = work()
    except BaseException:  # noqa: BLE001 - a child must never go on as its parent
        traceback.print_exc()
    finally:
        os._exit(code)


def _ended(child: int) -> bool:
    """Whether a child ends well."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def reach(room: Room, folder: Path) -> Reach | None:
    """Run a room's tests over unchanged source; None where they fail."""
    file = folder / f"{room.distribution}.json"

    def work() -> int:
        measured = coverage.Coverage(
            data_file=None, config_file=False, include=[str(each) for each in room.sources()]
        )
        measured.start()
        watch = _Watch(measured)
        code = pytest.main([*_OPTIONS, *_folders(room)], plugins=[watch])
        measured.stop()
        data = measured.get_data()
        tests = {each: data.contexts_by_lineno(each) for each in data.measured_files()}
        modules = [each for each in sys.modules if each.partition(".")[0] not in _OURS]
        file.write_text(json.dumps([watch.seconds, tests, modules]))
        return code

    if not _ended(_apart(work)):
        return None
    seconds, tests, modules = json.loads(file.read_text())
    by_line = {name: {int(at): who for at, who in of.items()} for name, of in tests.items()}
    return Reach(seconds, by_line, modules)


def warm(modules: Iterable[str]) -> None:
    """Import libraries here, so that no child has to.

    Raises:
        SystemExit: one of them has imported a room: no change would take effect there.
    """
    for each in modules:
        if each not in sys.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(each)
    taken = [each for each in sys.modules if each.startswith("habeas.")]
    if taken:
        sys.exit(f"A library imports what is to be changed: {', '.join(sorted(taken)[:3])}.")


def _passes(mutant: Mutant, near: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR, _PROCESSOR))
    sys.meta_path.insert(0, _Changed(mutant))
    files = list(dict.fromkeys(each.partition("::")[0] for each in near))
    return pytest.main([*_OPTIONS, *files], plugins=[_Choice(near)])


def survivors(
    mutants: Sequence[Mutant], reached: dict[str, Reach], processes: int
) -> Generator[tuple[Mutant, bool]]:
    """Try each mutant; yields it, and whether all tests pass over it, as they end.

    Args:
        mutants: what to try.
        reached: for each room, what `reach` tells.
        processes: how many tries at a time.
    """
    todo = [(each, reached[each.room].of(each), False) for each in reversed(mutants)]
    running: dict[int, tuple[Mutant, bool]] = {}
    while todo or running:
        while todo and len(running) < processes:
            mutant, near, whole = todo.pop()
            if not near:
                near, whole = list(reached[mutant.room].seconds), True
            child = _apart(lambda mutant=mutant, near=near: _passes(mutant, near))  # type: ignore[misc]
            running[child] = (mutant, whole)
        child, status = os.wait()
        mutant, whole = running.pop(child)
        if os.waitstatus_to_exitcode(status) != 0:
            yield mutant, False
        elif whole:
            yield mutant, True
        else:
            todo.append((mutant, [], False))


def rooms(names: Iterable[str], folder: Path) -> dict[str, Reach]:
    """What the tests of each room reach, with their libraries warm.

    Raises:
        SystemExit: the tests of a room fail without any change.
    """
    found = {}
    for name in names:
        reached = reach(ROOMS[name], folder)
        if reached is None:
            sys.exit(f"The unit tests of {name} fail without any change: mend them first.")
        found[name] = reached
    for each in found.values():
        warm(each.modules)
    return found
