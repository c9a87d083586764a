from datetime import timedelta

from habeas.foundation.clock import utc_now


def test_the_clock_of_production_is_utc():
    assert utc_now().utcoffset() == timedelta(0)
