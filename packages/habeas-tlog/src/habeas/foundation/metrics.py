"""What `/readyz` answers, as Prometheus reads it: its text exposition format, version 0.0.4.

Every party has the same four kinds of figures, under its own name, so that one set of rules and
one dashboard serve them all (`monitoring/`): whether it is ready, what keeps it from its work,
how long ago each of its loops last succeeded, and figures of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


def exposition(
    party: str,
    said: Mapping[str, Any],
    parts: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
) -> str:
    """The answer of `/metrics`.

    Args:
        party: ``log``, ``mirror``, ``trustee``, ``portal`` or ``recorder``.
        said: fields of `habeas.foundation.health.Health`, with figures; texts among them are
            left out.
        parts: the same fields of its parts: by the label that tells them apart (``camera``), by
            that label's value.
    """
    told = [("", said)]
    for label, by_value in (parts or {}).items():
        told += [(_pair(label, value), fields) for value, fields in by_value.items()]
    return "".join(_families(f"habeas_{party}", told))


def _families(prefix: str, told: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    ready = {_labels(part): said["ok"] for part, said in told}
    yield _family(f"{prefix}_ready", "Whether it can do its work.", ready)
    problems = {
        _labels(part, _pair("code", code)): 1 for part, said in told for code in said["problems"]
    }
    yield _family(f"{prefix}_problem", "What keeps it from its work, by code.", problems)
    ages = {
        _labels(part, _pair("of", loop)): age
        for part, said in told
        for loop, age in said["ages"].items()
    }
    words = "Seconds since each of its loops last succeeded."
    yield _family(f"{prefix}_success_age_seconds", words, ages)
    figures: dict[str, dict[str, float]] = {}
    for part, said in told:
        for name, value in said.items():
            if isinstance(value, int | float) and name != "ok":
                figures.setdefault(name, {})[_labels(part)] = value
    for name, values in figures.items():
        yield _family(f"{prefix}_{name}", "See docs/operate/monitoring.md.", values)


def _family(name: str, words: str, values: Mapping[str, float]) -> str:
    lines = "".join(f"{name}{labels} {value + 0}\n" for labels, value in values.items())
    return f"# HELP {name} {words}\n# TYPE {name} gauge\n{lines}"


def _labels(*pairs: str) -> str:
    told = ",".join(each for each in pairs if each)
    return f"{{{told}}}" if told else ""


def _pair(name: str, value: str) -> str:
    return f'{name}="{value.translate(_ESCAPED)}"'
