"""`python -m habeas.deploy.sample_officers`: accounts to try the viewing of recordings with.

A process of its own, because Django reads a portal's settings once for each process. It
acts through the portal's own use cases, as whoever runs a portal would.
"""

from __future__ import annotations

import json
import secrets
import sys
from pathlib import Path

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.portal.site import setup


def main(folder: Path, sign_ins: Path) -> None:
    """Bring the tables up to date; the first time, make one account for each office.

    Args:
        folder: the portal's.
        sign_ins: where names and passwords are kept for printing. An officer whose password
            was changed, or who was disabled, is taken out of it and left as they are.
    """
    setup.start(folder)
    setup.migrate()
    from habeas.portal.catalogue import offices
    from habeas.portal.officers import accounts

    if sign_ins.exists():
        known = {
            office: (name, password)
            for office, (name, password) in json.loads(sign_ins.read_text()).items()
            if accounts.holds(name, password)
        }
    else:
        known = {}
        for office in offices():
            if not accounts.listed(office):
                password = "-".join(secrets.token_hex(2) for _ in range(4))
                officer = accounts.add(f"officer@{office}", office, password)
                known[office] = (officer.name, password)
    durable.write(sign_ins, json.dumps(known, indent=1).encode(), private=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except HabeasError as error:
        sys.exit(str(error))
