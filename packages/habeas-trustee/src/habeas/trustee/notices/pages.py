"""The pages that mails lead to: confirm, end, and never be written to again.

Looking at a page changes nothing: programs that look into mails follow their links.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from habeas.trustee.notices.values import Subscription
from habeas.trustee.words import Words

STYLE = Path(__file__).with_name("notices.css").read_text(encoding="utf-8")


def _page(words: Words, trustee: str, title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="{words.language}" dir="{words.direction}">'
        '<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f"<title>{escape(title)} – {escape(trustee)}</title>"
        '<link rel="stylesheet" href="/notices/notices.css"></head><body>'
        f"<header><p>{escape(words['who'])} <strong>{escape(trustee)}</strong></p></header>"
        f'<main id="main"><h1>{escape(title)}</h1>{content}</main></body></html>'
    )


def _button(words: Words, token: str, act: str, *, first: bool = False) -> str:
    look = "" if first else ' class="second"'
    return (
        f'<form method="post" action="/notices/{escape(token)}/{act}">'
        f"<button{look}>{escape(words[f'do-{act}'])}</button></form>"
    )


def choose(words: Words, trustee: str, token: str, found: Subscription) -> str:
    """What a mail's link leads to."""
    if found.confirmed:
        content = f"<p>{escape(words['told-note'])}</p>" + _button(words, token, "end", first=True)
        title = words["told"]
    else:
        content = f"<p>{escape(words['confirm-note'])}</p>"
        content += _button(words, token, "confirm", first=True) + _button(words, token, "end")
        title = words["confirm"]
    content += f"<p>{escape(words['never-note'])}</p>" + _button(words, token, "never")
    return _page(words, trustee, title, content)


def done(words: Words, trustee: str, act: str) -> str:
    """What was done: *act* is ``confirm``, ``end`` or ``never``."""
    content = f"<p>{escape(words[f'done-{act}-note'])}</p>"
    return _page(words, trustee, words[f"done-{act}"], content)


def gone(words: Words, trustee: str) -> str:
    """A link whose notice has ended."""
    return _page(words, trustee, words["gone"], f"<p>{escape(words['gone-note'])}</p>")
