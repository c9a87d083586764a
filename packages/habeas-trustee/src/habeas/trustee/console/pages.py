"""The console's pages as HTML. Every text from outside is escaped where it enters a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from habeas.foundation.errors import HabeasError
from habeas.trustee.console.figures import Claim, MonthKeys, RequestAnswer, UnusualDay
from habeas.trustee.console.words import LANGUAGES, Words

STYLE = Path(__file__).with_name("console.css").read_text(encoding="utf-8")
_ROOMS = (
    ("/", "today"), ("/history", "history"), ("/claims", "claims"), ("/keys", "keys"),
    ("/health", "health"),
)  # fmt: skip
_FIGURES = (
    "photos", "pending", "owed", "to_tell", "foreign", "view", "notices", "notices_waiting",
    "mails", "mails_dropped",
)  # fmt: skip
#: Hexadecimal digits of a promise's digest that are shown: enough to tell photos apart.
_PROMISE = 16
#: Height of the chart of days, and the width of a day and of the gap after it; CSS pixels.
_TALL, _WIDE, _GAP = 120, 14, 4


@dataclass(frozen=True)
class Today:
    """What the first page shows."""

    day: str
    asked: Sequence[tuple[str, str, int]]
    acts: Sequence[RequestAnswer]
    unusual: Sequence[UnusualDay]
    days: Sequence[tuple[str, int]]


def _page(words: Words, name: str, room: str, content: str) -> str:
    title = words[room]
    here = ' aria-current="page"'
    links = "".join(
        f'<li><a href="{address}"{here if each == room else ""}>{escape(words[each])}</a></li>'
        for address, each in _ROOMS
    )
    nav = f'<nav aria-label="{escape(words["console"])}"><ul>{links}</ul></nav>' if name else ""
    languages = " ".join(
        f'<a href="/language?to={code}" lang="{code}" hreflang="{code}"'
        f"{here if code == words.language else ''}>{escape(called)}</a>"
        for code, (called, _) in LANGUAGES.items()
    )
    return (
        f'<!doctype html><html lang="{words.language}" dir="{words.direction}">'
        '<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} – {escape(name or words['console'])}</title>"
        '<link rel="stylesheet" href="/console.css"></head><body>'
        f'<a class="skip" href="#main">{escape(words["skip"])}</a>'
        f"<header><p>{escape(words['console'])} <strong>{escape(name)}</strong></p>"
        f'<p class="languages">{languages}</p>{nav}</header>'
        f'<main id="main"><h1>{escape(title)}</h1>{content}</main></body></html>'
    )


def _table(caption: str, heads: Iterable[str], rows: Iterable[Sequence[str]], none: str) -> str:
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    title = f"<h2>{escape(caption)}</h2>"
    if not body:
        return f"{title}<p>{escape(none)}</p>"
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    return (
        f'{title}<div class="table" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _acts(words: Words, caption: str, acts: Sequence[RequestAnswer]) -> str:
    heads = [words[each] for each in ("day", "office", "service", "purpose", "outcome", "entry")]
    rows = (
        (
            each.day, each.office, each.service, words.of(each.purpose),
            f"{words['refused']}: {words.of(f'code-{each.code}')} ({each.code})"
            if each.code else words["released"],
            words["waits"] if each.index is None else f"#{each.index}",
        )
        for each in acts
    )  # fmt: skip
    return _table(caption, heads, rows, words["none"])


def _unusual(words: Words, days: Sequence[UnusualDay]) -> str:
    heads = [words[each] for each in ("day", "office", "count", "usual")]
    rows = ((each.day, each.office, str(each.count), str(each.usual)) for each in days)
    note = f"<p>{escape(words['unusual-note'])}</p>"
    return _table(words["unusual"], heads, rows, words["none"]) + note


def _chart(words: Words, days: Sequence[tuple[str, int]]) -> str:
    """Bars of days, and the same figures as a table for who does not see them."""
    most = max((count for _, count in days), default=0) or 1
    bars = "".join(
        f'<rect x="{at * (_WIDE + _GAP)}" y="{_TALL - round(_TALL * count / most)}"'
        f' width="{_WIDE}" height="{round(_TALL * count / most)}">'
        f"<title>{escape(day)}: {count}</title></rect>"
        for at, (day, count) in enumerate(days)
    )
    wide = len(days) * (_WIDE + _GAP)
    total = sum(count for _, count in days)
    label = f"{words['days']}: {total}"
    table = _table(
        words["days"], (words["day"], words["count"]),
        ((day, str(count)) for day, count in days if count), words["none"],
    )  # fmt: skip
    return (
        f'<svg class="chart" role="img" viewBox="0 0 {wide} {_TALL}" aria-label="{escape(label)}">'
        f"{bars}</svg><details><summary>{escape(label)}</summary>{table}</details>"
    )


def today(words: Words, name: str, paused: bool, form: str, found: Today) -> str:
    """The first page: today's requests, what was answered, and the pause."""
    act = "resume" if paused else "pause"
    stop = (
        (f'<p class="warning"><strong>{escape(words["paused"])}</strong></p>' if paused else "")
        + f'<form method="post" action="/{act}"><p>{escape(words[f"{act}-note"])}</p>'
        f'<input type="hidden" name="form" value="{escape(form)}">'
        f"<button>{escape(words[act])}</button></form>"
    )
    heads = [words[each] for each in ("office", "purpose", "count")]
    rows = ((office, words.of(purpose), str(count)) for office, purpose, count in found.asked)
    content = (
        f"<p>{escape(words['intro'])}</p>"
        + (stop if paused else "")
        + _table(f"{words['asked']} ({found.day})", heads, rows, words["none"])
        + _acts(words, words["answers"], found.acts)
        + _unusual(words, found.unusual)
        + f"<h2>{escape(words['days'])}</h2>"
        + _chart(words, found.days)
        + ("" if paused else f"<h2>{escape(words['pause'])}</h2>{stop}")
    )
    return _page(words, name, "today", content)


def history(
    words: Words,
    name: str,
    acts: Sequence[RequestAnswer],
    refused: Sequence[tuple[str, int]],
    unusual: Sequence[UnusualDay],
) -> str:
    """Refusals and why, the last answers, unusual days."""
    rows = ((words.of(f"code-{code}"), code, str(count)) for code, count in refused)
    heads = [words[each] for each in ("why", "rule", "count")]
    content = (
        _table(words["refusals"], heads, rows, words["none"])
        + _acts(words, words["last-acts"], acts)
        + _unusual(words, unusual)
    )
    return _page(words, name, "history", content)


def claims(words: Words, name: str, found: Sequence[Claim]) -> str:
    """What was claimed for people who have lost their receipt, and how to claim."""
    heads = [words[each] for each in ("promise", "trustee", "day", "stops", "counts")]
    rows = (
        (f"{each.promise[:_PROMISE]}…", each.trustee, each.day, each.until, each.counts)
        for each in found
    )
    steps = "".join(
        f"<li>{escape(words[each])}</li>"
        for each in ("claim-identity", "claim-office", "claim-say", "claim-lift")
    )
    command = (
        "habeas trustee claim --data FOLDER FILE --reference REFERENCE"
        " --want destroy --identity-seen"
    )
    content = (
        f"<p>{escape(words['claims-note'])}</p>"
        + _table(words["claimed"], heads, rows, words["none"])
        + f"<h2>{escape(words['claim'])}</h2><ol>{steps}</ol>"
        + f'<p><code dir="ltr">{escape(command)}</code></p>'
    )
    return _page(words, name, "claims", content)


def keys(
    words: Words, name: str, months: Sequence[MonthKeys], releases: Sequence[tuple[int, str]]
) -> str:
    """The keys of months, and releases of the app."""
    heads = [words[each] for each in ("month", "made", "state")]
    rows = (
        (each.month, each.made, words["alive"] if each.alive else words["destroyed"])
        for each in months
    )
    apps = _table(
        words["releases"], (words["entry"], words["day"]),
        ((f"#{position}", day) for position, day in releases), words["releases-none"],
    )  # fmt: skip
    content = (
        f"<p>{escape(words['keys-note'])}</p>"
        + _table(words["keys"], heads, rows, words["none"])
        + apps
        + f"<p>{escape(words['releases-note'])}</p>"
    )
    return _page(words, name, "keys", content)


def health(words: Words, name: str, state: Mapping[str, Any]) -> str:
    """How the trustee fares."""
    problems = state.get("problems") or {}
    if problems:
        lines = "".join(
            f"<li><strong>{escape(str(code))}</strong>: "
            f'<span lang="en">{escape(str(cause))}</span></li>'
            for code, cause in problems.items()
        )
        told = f'<p class="warning"><strong>{escape(words["unwell"])}</strong></p><ul>{lines}</ul>'
    else:
        told = f"<p>{escape(words['well'])}</p>"
    rows = ((words[each], str(state[each])) for each in _FIGURES if each in state)
    figures = _table(words["figures"], (words["figures"], words["count"]), rows, words["none"])
    return _page(words, name, "health", told + figures)


def sign_in(words: Words, error: HabeasError) -> str:
    """For who is not signed in: how to."""
    cause = f'<p lang="en"><small>{escape(error.cause)}</small></p>'
    content = f"<p>{escape(words['sign-in-note'])}</p>{cause}"
    return _page(words, "", "signed-out", content)
