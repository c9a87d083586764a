"""What a page shows, waited for: a page is never read at once (`tests/test_page_reads.py`).

A click ends before what it began: scripts load something first, and pages come from a server. What
Playwright's `expect` asks for it waits for by itself; the rest is here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from playwright.sync_api import Error, Locator, expect

from tests.waiting import until

T = TypeVar("T")

#: What Playwright says of a question while one page takes another one's place.
_BETWEEN_PAGES = (
    "Execution context was destroyed",
    "because of a navigation",
    "Frame was detached",
)


def _asked(read: Callable[[], T]) -> tuple[T] | None:
    """What *read* gives; nothing while one page takes another one's place."""
    try:
        return (read(),)
    except Error as error:
        if not any(each in error.message for each in _BETWEEN_PAGES):
            raise
        return None


def becomes(read: Callable[[], T], expected: T) -> None:
    """Wait until *read* sees in the page what is expected."""
    seen: list[tuple[T] | None] = [None]

    def equal() -> bool:
        seen[0] = _asked(read)
        return seen[0] == (expected,)

    try:
        until(equal, f"{expected!r} in the page")
    except AssertionError as error:
        error.add_note(f"seen last: {seen[0]}")
        raise


def heard(page: Any, condition: Callable[[], T], what: str) -> T:
    """Wait for what Playwright tells of a page: it tells it while it is asked for something."""
    return until(lambda: (_asked(lambda: page.evaluate("1")), condition())[1], what)


def says(page: Any, selector: str, *texts: str) -> None:
    """Wait until the first such element has each of these texts where people read them."""
    for text in texts:
        expect(page.locator(selector).first).to_contain_text(text, use_inner_text=True)


def silent_on(page: Any, selector: str, *texts: str) -> None:
    """See that none of these texts stands there; the page has come to rest before."""
    for text in texts:
        expect(page.locator(selector).first).not_to_contain_text(text, use_inner_text=True)


def first_of(page: Any, *selectors: str) -> str:
    """Wait until one of several things is shown: which."""

    def found() -> str:
        return next((each for each in selectors if page.locator(each).first.is_visible()), "")

    return until(lambda: (_asked(found) or ("",))[0], " or ".join(selectors))


def said_by(place: Locator) -> str:
    """What an element says, once it says something."""
    expect(place).not_to_have_text("", use_inner_text=True)
    return place.inner_text()


def text_of(page: Any, selector: str) -> str:
    """What the first such element says, once it says something."""
    return said_by(page.locator(selector).first)


def texts_of(page: Any, selector: str) -> list[str]:
    """What each such element says; they come all at once."""
    text_of(page, selector)
    found: list[str] = page.locator(selector).all_inner_texts()
    return found


def computed(page: Any, script: str, argument: Any = None) -> Any:
    """What a script gives that the test itself brought along: no state of the page is read."""
    return page.evaluate(script, argument)


def errors_lead_to(page: Any, *names: str) -> None:
    """Wait until a form came back with exactly these fields wrong, in this order."""
    links = page.locator(".govuk-error-summary a")
    hrefs = "all => all.map(each => each.getAttribute('href'))"
    becomes(lambda: links.evaluate_all(hrefs), [f"#{each}" for each in names])


def frames(page: Any) -> None:
    """Let the page draw thirty times: what has been told to it is shown by then."""
    page.evaluate(
        "async () => { for (let n = 0; n < 30; n++) await new Promise(requestAnimationFrame); }"
    )
