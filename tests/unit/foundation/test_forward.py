"""Which proxy the environment names, and who is asked without it."""

import ast
from pathlib import Path

import httpx
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


@pytest.mark.parametrize("rule", ["bücher.example", "xn--bcher-kva.example"])
@pytest.mark.parametrize("host", ["bücher.example", "log.bücher.example"])
def test_a_name_in_any_script_is_excepted(monkeypatch, rule, host):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", rule)
    asked = []

    def ask(way, _):
        asked.append(way)
        return httpx.Response(200)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", ask)
    way = mounts()["https://"]
    way.handle_request(httpx.Request("GET", f"https://{host}/"))
    assert asked == [way._direct]


def test_a_client_with_a_way_of_its_own_keeps_it(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert mounts(object()) == {}
    assert list(mounts()) == ["https://"]


#: These ask this machine alone, or, for webhooks, the very address that was looked at.
_DIRECT = {"supervisor.py", "_journey.py", "sending.py"}


def _calls(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "httpx"
        ):
            yield node.func.attr, {each.arg for each in node.keywords}


def test_every_client_in_the_tree_asks_through_the_proxy_and_by_the_authorities():
    rooms = Path(__file__).parents[3] / "packages"
    clients = 0
    for file in rooms.glob("*/src/**/*.py"):
        for name, said in _calls(file):
            if name in {"Client", "AsyncClient"} and file.name not in _DIRECT:
                clients += 1
                assert {"mounts", "verify", "trust_env"} <= said, file
            elif file.name not in _DIRECT:
                assert name not in {"get", "post", "put", "delete", "request", "stream"}, file
    assert clients > 5
