"""Whose certificates count: what the administrator names, or the system's own."""

import ssl

import httpx
import pytest

from habeas.foundation import authorities as module
from habeas.foundation.authorities import AuthoritiesError


@pytest.fixture
def authorities(monkeypatch):
    """Read afresh each time; nothing of this machine's environment counts."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return module.authorities.__wrapped__


def _one(tmp_path):
    """A file with the first of Mozilla's authorities alone."""
    whole = ssl.create_default_context(cafile=_mozillas()).get_ca_certs(binary_form=True)
    file = tmp_path / "city.pem"
    file.write_text(ssl.DER_cert_to_PEM_cert(whole[0]))
    return file, whole[0]


def _mozillas():
    import certifi

    return certifi.where()


def test_a_file_that_is_named_is_all_that_counts(authorities, tmp_path, monkeypatch):
    file, only = _one(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    made = authorities()
    assert made.get_ca_certs(binary_form=True) == [only]
    assert made.verify_mode is ssl.CERT_REQUIRED
    assert made.check_hostname


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_that_cannot_be_read_is_said_and_nobody_is_trusted_by_mistake(
    authorities, tmp_path, monkeypatch, content
):
    file = tmp_path / "city.pem"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(AuthoritiesError, match="cannot be read"):
        authorities()


def test_without_a_store_of_the_system_mozillas_list_counts(authorities, tmp_path, monkeypatch):
    empty = ssl.get_default_verify_paths()._replace(cafile=None, capath=str(tmp_path))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: empty)
    count = len(httpx.create_ssl_context(trust_env=False).get_ca_certs())
    assert len(authorities().get_ca_certs()) == count > 50
