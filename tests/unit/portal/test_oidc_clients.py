"""The identity provider is asked as all are: by the authorities and the proxy of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from habeas.configuration.secret import Secret
from habeas.foundation import forward
from habeas.portal.officers import oidc
from habeas.portal.site.configuration import OpenIdConnect

ISSUER = "https://id.city.example"
PROXY = "http://proxy.city.example:3128"


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """What is sent, on a machine whose environment names other things for other programs."""
    (tmp_path / "netrc").write_text("default login somebody password else\n")
    others = {
        "REQUESTS_CA_BUNDLE": "/other/ca.pem", "CURL_CA_BUNDLE": "/other/ca.pem",
        "ALL_PROXY": "http://other:1", "all_proxy": "http://other:1",
        "NETRC": str(tmp_path / "netrc"), "SSL_CERT_FILE": "/city/ca.pem",
        "HTTPS_PROXY": PROXY, "https_proxy": PROXY, "NO_PROXY": "direct.city.example",
        "no_proxy": "direct.city.example",
    }  # fmt: skip
    for name, value in others.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(forward, "_said", {PROXY})
    found = []

    def send(_adapter, request, **how):
        found.append((request, how["verify"], dict(how["proxies"] or {})))
        raise requests.ConnectionError

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    return found


def _said(issuer, tmp_path):
    (tmp_path / "secret").write_text("a secret\n")
    (tmp_path / "secret").chmod(0o600)
    secret = Secret(file=Path(tmp_path / "secret"))
    return OpenIdConnect(issuer=issuer, client_id="portal", client_secret=secret, amr=("otp",))


def _keys(issuer, _said):
    with pytest.raises(requests.ConnectionError):
        oidc._read(f"{issuer}/keys")


def _tokens(issuer, said):
    provider = oidc._Provider(issuer, f"{issuer}/a", f"{issuer}/token", f"{issuer}/keys")
    with pytest.raises(oidc.OidcError) as refused:
        oidc._claims(said, provider, "https://portal.example/back", "code", {"verifier": "v" * 48})
    assert refused.value.because == "oidc-away"


@pytest.mark.parametrize("ask", [_keys, _tokens])
@pytest.mark.parametrize(
    ("issuer", "proxies"), [(ISSUER, {"https": PROXY}), ("https://direct.city.example", {})]
)
def test_it_is_asked_as_all_are(asked, tmp_path, ask, issuer, proxies):
    ask(issuer, _said(issuer, tmp_path))
    ((request, verify, through),) = asked
    assert (verify, through) == ("/city/ca.pem", proxies)
    assert request.headers.get("authorization", "").rpartition(" ")[2] != "c29tZWJvZHk6ZWxzZQ=="
