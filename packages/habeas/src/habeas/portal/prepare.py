"""`python -m habeas.portal.prepare`: tables, and officers to try the desk with."""

from __future__ import annotations

import json
import os
import secrets

import django

from habeas.foundation import durable


def main() -> None:
    """Bring the tables up to date; make each office one officer, where it has none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "habeas.portal.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - needs Django set up
    from django.contrib.auth.models import Group, User  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from habeas.portal.services import offices, services  # noqa: PLC0415

    services()  # a broken file is said now, not to the first applicant
    call_command("migrate", verbosity=0, interactive=False)
    file = settings.DATA / "demo-sign-ins.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    for office in offices():
        group, _ = Group.objects.get_or_create(name=office)
        if office in known or group.user_set.exists():
            continue
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        officer = User.objects.create_user(f"officer@{office}", password=password)
        officer.groups.add(group)
        known[office] = [officer.get_username(), password]
    durable.write(file, json.dumps(known, indent=1).encode(), private=True)


if __name__ == "__main__":
    main()
