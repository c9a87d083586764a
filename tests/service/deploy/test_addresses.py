"""Addresses of an installation follow its ports, and nothing else of a policy changes."""

import pytest

from habeas.deploy.addresses import port_of, readdress

POLICY = """\
# kept by hand
log log.test+0a0b0c0d+AAAA http://127.0.0.1:8001
witness one.test one.test+0a0b0c0d+AAAA http://127.0.0.1:8002
witness two.test two.test+0a0b0c0d+AAAA
witness two.test.example two.test+0a0b0c0d+BBBB http://127.0.0.1:8009
group all 2 one.test two.test
quorum all
"""


def test_only_the_named_witnesses_move():
    moved = readdress(POLICY, {"one.test": "http://127.0.0.1:9002"})
    assert moved == POLICY.replace(":8002", ":9002")


def test_a_witness_without_an_address_gets_one():
    moved = readdress(POLICY, {"two.test": "http://127.0.0.1:9003"})
    assert "two.test+0a0b0c0d+AAAA http://127.0.0.1:9003\n" in moved
    assert "BBBB http://127.0.0.1:8009\n" in moved
    assert moved.count("\n") == POLICY.count("\n")


def test_moving_again_changes_nothing():
    addresses = {"one.test": "http://127.0.0.1:9002", "two.test": "http://127.0.0.1:9003"}
    once = readdress(POLICY, addresses)
    assert readdress(once, addresses) == once


@pytest.mark.parametrize("url", ["http://127.0.0.1:8001", "http://[::1]:8001"])
def test_the_port_of_an_address(url):
    assert port_of(url) == "8001"
