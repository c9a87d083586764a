"""Every fault of a configuration is named with its line and what to do, and no secret is told."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.configuration import ConfigurationError, inspect, read
from habeas.configuration.lines import Lines
from habeas.configuration.reading import missing
from habeas.deploy.configuration import EXAMPLES, PARTIES
from habeas.portal.site.configuration import PortalConfiguration
from habeas.trustee.configuration import TrusteeConfiguration

WORD = "correct-horse"
HEAD = 'party = "portal"\ndata = "/srv/portal"\n'


def faults(tmp_path, content):
    file = tmp_path / "habeas.toml"
    file.write_text(content)
    with pytest.raises(ConfigurationError) as refused:
        inspect(file, PARTIES)
    return refused.value.faults


@pytest.mark.parametrize(
    ("content", "line", "cause", "remedy"),
    [
        ("party = \n", 1, "not TOML", "key = value"),
        ('data = "/x"\n', 1, "does not say whose", '"portal"'),
        ('\nparty = "office"\n', 2, "not for this party", '"trustee"'),
        ('party = "portal"\n', 1, "data is missing", "folder"),
        (HEAD + "[listen]\nport = 0\n", 4, "listen.port", "Port to listen on"),
        (HEAD + "[listen]\nprot = 1\n", 4, "listen.prot is no setting", "Did you mean port?"),
        (HEAD + "# so\n[lisen]\n", 4, "lisen is no setting", "Did you mean listen?"),
        ('party = "portal"\ndata = "here"\n', 2, "whole path", "Begin it with /"),
        (HEAD + 'hosts = [\n "a.example",\n "b c",\n]\n', 3, "hosts.1", "host names"),
        (HEAD + "[database]\n", 3, "database.url is missing", "connection string"),
        (HEAD + '[listen]\nproxies = ["front"]\n', 4, "no IP address", "as this machine sees"),
        (HEAD + '[officers.oidc]\nissuer = "ftp://x"\n', 4, "no address", "https://"),
        (HEAD + '[log]\ntoken = { file = "a" }\n', 4, "no whole path", "credential"),
        (HEAD + "[log]\ntoken = {}\n", 4, "not said once", "credential"),
        (HEAD + '[log]\ntoken = { pkcs11 = "pkcs11:token=a" }\n', 4, "no object", "credential"),
        (HEAD + '[log]\ntoken = { pkcs11 = "x:y" }\n', 4, "no address of a token", "credential"),
    ],
)
def test_a_fault_is_named(tmp_path, content, line, cause, remedy):
    found = faults(tmp_path, content)
    assert any(
        each.line == line and cause in each.cause and remedy in each.remedy for each in found
    ), found


@pytest.mark.parametrize(
    "setting",
    [
        f'[log]\ntoken = "{WORD}"',
        f'[keys]\nsession = "{WORD}"',
        f'[keys]\ncustodian = ["{WORD}"]',
        f'[database]\nurl = "postgresql://portal:{WORD}@db/portal"',
        f'[database]\nurl = "host=db password={WORD}"',
        f'[database]\nurl = "postgresql://db/portal?password={WORD}"',
        f'[database]\nurl = "postgresql://db/x"\npassword = "{WORD}"',
    ],
)
def test_a_secret_in_the_file_is_refused_by_name_and_not_repeated(tmp_path, setting):
    (found,) = faults(tmp_path, HEAD + setting + "\n")
    name = setting.splitlines()[-1].partition(" ")[0]
    assert found.cause.startswith(setting[1:].partition("]")[0] + "." + name)
    assert "must not" in found.cause
    assert "{ file = " in found.remedy
    assert WORD not in found.cause + found.remedy


def test_a_secret_in_a_line_that_is_no_toml_is_not_repeated(tmp_path):
    (found,) = faults(tmp_path, f'{HEAD}token = "{WORD}\n')
    assert WORD not in found.cause + found.remedy
    assert found.line == 3


def test_all_faults_are_told_at_once_and_the_first_by_itself(tmp_path):
    file = tmp_path / "habeas.toml"
    file.write_text(HEAD + "x = 1\n[listen]\nport = -1\n")
    with pytest.raises(ConfigurationError) as refused:
        read(file, PortalConfiguration)
    assert [each.line for each in refused.value.faults] == [3, 5]
    assert f"{file}:3:" in refused.value.cause
    assert "See all 2" in refused.value.remedy


def test_another_partys_file_is_refused(tmp_path):
    file = tmp_path / "habeas.toml"
    file.write_text(HEAD)
    with pytest.raises(ConfigurationError, match="not for this party"):
        read(file, TrusteeConfiguration)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a" * 300_000, None], ids=str)
def test_what_is_no_text_is_told(tmp_path, content):
    file = tmp_path / "habeas.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError):
        read(file, PortalConfiguration)


@pytest.mark.parametrize("party", sorted(EXAMPLES))
def test_each_example_is_whole_and_names_what_is_missing_here(tmp_path, party):
    file = tmp_path / "habeas.toml"
    file.write_text(EXAMPLES[party])
    configured = inspect(file, PARTIES)
    assert configured.who == party
    data = next(each for each in missing(file, configured) if each.cause.startswith("data"))
    assert data.line == 2


def test_what_is_named_is_looked_for(tmp_path):
    file, secret = tmp_path / "habeas.toml", tmp_path / "token"
    file.write_text(
        f'party = "portal"\ndata = "{tmp_path}"\nservices = "{tmp_path}/none"\n[log]\n'
        f'token = {{ file = "{secret}" }}\n'
    )
    configured = read(file, PortalConfiguration)
    assert [each.line for each in missing(file, configured)] == [3, 5]
    secret.write_text("word\n")
    secret.chmod(0o644)
    (tmp_path / "none").mkdir()
    (found,) = missing(file, configured)
    assert "open to other users" in found.cause
    assert f"chmod 600 {secret}" in found.remedy
    secret.chmod(0o600)
    assert missing(file, configured) == []


_KEYS = st.from_regex(r"[a-z]{1,3}", fullmatch=True)


@given(
    st.dictionaries(
        _KEYS, st.dictionaries(_KEYS, st.integers() | st.lists(st.integers(), max_size=3))
    )
)
def test_each_setting_is_found_on_its_own_line(tables):
    written, places = [], {}
    for table, settings in tables.items():
        written.append(f"[{table}]")
        for name, value in settings.items():
            places[table, name] = len(written) + 1
            inner = ",\n".join(map(str, value)) if isinstance(value, list) else ""
            text = f"{name} = [\n{inner}\n]" if isinstance(value, list) else f"{name} = {value}"
            written += ["# said:", *text.splitlines()]
            places[table, name] += 1
    text = "\n".join(written)
    tomllib.loads(text)
    found = Lines(text)
    assert {path: found.find(path) for path in places} == places


def test_an_authority_of_the_city_s_own_is_named_to_all_clients_of_tls(tmp_path):
    file = tmp_path / "habeas.toml"
    file.write_text(f'{HEAD}authorities = "{tmp_path}/ca.pem"\n')
    configured = read(file, PortalConfiguration)
    assert configured.environment() == {
        "SSL_CERT_FILE": f"{tmp_path}/ca.pem", "PGSSLROOTCERT": f"{tmp_path}/ca.pem",
        "PGSSLMODE": "verify-full",
    }  # fmt: skip
    assert [each.line for each in missing(file, configured)] == [2, 3]
    file.write_text(HEAD)
    assert read(file, PortalConfiguration).environment() == {}


def test_libpq_takes_the_city_s_authority_where_its_address_names_none(tmp_path, monkeypatch):
    import psycopg

    file = tmp_path / "habeas.toml"
    file.write_text(f'{HEAD}authorities = "{tmp_path}/ca.pem"\n')
    for name, value in read(file, PortalConfiguration).environment().items():
        monkeypatch.setenv(name, value)
    known = {each.keyword: each.val for each in psycopg.pq.Conninfo.get_defaults()}
    assert known[b"sslrootcert"] == f"{tmp_path}/ca.pem".encode()
    assert known[b"sslmode"] == b"verify-full"


@pytest.mark.parametrize(
    ("table", "line", "cause"),
    [
        ('url = "socks5://a"', 4, "proxy.url: this is no address"),
        ('url = "http://user:word@a"', 4, "proxy.url: this is no address"),
        ('url = "http://a:3128"\ndirect = ["10.0.0.1/8"]', 5, "proxy.direct"),
        ('url = "http://a:3128"\npassword = "word"', 5, "where it must not"),
    ],
)
def test_a_proxy_that_cannot_be_is_told(tmp_path, table, line, cause):
    file = tmp_path / "habeas.toml"
    file.write_text(f"{HEAD}[proxy]\n{table}\n")
    with pytest.raises(ConfigurationError) as raised:
        read(file, PortalConfiguration)
    (fault,) = raised.value.faults
    assert fault.line == line
    assert cause in fault.cause
