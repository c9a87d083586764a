"""Units of systemd: what they let a party's process do is little, and names what exists."""

import re
import shutil
import subprocess

import pytest

from tests.places import ROOT

UNITS = sorted((ROOT / "packaging" / "systemd").glob("*.service"))
#: `systemd-analyze security` in tenths: 2.0 at most.
MOST = 20

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def test_there_is_a_unit_for_each_party():
    assert {each.stem for each in UNITS} == {
        "habeas-cameras", "habeas-hours-log", "habeas-log", "habeas-portal",
        "habeas-portal-worker", "habeas-recorder@", "habeas-trustee",
    }  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: each.stem)
def test_its_exposure_is_two_at_most(unit):
    done = analyze(unit)
    assert done.returncode == 0, done.stdout


def test_a_unit_that_may_more_would_be_noticed(tmp_path):
    text = UNITS[0].read_text()
    loose = tmp_path / UNITS[0].name
    loose.write_text(
        re.sub(r"^(System|Capab|Restrict|Private|Protect).*\n", "", text, flags=re.MULTILINE)
    )
    assert analyze(loose).returncode != 0


def analyze(unit):
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager"]
    return subprocess.run(
        [*command, f"--threshold={MOST}", unit], capture_output=True, text=True, check=False,
        timeout=600,
    )  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: each.stem)
def test_its_folder_is_its_own_and_its_secrets_are_in_no_unit(unit):
    text = unit.read_text()
    (folder,) = re.findall(r"^StateDirectory=(.+)$", text, re.MULTILINE)
    (user,) = re.findall(r"^User=(.+)$", text, re.MULTILINE)
    assert f"ConditionPathExists=/var/lib/{folder}/" in text
    assert user == folder
    assert "StateDirectoryMode=0700" in text
    assert "UMask=0077" in text
    assert not re.search(r"^Environment=", text, re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: each.stem)
def test_groups_of_calls_are_those_that_debian_knows(unit):
    """A group that systemd does not know is passed over: what was allowed by it is forbidden."""
    done = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True,
        check=True, timeout=600,
    )  # fmt: skip
    known = set(re.findall(r"^@[a-z-]+$", done.stdout, re.MULTILINE))
    assert "@system-service" in known
    filters = re.findall(r"^SystemCallFilter=~?(.+)$", unit.read_text(), re.MULTILINE)
    named = {each for line in filters for each in line.split()}
    assert {each for each in named if each.startswith("@")} <= known
    # Debian 12 has systemd 252, and tests may run where it is a later one.
    assert "@sandbox" not in named


def test_who_decodes_strangers_files_may_confine_itself():
    calls = {
        "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp",
    }  # fmt: skip
    for name in ("habeas-portal", "habeas-recorder@", "habeas-cameras"):
        text = (ROOT / "packaging" / "systemd" / f"{name}.service").read_text()
        (allowed,) = re.findall(r"^SystemCallFilter=([^~].*)$", text, re.MULTILINE)
        assert calls <= set(allowed.split()), name


def test_the_log_of_hours_may_as_much_as_the_first_log_and_shares_nothing_with_it():
    first, hours = (
        (ROOT / "packaging" / "systemd" / f"{name}.service").read_text()
        for name in ("habeas-log", "habeas-hours-log")
    )
    rights = first.index("# What a process")
    assert hours.endswith(first[rights:])
    assert "habeas-log" not in hours
    assert "/etc/habeas/hours-log.env" in hours
    # The first one listens on the command's own port.
    assert re.findall("^ExecStart=.* --port (.+)$", hours, re.MULTILINE) == ["8002"]
