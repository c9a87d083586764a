"""A puzzle in the background, for whoever's network comes near a rate: no captcha, and no waiting.

Many people may have one address, and one of them may take what all have. A browser that solves a
puzzle (hashcash: SHA-256 with leading zero bits) is counted by itself for half an hour. Pages go
on meanwhile; who cannot solve it is counted with the address as before. What it costs an attacker
is little, so that an address gets few of these: the rate of passes is what bounds it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from habeas.foundation.errors import HabeasError
from habeas.portal.site.address import address_of
from habeas.portal.site.bodies import json_object, raw
from habeas.portal.site.buckets import Buckets, Rate


@dataclass(frozen=True)
class Puzzle:
    """How hard it is, and for how long it counts.

    Attributes:
        bits: leading zero bits. 65,000 hashes on average: about a second of a phone's browser,
            which asks the platform's SHA-256 for each.
        challenge_seconds: within which it has to be solved.
        pass_seconds: for which the browser is counted by itself; an application takes less.
    """

    bits: int = 16
    challenge_seconds: int = 300
    pass_seconds: int = 1800


PUZZLE = Puzzle()
_SALT, _PASS = "habeas.moment.challenge", "habeas.moment.pass"
#: Each challenge is answered once, in each process.
_spent = Buckets(Rate(1, float(PUZZLE.challenge_seconds)), time.monotonic)


class UnsolvedError(HabeasError):
    """No answer to a challenge of this portal."""

    code = "moment-unsolved"
    status = 403
    remedy = "Nothing is lost: go on without, or load the page again."


def cookie_name() -> str:
    """The cookie's name: of this host alone, where it is served by TLS."""
    return "__Host-moment" if settings.SESSION_COOKIE_SECURE else "moment"


def challenge(address: str) -> str:
    """What a browser at *address* has to solve."""
    return signing.dumps([secrets.token_hex(8), _digest(address)], salt=_SALT)


def verify(said: str, answer: int, address: str) -> None:
    """Raise unless *answer* solves the challenge *said*, which was given to *address*.

    Raises:
        UnsolvedError: it does not, or comes too late, or again.
    """
    try:
        _, given = signing.loads(said, salt=_SALT, max_age=PUZZLE.challenge_seconds)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise UnsolvedError("This is no challenge of this portal, or it is too old.") from error
    found = hashlib.sha256(f"{said}:{answer}".encode()).digest()
    if given != _digest(address) or int.from_bytes(found[:8]) >> (64 - PUZZLE.bits):
        raise UnsolvedError("The puzzle is not solved.")
    if _spent.take(_digest(said)) > 0:
        raise UnsolvedError("This challenge was answered already.")


def pass_of(request: HttpRequest) -> str | None:
    """The pass that a browser shows, if it counts: a random number, and nothing of a person."""
    said = request.COOKIES.get(cookie_name())
    if said is None:
        return None
    try:
        return str(signing.loads(said, salt=_PASS, max_age=PUZZLE.pass_seconds))
    except signing.BadSignature:
        return None


@csrf_exempt
@require_POST
def solve(request: HttpRequest) -> HttpResponse:
    """Take a solution; from then on the browser is counted by itself."""
    said = json_object(raw(request))
    answer, given = said.get("answer"), said.get("challenge")
    if not isinstance(answer, int) or not isinstance(given, str):
        raise UnsolvedError("This is no answer to a puzzle.")
    verify(given, answer, address_of(request) or "")
    response = JsonResponse({"seconds": PUZZLE.pass_seconds})
    response.set_cookie(
        cookie_name(), signing.dumps(secrets.token_hex(8), salt=_PASS),
        max_age=PUZZLE.pass_seconds, secure=settings.SESSION_COOKIE_SECURE, httponly=True,
        samesite="Strict",
    )  # fmt: skip
    return response


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
