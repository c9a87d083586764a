"""The pages that must not get slower with what has ever happened: the public ones, each once."""

from __future__ import annotations


def pages(middle: int, today: str) -> dict[str, str]:
    """Addresses by what they are called in the table.

    Args:
        middle: an entry in the middle of the log.
        today: a day (YYYY-MM-DD) on which something stands on the log.
    """
    month = today[:7]
    called = {
        "/", "/apply/hunting-licence/", "/register/", "/register/entries/",
        "/register/trustees/", "/register/offices/licensing-office/", "/register/acts.csv",
        "/register/acts.json", "/register/news.atom", "/register/check/", "/register/code/",
        "/register/code/manifest.json", "/cameras/", "/cameras/north-gate/", "/receipt/",
        "/receipt/lost/", "/officers/", "/desk/sign-in/", "/livez", "/readyz", "/metrics",
        "/api/circle",
    }  # fmt: skip
    return {
        **{page: page for page in sorted(called)},
        "/register/entries/?before=N": f"/register/entries/?before={middle}",
        "/register/entries/N/": f"/register/entries/{middle}/",
        "/register/months/M/": f"/register/months/{month}/",
    }
