"""Applicants and officers, as their browsers speak for them."""

from __future__ import annotations

import contextlib
import json
import random
import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx

from habeas.foundation.errors import HabeasError
from habeas.protocol import Purpose, seal, statements, verify_circle
from habeas.protocol.app import AppDetails
from habeas.protocol.app.release import origin_of
from habeas.protocol.document import base64_of, unbase64
from habeas.protocol.office import Answers, seal_answers, seal_pointer
from habeas.protocol.seal import Secrets, Wishes
from habeas.protocol.terms import AppReference

if TYPE_CHECKING:
    from bench.load import Book
    from bench.load.place import Place

_STEP = "/apply/hunting-licence"
_ANSWERS = {
    "full_name": "Анна Example", "date_of_birth": "1979-03-21", "address": "1 Forest Lane",
}  # fmt: skip
_PHOTO = secrets.token_bytes(150_000)
#: Seconds that somebody thinks at a page.
_THINKING = (2.0, 8.0)


class _Person(ABC):
    def __init__(self, place: Place, book: Book) -> None:
        self._place, self._book = place, book
        self._enough = threading.Event()

    def work(self, enough: threading.Event) -> None:
        """Until it is enough."""
        self._enough = enough
        enough.wait(random.uniform(0, _THINKING[1]))  # nobody comes with all others
        while not enough.is_set():
            try:
                self._once()
            except (httpx.HTTPError, HabeasError, ValueError, KeyError) as error:
                self._book.fail(f"{type(self).__name__}: {type(error).__name__}: {error}"[:200])
                self._think()

    @abstractmethod
    def _once(self) -> None:
        """What this person comes for, once."""

    def _think(self) -> None:
        self._enough.wait(random.uniform(*_THINKING))

    @contextlib.contextmanager
    def _page(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._book.note(name, time.perf_counter() - begun)


class Applicant(_Person):
    """Applies again and again, each time as somebody else."""

    def _once(self) -> None:
        url = self._place.city.portal_url
        headers = {"Referer": url}
        with httpx.Client(base_url=url, trust_env=False, timeout=60, headers=headers) as http:
            self._get(http, "/", "home")
            self._think()
            self._get(http, f"{_STEP}/details/", "details")
            self._get(http, f"{_STEP}/seal/", "app")
            with self._page("order"):
                order = _ok(http.post(f"{_STEP}/order/", json={})).json()
            self._think()
            body, files, said = _sealed(order)
            csrf = {"X-CSRFToken": order["csrf"]}
            with self._page("deposit"):
                sent = http.post(f"{_STEP}/deposit/", data=body, files=files, headers=csrf)
                _ok(sent)
            with self._page("keep"):
                kept = http.post(f"{_STEP}/keep/", json=said, headers=csrf)
                reference = _ok(kept).json()["reference"]
            self._get(http, f"{_STEP}/done/", "done")
            self._book.sent(reference)
            self._think()

    def _get(self, http: httpx.Client, path: str, name: str) -> httpx.Response:
        with self._page(name):
            return _ok(http.get(path))


def _ok(answer: httpx.Response, status: int = 200) -> httpx.Response:
    if answer.status_code != status:
        raise ValueError(f"{answer.request.url.path}: {answer.status_code} {answer.text[:120]}")
    return answer


def _sealed(order: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any], dict[str, str]]:
    """What the applicant's device makes of an order."""
    circle = verify_circle(order["circles"][-1])
    keys = [
        statements.read_statement(note, seat.name, [seat.verifier()], statements.KeyStatement)
        for seat, note in zip(circle.trustees, order["keys"], strict=True)
    ]
    lists = {name: tuple(order["wishes"][name]) for name in ("recipients", "purposes")}
    release = AppDetails.decode(order["release"].encode())
    app = AppReference(
        origin=origin_of(circle.custodian.portal), manifest=release.manifest.digest().hex()
    )
    wishes = Wishes(**{**order["wishes"], **lists}, sealed_by="browser", app=app)
    drawn = Secrets.draw(secrets.token_bytes)
    terms = seal.build_terms(circle, keys, wishes, drawn)
    sealed = seal.seal(_PHOTO, terms, keys, drawn, secrets.token_bytes)
    tags = seal.custodian_tags(drawn.track_key, sealed.promise.openings_max)
    office = circle.office(order["office"])
    assert office is not None
    key = unbase64(office.encryption_key)
    pointer = seal_pointer(key, seal.pointer_of(sealed.promise, order["reference"], drawn))
    answers = Answers(reference=order["reference"], service=order["id"], answers=dict(_ANSWERS))
    head = {
        "promise": sealed.promise.fields(), "tag": tags.sealed, "closing_tag": tags.closed,
        "deposits": [base64_of(each) for each in sealed.deposits],
    }  # fmt: skip
    files = {"ciphertext": ("ciphertext", sealed.ciphertext)}
    said = {
        "answers": base64_of(seal_answers(key, answers)), "pointer": base64_of(pointer),
        "seal_id": sealed.promise.seal_id,
    }  # fmt: skip
    return {"head": json.dumps(head)}, files, said


class Officer(_Person):
    """Takes cases of the list, looks at some, decides them."""

    def __init__(self, place: Place, book: Book, number: int) -> None:
        super().__init__(place, book)
        self._number = number

    def _once(self) -> None:
        client = self._place.officer(self._number)
        with self._page("officer: signing in"):
            client.sign_in()
        try:
            while not self._enough.is_set():
                self._decide(client)
        finally:
            client.close()

    def _decide(self, client: Any) -> None:
        with self._page("officer: list"):
            client._call("GET", "/api/cases?state=open")  # noqa: SLF001
        self._think()
        reference = self._book.take()
        if reference is None:
            return
        with self._page("officer: case"):
            client.case(reference)
        self._think()
        with self._page("officer: opening"):
            client.open(reference, Purpose.DECIDE_APPLICATION, "To decide.")
        self._book.done()
        self._think()
        with self._page("officer: deciding"):
            client.decide(reference, "approved")
