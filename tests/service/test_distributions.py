"""Each distribution alone: built, installed into an empty environment, and used.

A trustee must be able to install and audit its own code without anybody else's. Nothing
is there but the folder of wheels and the package index; versions are those of the lock.
"""

import functools
import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from habeas.faces import assets
from tests.media.video import films
from tests.places import PACKAGES, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

#: What has no place in a distribution that knows nothing of pictures and of portals.
FOREIGN = {"django", "av", "onnx", "onnxruntime", "ai-edge-litert", "pillow", "numpy"}


@dataclass(frozen=True)
class Distribution:
    """What one must be.

    Attributes:
        name: of the distribution.
        command: that it installs, with arguments that succeed; empty where it has none.
        megabytes: at most, with all that it depends on (10^6 bytes); 0 for no limit.
        rooms: that come with it, and no others.
        extras: libraries that come with extras alone; modules that need them are those of a
            log's server and its stores.
    """

    name: str
    command: str
    megabytes: int
    rooms: str
    extras: str = ""


SERVER = "httptools nacl obstore psycopg starlette uvicorn uvloop"
DISTRIBUTIONS = [
    Distribution("habeas-tlog", "habeas-tlog --help", 25, "foundation tlog", f"{SERVER} pkcs11"),
    Distribution(
        "habeas-protocol", "", 0, "foundation tlog configuration protocol", f"{SERVER} pkcs11"
    ),
    Distribution(
        "habeas-trustee",
        "habeas-trustee --help",
        70,
        "foundation tlog configuration protocol trustee",
        "obstore psycopg pkcs11",
    ),
    Distribution(
        "habeas-vision",
        "habeas-models list --json",
        0,
        "foundation tlog confined cover faces portrait",
        f"{SERVER} pkcs11",
    ),
    Distribution(
        "habeas",
        "habeas --version",
        0,
        "foundation tlog configuration protocol trustee confined cover faces portrait"
        " cameras cli custody deploy office portal register",
    ),
]


@pytest.fixture(scope="module")
def release():
    """The program that `make release` runs."""
    loader = importlib.machinery.SourceFileLoader("release", str(ROOT / "bin" / "release"))
    spec = importlib.util.spec_from_loader("release", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def tree(release, tmp_path, monkeypatch):
    """A tree whose libraries were resolved on the first day; gives what commits on another."""
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.lock").write_text("library==1\n")
    (tmp_path / "SECURITY.md").write_text((ROOT / "SECURITY.md").read_text())
    git = ["git", "-c", "user.name=somebody", "-c", "user.email=s@example.org"]

    def commit(day):
        at = f"{1_800_000_000 + day * 86_400} +0000"
        when = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        for command in (["add", "."], ["commit", "--quiet", "--allow-empty", "-m", "A change"]):
            subprocess.run([*git, *command], cwd=tmp_path, check=True, env=os.environ | when)

    subprocess.run([*git, "init", "--quiet"], cwd=tmp_path, check=True)
    commit(0)
    return commit


def test_nothing_is_released_over_libraries_that_were_resolved_too_long_ago(release, tree):
    tree(90)
    release.verify_lock_is_recent()
    tree(91)
    with pytest.raises(SystemExit, match="91 days ago: run `make lock`"):
        release.main(release.ROOT / "dist")
    (release.ROOT / "requirements" / "run.lock").write_text("library==2\n")
    tree(92)
    release.verify_lock_is_recent()


def test_nothing_is_released_where_nobody_says_how_old_they_may_be(release, tree):
    (release.ROOT / "SECURITY.md").write_text("")
    with pytest.raises(SystemExit, match="not known"):
        release.verify_lock_is_recent()


@pytest.fixture(scope="module")
def wheels(release, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    for name in release.DISTRIBUTIONS:
        release.build(name, folder)
    return folder


@pytest.fixture(params=DISTRIBUTIONS, ids=lambda each: each.name)
def distribution(request):
    return request.param


@pytest.fixture(scope="module")
def installed(release, wheels, tmp_path_factory):
    """Gives the Python of a distribution's environment, in which it is alone; each is made once."""
    return functools.cache(
        lambda name: release.install(wheels, name, tmp_path_factory.mktemp(name) / "environment")
    )


@pytest.fixture
def python(distribution, installed):
    return installed(distribution.name)


def size(folder):
    """Bytes of all files below *folder*; what Python has compiled does not count."""
    files = (each for each in folder.rglob("*") if "__pycache__" not in each.parts)
    return sum(each.stat().st_size for each in files if each.is_file() and not each.is_symlink())


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


# Imports each module of each room, and prints the libraries that were not there.
EVERY_MODULE = """
import importlib, pkgutil, habeas
missing = set()
for each in pkgutil.walk_packages(habeas.__path__, "habeas.", onerror=lambda name: None):
    if each.name.endswith(".__main__"):
        continue
    try:
        importlib.import_module(each.name)
    except Exception as error:
        # A module of an extra may say in its own words what to install.
        cause = error if isinstance(error, ModuleNotFoundError) else error.__cause__
        if not isinstance(cause, ModuleNotFoundError):
            raise
        missing.add(cause.name)
print(*sorted(missing))
"""


def test_alone(distribution, python, tmp_path, capsys):
    (packages,) = (python.parents[1] / "lib").glob("python3*/site-packages")
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "list", "--format", "json"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    there = {each["name"].lower().replace("_", "-") for each in json.loads(listed)}
    assert not (packages / "habeas" / "__init__.py").exists(), "one namespace, five distributions"
    rooms = {each.name for each in (packages / "habeas").iterdir() if each.is_dir()}
    assert rooms == set(distribution.rooms.split())
    for room in rooms:
        assert (packages / "habeas" / room / "py.typed").exists(), room
    megabytes = size(packages) / 1e6
    with capsys.disabled():
        print(f"\n{distribution.name}: {megabytes:.1f} MB, {len(there)} distributions")  # noqa: T201
    if distribution.megabytes:
        assert megabytes <= distribution.megabytes
        assert not there & FOREIGN

    place = tmp_path / "place"
    place.mkdir()
    environment = {
        "PATH": f"{python.parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HOME": str(place),
        "LANG": "C.UTF-8",
        # The files that find faces are fetched once, by `make setup`.
        "HABEAS_ASSETS": str(assets.folder()),
    }

    def run(*command):
        done = subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    # The portal's modules need its settings; all that they import is the whole project's.
    missing = run("python3", "-c", EVERY_MODULE).split() if "portal" not in rooms else []
    assert set(missing) <= set(distribution.extras.split()), "what it needs, it depends on"
    if distribution.command:
        assert run("bash", "-c", distribution.command)
    # The examples of the README run as they stand there.
    if "portrait" in rooms:
        (place / "me.jpg").write_bytes(assets.path("astronaut.png").read_bytes())
        films.write(place / "street.mp4", films.pictures(10))
    readme = (PACKAGES / distribution.name / "README.md").read_text()
    examples = [("python3", each) for each in blocks(readme, "python")]
    examples += [("bash", "set -e\n" + each) for each in blocks(readme, "sh")]
    assert examples
    for program, example in examples:
        assert run(program, "-c", example), example


def test_built_again_it_has_the_same_bytes(release, wheels, tmp_path):
    for name in release.DISTRIBUTIONS:
        again = release.build(name, tmp_path)
        assert again.read_bytes() == (wheels / again.name).read_bytes(), name


def test_the_sbom_names_all_that_is_installed(release, installed, tmp_path):
    release.describe("habeas-tlog", installed("habeas-tlog"), tmp_path)
    sbom = json.loads((tmp_path / "habeas-tlog.cdx.json").read_text())
    assert sbom["bomFormat"] == "CycloneDX"
    assert sbom["metadata"]["component"]["name"] == "habeas-tlog"
    named = {each["name"]: each for each in sbom["components"]}
    assert {"cryptography", "httpx"} <= set(named)
    assert all(each["version"] and each["purl"] for each in named.values())
