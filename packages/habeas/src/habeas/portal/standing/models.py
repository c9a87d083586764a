"""What the portal notes about itself; nothing of it is about a person, a case or a photo."""

from __future__ import annotations

from django.db import models


class StandingValue(models.Model):
    """One value by its name. `habeas.portal.standing` says which there are."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()


def note(name: str) -> str | None:
    """The value of that name, or None."""
    return StandingValue.objects.filter(name=name).values_list("value", flat=True).first()


def notes(prefix: str) -> dict[str, str]:
    """All values whose names begin so, by the rest of the name."""
    found = StandingValue.objects.filter(name__startswith=prefix).order_by("name")
    return {row.name.removeprefix(prefix): row.value for row in found}


def keep(name: str, value: str) -> None:
    """Give the name that value, durably where no transaction is open."""
    StandingValue.objects.update_or_create(name=name, defaults={"value": value})


def drop(name: str) -> None:
    """Forget a name; nothing happens where there is none."""
    StandingValue.objects.filter(name=name).delete()
