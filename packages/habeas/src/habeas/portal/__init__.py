"""The portal: applicants apply, officers decide, everybody reads the register.

Django over `habeas.custody`; no cryptography of its own beyond the drafts and pointers
that keep its tables from leading to anybody's photo.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import TrusteeIdentity


@dataclass(frozen=True)
class Site:
    """What a portal must know: its own address, the log, the trustees."""

    portal: str
    log: str
    origin: str
    k: int
    trustees: tuple[TrusteeIdentity, ...]
    policy: str
    log_token: str


def setup(folder: Path, site: Site) -> None:
    """Make or refresh the portal's folder: settings, keys, tables, demo sign-ins.

    Raises:
        HabeasError: the tables cannot be made.
    """
    durable.make(folder, private=True)
    public = {
        "portal": site.portal,
        "log": site.log,
        "origin": site.origin,
        "k": site.k,
        "trustees": [each.fields() for each in site.trustees],
    }
    for name, content in (
        ("site.json", json.dumps(public, indent=1)),
        ("policy.txt", site.policy),
        ("log-token", site.log_token),
    ):
        durable.write(folder / name, content.encode(), private=True)
    with contextlib.suppress(FileExistsError):
        durable.create(folder / "secret-key", secrets.token_urlsafe(48).encode(), private=True)
    # Django reads its settings once for each process: a process of its own has this folder's.
    done = subprocess.run(
        [sys.executable, "-m", "habeas.portal.prepare"],
        env={**os.environ, "HABEAS_DATA": str(folder.resolve())},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        raise HabeasError(
            f"The portal's tables could not be made: {words[-1]}",
            f"Check that {folder} can be written to.",
        )
