"""Which proxy the environment names, and who is asked without it."""

import pytest

from habeas.foundation.forward import Forward, ForwardError, forward, mounts


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"https_proxy": "proxy.example:3128"}, "http://proxy.example:3128"),
        ({"https_proxy": "https://a", "HTTPS_PROXY": "http://b"}, "https://a"),
    ],
)
def test_the_environment_names_it(environment, url):
    assert forward(environment).url == url


@pytest.mark.parametrize("environment", [{}, {"HTTPS_PROXY": ""}, {"HTTP_PROXY": "http://a"}])
def test_without_a_name_there_is_none(environment):
    assert forward(environment) is None


@pytest.mark.parametrize(
    "url", ["socks5://user:secret@a:1", "http://", "http://user:secret@a:0", "http://secret@[a"]
)
def test_what_cannot_be_used_is_said_without_its_password(url):
    with pytest.raises(ForwardError) as raised:
        forward({"HTTPS_PROXY": url})
    assert "secret" not in str(raised.value)


def test_a_password_is_never_told():
    named = Forward("http://portal:p%40ss@proxy.example:3128")
    assert named.called == "http://proxy.example:3128"
    assert named.proxy().auth == ("portal", "p@ss")


@pytest.mark.parametrize(
    "host", ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]
)
def test_this_machine_is_always_asked_directly(host):
    assert Forward("http://a").asks_directly(host)


@pytest.mark.parametrize(
    ("direct", "host", "expected"),
    [
        (("city.example",), "city.example", True),
        (("city.example",), "log.CITY.example.", True),
        ((".city.example",), "log.city.example", True),
        (("*.city.example",), "log.city.example", True),
        (("city.example",), "notcity.example", False),
        (("10.0.0.0/8",), "10.1.2.3", True),
        (("10.0.0.0/8",), "11.1.2.3", False),
        (("10.0.0.0/8",), "10.city.example", False),
        (("192.0.2.1",), "192.0.2.1", True),
        (("fd00::/8",), "[fd12::1]", True),
        (("*",), "anybody.example", True),
        ((), "anybody.example", False),
    ],
)
def test_who_is_excepted(direct, host, expected):
    assert Forward("http://a", direct).asks_directly(host) is expected


def test_a_client_with_a_way_of_its_own_keeps_it(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert mounts(object()) == {}
    assert list(mounts()) == ["https://"]
