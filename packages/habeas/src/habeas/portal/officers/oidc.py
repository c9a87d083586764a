"""Signing in at the city's identity provider: OpenID Connect Core 1.0, code flow with PKCE.

Authlib speaks OAuth 2.0 (RFC 6749, RFC 7636), joserfc reads the ID token (RFC 7519). Two factors
are the provider's affair, and it has to say that there were two: by ``acr`` or ``amr`` (RFC 8176),
as the portal's habeas.toml has it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from habeas.foundation.authorities import bundle
from habeas.foundation.errors import HabeasError
from habeas.foundation.forward import proxy_of
from habeas.portal.officers.models import Officer
from habeas.portal.site.configuration import OpenIdConnect

#: Asymmetric ones alone: a provider that signs with our secret could be anybody who has that.
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
#: Seconds by which the provider's clock may differ from ours.
_LEEWAY = 60
_TIMEOUT = 15.0
#: OpenID Connect Core 1.0, section 2, ``sub``.
_LONGEST_SUBJECT = 255


class OidcError(HabeasError):
    """Somebody whom the identity provider did not bring in.

    Attributes:
        because: hyphenated, for the audit log.
    """

    code = "oidc"
    status = 403

    def __init__(self, cause: str, remedy: str | None = None, *, because: str) -> None:
        again = _("Sign in again, or ask whoever runs the portal.")
        super().__init__(cause, remedy or again)
        self.because = because


@dataclass(frozen=True)
class _Provider:
    """What its discovery document says (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization: str
    token: str
    keys: str


def begin(said: OpenIdConnect, back: str) -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and what has to be remembered until it is back.

    Args:
        said: of the provider.
        back: the portal's address that is registered there.

    Raises:
        OidcError: the provider does not answer.
    """
    provider = _discover(said.issuer)
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    # Who signed in there longer ago than a session may last here does so again.
    longest = str(settings.SESSION_COOKIE_AGE)
    asked = {"nonce": nonce, "code_verifier": verifier, "max_age": longest}
    if said.acr:
        asked["acr_values"] = " ".join(said.acr)
    with _client(said, back) as client:
        url, state = client.create_authorization_url(provider.authorization, **asked)
    return str(url), {"state": str(state), "nonce": nonce, "verifier": verifier}


def finish(
    said: OpenIdConnect, back: str, query: Mapping[str, str], kept: Mapping[str, str]
) -> Officer:
    """Who has come back from the provider.

    Args:
        said: of the provider.
        back: the portal's address that is registered there.
        query: of the request.
        kept: what `begin` had remembered.

    Raises:
        OidcError: nobody whom this portal lets in.
    """
    state = kept.get("state", "")
    if not state or not secrets.compare_digest(query.get("state", "").encode(), state.encode()):
        raise OidcError(_("This sign-in was not begun here."), because="oidc-state")
    if "code" not in query:
        raise OidcError(_("The identity provider let nobody in."), because="oidc-refused")
    provider = _discover(said.issuer)
    if query.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise OidcError(_("Another identity provider has answered."), because="oidc-issuer")
    claims = _claims(said, provider, back, query["code"], kept)
    _verify_recent(claims)
    _verify_factors(said, claims)
    name = claims.get(said.claim)
    officer = Officer.objects.filter(name=name).first() if isinstance(name, str) else None
    if officer is None or not officer.is_active:
        raise OidcError(
            _("You have no account for viewing recordings here."),
            _("Ask whoever runs the portal to add you."),
            because="oidc-no-account" if officer is None else "disabled",
        )
    _verify_unchanged(officer, provider.issuer, claims["sub"])
    return officer


def _claims(
    said: OpenIdConnect, provider: _Provider, back: str, code: str, kept: Mapping[str, str]
) -> dict[str, Any]:
    """The claims of the ID token (OpenID Connect Core 1.0, section 3.1.3.7)."""
    try:
        with _client(said, back) as client:
            token = client.fetch_token(
                provider.token, grant_type="authorization_code", code=code,
                code_verifier=kept["verifier"], timeout=_TIMEOUT,
                proxies=_proxies(provider.token),
            )  # fmt: skip
        answer = _read(provider.keys)
        # Read for each sign-in: a provider may sign with a new key from one moment to the next.
        # Key sets may be of any kind; only keys for signatures are of use.
        found = jwt.decode(
            token["id_token"], KeySet.import_key_set(answer), algorithms=list(_ALGORITHMS)
        ).claims
        jwt.JWTClaimsRegistry(
            now=int(time.time()), leeway=_LEEWAY,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": said.client_id},
            exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
            nonce={"essential": True, "value": kept["nonce"]},
        ).validate(found)  # fmt: skip
    except requests.RequestException as error:
        raise _unanswered() from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as error:
        raise _invalid() from error
    if isinstance(found["aud"], list) and found.get("azp", said.client_id) != said.client_id:
        raise OidcError(_("This sign-in is for another portal."), because="oidc-token")
    return dict(found)


def _verify_unchanged(officer: Officer, issuer: str, subject: object) -> None:
    """Names may be given to others; ``sub`` never is (OpenID Connect Core, sections 2 and 5.7).

    The first who signs in under an officer's name is that officer, until whoever runs the portal
    disables and enables the account, or names another provider.
    """
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise _invalid()
    person = hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()
    mine = Officer.objects.filter(pk=officer.pk)
    # In one statement: of two who come at once, one is the first.
    mine.exclude(issuer=issuer).update(issuer=issuer, person=person)
    if not mine.filter(issuer=issuer, person=person).exists():
        raise OidcError(
            _("The identity provider has given your name to another person than before."),
            _("Ask whoever runs the portal to let you in anew."),
            because="oidc-other-person",
        )


def _verify_recent(claims: Mapping[str, Any]) -> None:
    """A provider that is asked for ``max_age`` says when it was (OpenID Connect Core, 3.1.2.1)."""
    at = claims.get("auth_time")
    oldest = time.time() - settings.SESSION_COOKIE_AGE - _LEEWAY
    if not isinstance(at, int | float) or isinstance(at, bool) or at < oldest:
        raise OidcError(
            _("The identity provider does not say that you have signed in lately."),
            _("Sign out there, and sign in again."),
            because="oidc-too-long-ago",
        )


def _verify_factors(said: OpenIdConnect, claims: Mapping[str, Any]) -> None:
    amr = claims.get("amr")
    methods = {each for each in amr if isinstance(each, str)} if isinstance(amr, list) else set()
    if claims.get("acr") not in said.acr and not methods & set(said.amr):
        raise OidcError(
            _("The identity provider does not say that you have signed in with two factors."),
            _("Sign in there with a second factor, or with a passkey."),
            because="oidc-one-factor",
        )


def _discover(issuer: str) -> _Provider:
    # Asked each time: nobody is sent to a provider that is away, or to where it was last year.
    try:
        found = _read(f"{issuer}/.well-known/openid-configuration")
        if found["issuer"].rstrip("/") != issuer:
            raise OidcError(_("The identity provider is another than said."), because="oidc-issuer")
        return _Provider(
            found["issuer"], found["authorization_endpoint"], found["token_endpoint"],
            found["jwks_uri"],
        )  # fmt: skip
    except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unanswered() from error


def _read(url: str) -> Any:
    with requests.Session() as session:
        answer = _settled(session).get(url, timeout=_TIMEOUT, proxies=_proxies(url))
        answer.raise_for_status()
        return answer.json()


def _settled(session: requests.Session) -> requests.Session:
    """*session*, which asks as all clients here do.

    By itself it has a reading of its own of the environment: other proxies, other lists of
    authorities in place of those that it is told, and passwords out of a netrc file.
    """
    session.trust_env = False
    session.verify = bundle()
    return session


def _proxies(url: str) -> dict[str, str]:
    named = proxy_of(url)
    return {} if named is None else {"https": named}


def _invalid() -> OidcError:
    said = _("What the identity provider said of you is not valid.")
    return OidcError(said, because="oidc-token")


def _unanswered() -> OidcError:
    return OidcError(
        _("The identity provider does not answer."),
        _("Try again in a minute."),
        because="oidc-away",
    )


def _client(said: OpenIdConnect, back: str) -> OAuth2Session:
    session = OAuth2Session(
        said.client_id, said.client_secret.read(), scope="openid profile", redirect_uri=back,
        code_challenge_method="S256",
    )  # fmt: skip
    _settled(session)
    return session
