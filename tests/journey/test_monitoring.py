"""The alerts and the dashboard, held against what a running city, a recorder and a monitor say."""

import contextlib
import itertools
import json
import re
import shutil
import subprocess

import httpx
import pytest

from habeas.cameras.probes import _DISK, _FIGURES, _OFFSET
from habeas.foundation.database import Database
from habeas.foundation.health import Health
from habeas.foundation.metrics import MEDIA_TYPE, exposition
from tests.journey.test_commands import habeas
from tests.places import ROOT
from tests.unit.tlog.test_monitor import Log, monitor_of
from tests.waiting import until

pytestmark = pytest.mark.slow
FOLDER = ROOT / "monitoring"
RULES = (FOLDER / "rules.yml").read_text()
PAGE = (ROOT / "docs" / "operate" / "monitoring.md").read_text()
NAME = re.compile(r"\bhabeas_[a-z_]+\b")
ANY_PARTY = re.compile(r'__name__=~"habeas_\(([a-z|]+)\)_([a-z_]+)"')


def scraped(url):
    answer = httpx.get(f"{url}/metrics", trust_env=False, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPE
    return answer.text


def families(text):
    """Names of the figures; each is typed, and each value a number."""
    typed = set(re.findall(r"^# TYPE (\S+) (?:gauge|counter)$", text, re.MULTILINE))
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = re.fullmatch(r'([a-z_]+)(?:\{[a-z]+="[^"]*"\})? (\S+)', line).groups()
            assert name in typed
            float(value)
    return typed


@pytest.fixture(scope="module")
def told(city):
    """The names of all figures of all parties."""
    place = city.place
    texts = [scraped(place.log_url), scraped(place.portal_url)]
    texts += [scraped(each.url) for each in place.circle.trustees]
    recorder = Health(ages={"picture": 0}).fields(**dict.fromkeys((*_FIGURES, *_DISK, _OFFSET), 0))
    texts.append(exposition("recorder", recorder))
    texts.append(exposition("mirror", Health().fields(size=0)))
    with contextlib.closing(Database(None)) as database:
        texts.append(monitor_of(Log(b"one"), database).metrics())
    return set().union(*map(families, texts))


def named(text):
    """Names in an expression or a page; those of any party, one by one."""
    for parties, rest in ANY_PARTY.findall(text):
        yield from (f"habeas_{party}_{rest}" for party in parties.split("|"))
    yield from NAME.findall(ANY_PARTY.sub("", text))


def test_alerts_ask_for_figures_that_there_are(told):
    assert set(named(RULES)) <= told


def test_the_dashboard_shows_figures_that_there_are(told):
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    assert set(itertools.chain.from_iterable(map(named, asked))) <= told


def test_the_page_explains_all_figures_and_alerts(told):
    any_party = re.findall(r"habeas_PARTY_([a-z_]+)", PAGE)
    parties = ("log", "mirror", "trustee", "portal", "recorder")
    explained = {f"habeas_{party}_{rest}" for party in parties for rest in any_party}
    explained |= {each for each in NAME.findall(PAGE) if not each.endswith("_")}
    assert told <= explained
    assert set(re.findall(r"alert: (\w+)", RULES)) == set(
        re.findall(r"^\| `(Habeas\w+)`", PAGE, re.MULTILINE)
    )


def test_codes_that_alerts_name_are_codes_of_states():
    (codes,) = re.findall(r'code=~"([^"]+)"', RULES)
    sources = "".join(file.read_text() for file in (ROOT / "packages").glob("*/src/habeas/**/*.py"))
    for code in codes.replace("installation.*", "installation-mismatch").split("|"):
        assert f'"{code}"' in sources


def test_what_happens_is_told(city):
    """A trustee that is paused is not ready, and says by which code; then it is ready again."""
    folder, url = city.place.trustee(0), city.place.circle.trustees[0].url
    until(lambda: _with(url, "habeas_trustee_ready 1\n"), "being well", pause=0.5)
    assert habeas("trustee", "pause", "--data", folder).returncode == 0
    try:
        paused = until(lambda: _with(url, "habeas_trustee_ready 0\n"), "a pause", pause=0.5)
        assert 'habeas_trustee_problem{code="paused"} 1\n' in paused
    finally:
        assert habeas("trustee", "resume", "--data", folder).returncode == 0
    until(lambda: _with(url, "habeas_trustee_ready 1\n"), "going on", pause=0.5)


def _with(url, line):
    """What is said, once it has that line; whoever is busy for a moment is asked again."""
    answer = httpx.get(f"{url}/metrics", trust_env=False, timeout=60)
    return answer.text if line in answer.text else ""


@pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool is not installed: bin/install-test-packages",
)
def test_alerts_fire_when_they_should_and_not_otherwise():
    command = ["promtool", "test", "rules", str(FOLDER / "rules.test.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=FOLDER)
    assert done.returncode == 0, done.stdout + done.stderr
