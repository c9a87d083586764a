"""A certificate is used with its own key, or nothing is served."""

import pytest

from habeas.foundation.certificate import CertificateError, verify_pair
from tests.ops.authority import Authority


@pytest.fixture
def pair(tmp_path):
    return Authority(tmp_path).certify(tmp_path, "localhost")


def test_without_a_certificate_http_is_plain():
    assert verify_pair(None, None) is None


def test_a_pair_is_passed_on(pair):
    certificate, key = pair
    assert verify_pair(certificate, key) == (str(certificate), str(key))


def test_one_without_the_other_is_refused(pair):
    for half in ((pair[0], None), (None, pair[1])):
        with pytest.raises(CertificateError, match="one of them is missing"):
            verify_pair(*half)


def test_what_is_no_pair_is_refused(pair, tmp_path):
    certificate, key = pair
    with pytest.raises(CertificateError, match="cannot be used"):
        verify_pair(certificate, tmp_path / "nothing")
    (tmp_path / "other").mkdir()
    _, other = Authority(tmp_path / "other").certify(tmp_path / "other", "localhost")
    with pytest.raises(CertificateError, match="cannot be used"):
        verify_pair(certificate, other)
    key.write_text("")
    with pytest.raises(CertificateError, match="cannot be used"):
        verify_pair(certificate, key)
