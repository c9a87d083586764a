"""The tables of the release before this one: where an upgrade can go back to.

A release goes forward and back by one: whoever finds that the new one does not fit takes the
tables back with it, and installs the old one again. What only the new release knew is dropped.
"""

from __future__ import annotations

#: The release before, and the last migration of each app in it. No release has a tag yet: this is
#: what stood when releases began to be counted.
BEFORE = "0.2.0 as of 2026-11-26"
TABLES = {
    "apply": "0001_initial",
    "cases": "0002_case_photo_wanted",
    "desk": "0001_initial",
    "officers": "0001_initial",
    "looks": "zero",
    "standing": "0001_initial",
    "vault": "0002_nothing_by_absence",
    "viewing": "0001_initial",
    "webhooks": "zero",
}
#: The commit that stands for its tag, and git's id of its tree of packages: what upgrades are tried
#: from (`tests/service/before.tar.xz`).
TREE = "ba95e1ce47b3e125cdd9753a8a3505b908c7c0e8"
COMMIT = "1c4a4f19a46e0073d65737d00c2a4b58fb3318f3"
