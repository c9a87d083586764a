"""A log sends itself to the mirrors that its folder names, over HTTP."""

import httpx
import pytest

from habeas import tlog
from habeas.tlog.client import LogClient
from habeas.tlog.server import make_app
from tests.service.tlog.flaky import Flaky
from tests.service.tlog.running import listening, served
from tests.service.tlog.servers import free_ports
from tests.service.tlog.test_mirror import KEY, Place, copied, folder
from tests.waiting import until

__all__ = ["folder"]


@pytest.fixture
def mirrors(folder):
    """Places of two mirrors, and their ports; the log's folder names both."""
    policy = tlog.Policy.parse((folder / "policy.txt").read_bytes())
    found = {}
    # Nobody answers there until a test listens.
    for name, port in zip(("one", "two"), free_ports(2), strict=True):
        found[name] = (Place(folder.parent / name, policy), port)
    (folder / "mirrors.txt").write_text(
        "".join(
            f"mirror {name} {KEY.vkey} http://127.0.0.1:{port}\n"
            for name, (_, port) in found.items()
        )
    )
    return found


def shown(url):
    return httpx.get(f"{url}/readyz").json()["mirrors"]


def test_a_log_sends_what_it_publishes(folder, mirrors):
    (one, first), (two, second) = mirrors.values()
    app = make_app(folder, AnyEntry(), interval=0.01)
    with (
        served(Flaky(two.app(), 3), listening(second)) as at_two,
        served(app) as url,
        LogClient(url) as log,
    ):
        for n in range(3):
            log.append_many([b"entry %d %d" % (n, k) for k in range(200)])
        until(lambda: shown(url)["two"]["size"] == 600, "the mirror that answers")
        # Nobody answers at the other one yet: that is told, and holds up nothing.
        until(lambda: "does not answer" in shown(url)["one"]["problem"], "the word on the other")
        with served(one.app(), listening(first)) as at_one:
            until(lambda: shown(url)["one"]["size"] == 600, "the mirror that came late")
            log.append(b"one more")
            until(lambda: [each["size"] for each in shown(url).values()] == [601, 601], "the last")
            until(lambda: not any(each["problem"] for each in shown(url).values()), "no problem")
            copied(at_one, one.policy, 601)
        copied(at_two, two.policy, 601)
        told = httpx.get(f"{url}/metrics").text
        for name in ("one", "two"):
            assert f'habeas_log_success_age_seconds{{of="mirror {name}"}} ' in told
        until(lambda: httpx.get(f"{url}/readyz").status_code == 200, "a log that is well")


def test_a_mirror_with_another_key_is_not_believed(folder, mirrors):
    (one, first), _ = mirrors.values()
    other = tlog.MldsaCosignatureSigner.generate("mirror.example/m")
    file = folder / "mirrors.txt"
    file.write_text(file.read_text().splitlines()[0].replace(KEY.vkey, other.vkey))
    with served(one.app(), listening(first)), served(make_app(folder, interval=0.01)) as url:
        until(lambda: "not signed with its key" in shown(url)["one"]["problem"], "its word")
        assert shown(url)["one"]["size"] == 0


class AnyEntry:
    """An application that takes all."""

    def admit(self, _):
        """Take it."""
