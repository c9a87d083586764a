"""What all tests share: how thoroughly Hypothesis searches.

`HYPOTHESIS_PROFILE` chooses; no profile has a deadline, because no test may need a fast
machine.
"""

import os

from hypothesis import HealthCheck, Phase, settings

_SLOW_MACHINE = (HealthCheck.too_slow,)

settings.register_profile(
    "quick", deadline=None, max_examples=25, suppress_health_check=_SLOW_MACHINE
)
settings.register_profile(
    "ci", deadline=None, max_examples=100, print_blob=True, suppress_health_check=_SLOW_MACHINE
)
settings.register_profile(
    "thorough", deadline=None, max_examples=2000, suppress_health_check=_SLOW_MACHINE
)
# The same examples each time, and none made smaller: for `make mutants`, which asks only whether
# a test fails.
settings.register_profile(
    "repeatable", settings.get_profile("quick"), derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
