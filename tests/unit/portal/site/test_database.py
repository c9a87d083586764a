"""Every option of libpq passes as it is."""

import pytest

from habeas.portal.site.database import DatabaseSettingError, postgresql


def test_a_uri_with_an_encoded_password_and_options():
    found = postgresql(
        "postgresql://o%40b:p%2Fw%25%3A@db.example:6432/name?sslmode=verify-full"
        "&sslrootcert=/etc/ca.pem&sslcert=/etc/c.pem&sslkey=/etc/k.pem&connect_timeout=3"
    )
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("o@b", "p/w%:", "name")
    assert (found["HOST"], found["PORT"]) == ("db.example", "6432")
    assert found["OPTIONS"] == {
        "sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "sslcert": "/etc/c.pem",
        "sslkey": "/etc/k.pem", "connect_timeout": "3",
    }  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "postgresql:///name?host=/run/postgresql",
        "postgresql://%2Frun%2Fpostgresql/name",
        "host=/run/postgresql dbname=name",
    ],
)
def test_a_socket(said):
    found = postgresql(said)
    assert (found["HOST"], found["NAME"], found["USER"], found["OPTIONS"]) == (
        "/run/postgresql", "name", "", {},
    )  # fmt: skip


def test_several_hosts_and_a_password_file():
    found = postgresql(
        "host=a,b port=5432,5433 dbname=n passfile=/etc/p target_session_attrs=primary"
    )
    assert (found["HOST"], found["PORT"]) == ("a,b", "5432,5433")
    assert found["OPTIONS"] == {"passfile": "/etc/p", "target_session_attrs": "primary"}


@pytest.mark.parametrize("said", ["mysql://x", "postgresql://u:secret@h/n?nothing=1", "n secret"])
def test_anything_else_is_told_without_repeating_it(said):
    with pytest.raises(DatabaseSettingError) as refused:
        postgresql(said)
    assert "secret" not in str(refused.value)
    assert "sslmode" in refused.value.remedy
