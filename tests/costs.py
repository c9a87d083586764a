"""What tests cost: processor time by module, of pytest and of the processes that it waited for.

    python -m pytest -p tests.costs -n 3 --dist loadscope tests/service

Load changes it little, where durations say more of the machine than of the tests. What a
module's fixtures cost counts for the module.
"""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Generator

import pytest

_NAME = "processor-seconds"
_MOST = 40
_by_module: Counter[str] = Counter()


def _spent() -> float:
    """Processor seconds of this process, and of its children that have ended."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


_before = [_spent()]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Tell, with the report of the teardown, all that was spent since the one before."""
    try:
        return (yield)
    finally:
        now = _spent()
        item.user_properties.append((_NAME, now - _before[0]))
        _before[0] = now


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Where reports arrive: in the process that prints."""
    if report.when == "teardown":
        spent = sum(value for name, value in report.user_properties if name == _NAME)
        _by_module[report.nodeid.partition("::")[0]] += spent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The dearest modules, and the sum of each kind."""
    kinds: Counter[str] = Counter()
    for module, spent in _by_module.items():
        kinds["/".join(module.split("/")[:2])] += spent
    terminalreporter.section("processor seconds")
    for name, spent in [*kinds.most_common(), *_by_module.most_common(_MOST)]:
        terminalreporter.write_line(f"{spent:8.1f}  {name}")
