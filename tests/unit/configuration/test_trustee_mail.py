"""A trustee's mail server in its habeas.toml."""

import pytest

from habeas.configuration import ConfigurationError, read
from habeas.trustee.configuration import TrusteeConfiguration
from habeas.trustee.notices import MailServer

_HEAD = 'party = "trustee"\ndata = "/var/lib/habeas"\n[mail]\nsender = "notices@trustee.test"\n'


def configured(tmp_path, text):
    file = tmp_path / "habeas.toml"
    file.write_text(_HEAD + text)
    return read(file, TrusteeConfiguration).mail


def test_a_server_with_a_password_from_a_file(tmp_path):
    (tmp_path / "password").write_text("correct horse\n")
    (tmp_path / "password").chmod(0o600)
    mail = configured(
        tmp_path,
        'host = "mail.test"\nuser = "notices"\n'
        f'password = {{ file = "{tmp_path / "password"}" }}\n',
    )
    assert mail.server() == MailServer(
        "mail.test", 465, "tls", "notices@trustee.test", "notices", "correct horse"
    )
    assert "horse" not in repr(mail.server())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('host = "mail.test"\nsecurity = "none"\n', "everybody to read"),
        ('host = "mail.test"\nuser = "notices"\n', "belong together"),
        ('host = "mail.test"\npassword = "secret"\n', "in the file itself"),
        ('host = "mail test"\n', "no name of a machine"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, text, said):
    with pytest.raises(ConfigurationError) as error:
        configured(tmp_path, text)
    assert said in error.value.cause


def test_a_server_on_this_machine_needs_no_tls(tmp_path):
    assert configured(tmp_path, 'host = "127.0.0.1"\nsecurity = "none"\n').server().port == 465
