"""Docs/protocol/desk.md, *Signing in*: who calls is an officer of an office of the circle.

A session tells the portal whose cases to show; what opens a photo is another signature, over
the request. Challenges and tokens are the portal's own, made with its secret key, and end by
themselves; that a challenge was used up is remembered, and which sessions go on (`own_sessions`).
A change of the office's roster ends all of its sessions.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Concatenate, ParamSpec, cast

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import Field

from habeas.foundation.errors import HabeasError
from habeas.portal.desk import own_sessions
from habeas.portal.desk.cases import person_of
from habeas.portal.desk.models import Spent
from habeas.portal.register.log import log_copy
from habeas.portal.site.calls import ApiAnswer
from habeas.portal.site.problems import problem
from habeas.portal.vault.custodian import chain
from habeas.protocol.assertion import KeyAssertion, WebAuthnAssertion, verify_assertion
from habeas.protocol.credential import (
    Credential,
    Roster,
    newest_roster,
    verify_credential,
    verify_membership,
)
from habeas.protocol.document import Document
from habeas.protocol.exchange import Memberships
from habeas.protocol.parties import Office
from habeas.protocol.signin import SignIn

_CHALLENGE_SECONDS = 300
_SALT = "habeas.portal.desk.sessions"

P = ParamSpec("P")


class SessionError(HabeasError):
    """Whoever calls has not shown to be an officer."""

    code = "sign-in"
    status = 401
    remedy = "Sign in again at the office's own address."


@dataclass(frozen=True)
class Session:
    """An officer who has signed in.

    Attributes:
        office: the officer's.
        credential: its id.
        person: whose it is (`habeas.portal.desk.cases.person_of`).
        version: of the office's roster.
        token: that was shown.
    """

    office: str
    credential: str
    person: str
    version: int
    token: str


def office_of(name: str) -> Office:
    """The office of the circle in force, or of the newest.

    Raises:
        SessionError: there is none of this name.
    """
    found = chain().newest.circle.office(name)
    if found is None:
        raise SessionError(f"The circle has no office {name}.")
    return found


def roster_of(name: str) -> Roster:
    """The office's newest roster on the log.

    Raises:
        SessionError: there is none.
        OfficeForkedError: two of them have one version.
    """
    copy = log_copy()
    copy.catch_up()
    newest = newest_roster(copy.rosters(name))
    if newest is None:
        raise SessionError(f"The office {name} has no roster on the log.")
    return newest


def challenge(office: str) -> str:
    """What the officer has to sign, hex: time, chance, and the portal's own mark."""
    head = int(time.time()).to_bytes(8, "big") + secrets.token_bytes(8)
    return (head + _mark(office, head)).hex()


def _mark(office: str, head: bytes) -> bytes:
    key = f"{_SALT}.{settings.SECRET_KEY}".encode()
    return hmac.digest(key, head + office.encode(), "sha256")[:16]


class Introduction(Document):
    """What shows that an officer is one of the office's: the signed challenge, and the roster."""

    sign_in: SignIn
    assertion: Annotated[KeyAssertion | WebAuthnAssertion, Field(discriminator="type")]
    credential: Credential
    membership: Memberships


class Token(ApiAnswer):
    """A session.

    Attributes:
        token: for ``Authorization: Bearer``.
        until: POSIX seconds.
    """

    token: str
    until: int


def sign_in(shown: Introduction) -> Token:
    """A token for the officer who has signed the challenge.

    Raises:
        SessionError: the challenge is old or another's, or was signed for another portal.
        HabeasError: the credential is not on the roster, or the signature does not verify.
    """
    asked, credential = shown.sign_in, shown.credential
    head, mark = bytes.fromhex(asked.challenge[:32]), bytes.fromhex(asked.challenge[32:])
    age = time.time() - int.from_bytes(head[:8], "big")
    if not hmac.compare_digest(_mark(asked.office, head), mark) or age > _CHALLENGE_SECONDS:
        raise SessionError("The challenge is too old, or another portal's.")
    if asked.portal.rstrip("/") != settings.SITE.portal.rstrip("/"):
        raise SessionError(f"This was signed for {asked.portal}, and not for this portal.")
    office, roster = office_of(asked.office), roster_of(asked.office)
    verify_credential(credential)
    verify_membership(roster, credential, shown.membership.newest)
    verify_assertion(shown.assertion, asked, credential, office)
    if not _spend(asked.challenge):
        raise SessionError("The challenge was used before.")
    person = person_of(asked.office, credential.label)
    # With the challenge, so that no two sessions have one token, and each ends by itself.
    token = signing.dumps(
        [asked.office, credential.id, person, roster.version, asked.challenge], salt=_SALT
    )
    own_sessions.begin(token, person, roster.version)
    return Token(token=token, until=int(time.time()) + own_sessions.SECONDS)


def _spend(challenge: str) -> bool:
    """Use up a challenge; whether nobody did before."""
    until = int(time.time() + _CHALLENGE_SECONDS) // 3600 + 1
    mark = own_sessions.mark_of(challenge)
    return Spent.objects.get_or_create(mark=mark, defaults={"until": until})[1]


def sweep() -> int:
    """Forget what would be refused for its age alone; returns how many."""
    spent = Spent.objects.filter(until__lte=int(time.time()) // 3600).delete()[0]
    return spent + own_sessions.sweep()


def sign_out(request: HttpRequest) -> None:
    """End the session of *request*: its token counts no more."""
    own_sessions.end(_session(request).token)


def _token(request: HttpRequest) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _session(request: HttpRequest) -> Session:
    token = _token(request)
    try:
        office, credential, person, version, _ = signing.loads(
            token, salt=_SALT, max_age=own_sessions.SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise SessionError("The session is over, or there was none.") from error
    if not own_sessions.goes_on(token):
        raise SessionError("The session is over: its officer has ended it.")
    newest = newest_roster(log_copy().rosters(office))
    if newest is None or newest.version != version:
        raise SessionError("The office's roster has changed since.")
    return Session(office, credential, person, version, token)


def _allow(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """CORS (Fetch, section 3.2): the desks of the circle's offices may read answers."""
    origin = request.headers.get("origin", "")
    desks = {each for office in chain().newest.circle.offices for each in office.origins}
    answer["Vary"] = "Origin"
    if origin in desks:
        answer["Access-Control-Allow-Origin"] = origin
        answer["Access-Control-Allow-Headers"] = "authorization, content-type"
        answer["Access-Control-Allow-Methods"] = "GET, POST, DELETE"
        answer["Access-Control-Max-Age"] = "600"
    return answer


View = Callable[Concatenate[HttpRequest, P], HttpResponse]
OfficerView = Callable[Concatenate[HttpRequest, Session, P], HttpResponse]


def for_desks(view: View[P]) -> View[P]:
    """An answer that a desk at an office's own origin may read. Cookies play no part."""

    @wraps(view)
    def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "OPTIONS":
            return _allow(request, HttpResponse(status=204))
        try:
            answer = view(request, *args, **kwargs)
        except HabeasError as error:
            answer = problem(error)
        return _allow(request, answer)

    return cast("View[P]", csrf_exempt(opened))


def for_officers(view: OfficerView[P]) -> View[P]:
    """The same, for officers who have signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, _session(request), *args, **kwargs)

    return for_desks(cast("View[P]", guarded))
