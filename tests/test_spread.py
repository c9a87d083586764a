"""How a run is spread over its workers."""

from collections import OrderedDict

from tests import spread
from tests.places import ROOT


class Worker:
    """Of a run, as far as what it gets is concerned."""


def test_the_modules_that_begin_first_are_there():
    named = (*spread.WAITING, *spread.RAY, *spread.FIRST)
    assert all((ROOT / path).is_file() for path in named)
    for alone, others in ((False, ()), (True, spread.RAY)):
        in_order = [each for each in named if each not in others]
        in_order += ["tests/ops/a.py", *others, "tests/unit/b/c.py"]
        begun = [spread.place(path, alone=alone) for path in in_order]
        assert begun == sorted(begun)
        assert begun[0] < begun[-2] < begun[-1]


def test_who_has_spoken_with_ray_starts_no_process_any_more():
    """Nor does anything wait for it that others can run."""
    begins, first, other, quiet = (
        spread.WAITING[0], spread.FIRST[0], "tests/ops/a.py", "tests/unit/a.py",
    )  # fmt: skip
    one, two = Worker(), Worker()

    def given(worker, *queue, spoke=()):
        made = spread.Spread.__new__(spread.Spread)
        made.assigned_work = {each: {"ray": {}} if each in spoke else {} for each in (one, two)}
        made.workqueue = OrderedDict((each, {}) for each in queue)
        return made._chosen(worker)

    queue = (begins, "ray", first, other, quiet)
    assert given(one, *queue) == begins
    assert given(two, *queue) == first
    assert given(two, begins, "ray") == begins
    assert given(one, *queue, spoke=[one]) == quiet
    assert given(two, *queue, spoke=[one]) == first
    assert given(one, other, spoke=[one]) is None
    assert given(two, other, spoke=[one]) == other
