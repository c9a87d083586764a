"""What `/readyz` answers, as Prometheus reads it: its text exposition format, version 0.0.4.

Every party has the same four kinds of figures, under its own name, so that one set of rules and
one dashboard serve them all (`monitoring/`): whether it is ready, what keeps it from its work,
how long ago each of its loops last succeeded, and figures of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


def exposition(party: str, said: Mapping[str, Any]) -> str:
    """The answer of `/metrics`.

    Args:
        party: ``log``, ``mirror``, ``trustee``, ``portal`` or ``recorder``.
        said: fields of `habeas.foundation.health.Health`, with figures; texts among them are
            left out.
    """
    return "".join(_families(f"habeas_{party}", said))


def _families(prefix: str, said: Mapping[str, Any]) -> Iterator[str]:
    yield _family(f"{prefix}_ready", "Whether it can do its work.", {"": said["ok"]})
    problems = {_label("code", code): 1 for code in said["problems"]}
    yield _family(f"{prefix}_problem", "What keeps it from its work, by code.", problems)
    ages = {_label("of", loop): age for loop, age in said["ages"].items()}
    words = "Seconds since each of its loops last succeeded."
    yield _family(f"{prefix}_success_age_seconds", words, ages)
    for name, value in said.items():
        if isinstance(value, int | float) and name != "ok":
            yield _family(f"{prefix}_{name}", "See docs/operate/monitoring.md.", {"": value})


def _family(name: str, words: str, values: Mapping[str, float]) -> str:
    lines = "".join(f"{name}{labels} {value + 0}\n" for labels, value in values.items())
    return f"# HELP {name} {words}\n# TYPE {name} gauge\n{lines}"


def _label(name: str, value: str) -> str:
    return f'{{{name}="{value.translate(_ESCAPED)}"}}'
