"""Addresses of keys on tokens (RFC 7512)."""

from pathlib import Path

import pytest

from habeas.foundation.token_uri import TokenError, TokenUri


def test_all_that_an_address_may_say():
    uri = TokenUri.parse(
        "pkcs11:token=Officer%201;serial=29d0;object=habeas;id=%01%fe"
        "?module-path=/usr/lib/a%20b.so&pin-source=file:/run/pin"
    )
    assert uri == TokenUri(
        token="Officer 1", serial="29d0", object="habeas", id=b"\x01\xfe",
        module="/usr/lib/a b.so", pin_source=Path("/run/pin"),
    )  # fmt: skip


def test_an_empty_address_means_whatever_token_is_there():
    assert TokenUri.parse("pkcs11:") == TokenUri()
    assert TokenUri().module == "p11-kit-proxy.so"


@pytest.mark.parametrize(
    "text",
    [
        "", "Officer", "http://token=a", "pkcs11:token", "pkcs11:token=a;token=b", "pkcs11:a=b",
        "pkcs11:module-path=/x", "pkcs11:?token=a", "pkcs11:?pin-source=https://a/b",
        "pkcs11:?pin-source=file://elsewhere/pin", "pkcs11:?pin-source=file://[x/",
        "pkcs11:?pin-source=file:/a%00b",
    ],
)  # fmt: skip
def test_what_is_no_address(text):
    with pytest.raises(TokenError):
        TokenUri.parse(text)


@pytest.mark.parametrize("text", ["pkcs11:token=a?pin-value=1234", "pkcs11:pin-value=1234"])
def test_a_pin_on_the_command_line_is_refused_and_not_repeated(text):
    with pytest.raises(TokenError, match="must not stand on the command line") as caught:
        TokenUri.parse(text)
    assert "1234" not in str(caught.value)


def test_the_pin_comes_from_the_file_or_is_asked_for(tmp_path):
    file = tmp_path / "pin"
    file.write_text("12 34\n")
    assert TokenUri(pin_source=file).read_pin(lambda: "asked") == "12 34"
    assert TokenUri().read_pin(lambda: "asked") == "asked"
    with pytest.raises(TokenError, match="cannot be read"):
        TokenUri(pin_source=tmp_path / "absent").read_pin(lambda: "asked")


@pytest.mark.parametrize(
    "text",
    [
        "pkcs11:",
        "pkcs11:token=Officer%201;serial=29d0;object=habeas/x;id=%01%fe",
        "pkcs11:token=a%3Bb%3Fc?module-path=/usr/lib/soft%20hsm.so&pin-source=file:/etc/p%26n",
    ],
)
def test_a_uri_is_written_as_it_is_read(text):
    uri = TokenUri.parse(text)
    assert TokenUri.parse(uri.text()) == uri


def test_a_credential_of_systemd_is_a_pin(tmp_path, monkeypatch):
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    pin.chmod(0o440)
    uri = TokenUri(pin_source=pin)
    with pytest.raises(TokenError, match="open to other users"):
        uri.service_pin()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert uri.service_pin() == "1234"
    with pytest.raises(TokenError, match="names no pin-source"):
        TokenUri().service_pin()


def test_what_may_be_a_pin_is_not_repeated():
    with pytest.raises(TokenError, match="'pcks11:token=a' is no address") as caught:
        TokenUri.parse("pcks11:token=a?pin-value=1234")
    assert "1234" not in str(caught.value)
