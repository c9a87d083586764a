"""A trustee rebuilds the app from its source archive: the files that are committed, or no word."""

import importlib.machinery
import importlib.util
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from habeas import cli
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, MalformedError, verify_circle
from habeas.protocol.app import AppDetails, AppManifest, source, verify_release
from habeas.protocol.app.manifest import first_difference, manifest_of
from habeas.protocol.app.release import origins_of
from habeas.trustee import apps
from tests.commands import habeas
from tests.places import ROOT
from tests.places import built as built_file
from tests.unit.protocol.world import circle_note
from tests.world import World

pytestmark = pytest.mark.slow
ROOMS = ROOT / "packages" / "habeas" / "src" / "habeas"
CHAIN = Chain.start(circle_note(), 0)


def _maker():
    loader = importlib.machinery.SourceFileLoader("make_app", str(ROOT / "bin" / "app"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("make_app", loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def archive():
    return source.pack(ROOT, _maker().names())


def manifest(archive, built=ROOMS, number=1):
    circle = verify_circle(circle_note())
    return manifest_of(built, circle, number=number, version="0.2", source=source.hash_of(archive))


def of_trustee(folder, data):
    file = folder / "habeas.toml"
    file.write_text(f'party = "trustee"\ndata = "{data}"\n')
    return file


@dataclass(frozen=True)
class Rebuilt:
    """What `habeas trustee rebuild` made of the archive beside a trustee's keys."""

    world: World
    wanted: AppManifest
    note: Path
    kept: Path
    said: str


@pytest.fixture(scope="module")
def rebuilt(archive, tmp_path_factory):
    """Built once, by the command: npm fetches what the lock file names."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed; only building the front end needs it")
    place = tmp_path_factory.mktemp("another folder")
    world = World(tmp_path_factory.mktemp("world"))
    try:
        wanted = manifest_of(
            ROOMS, world.circle, number=1, version="0.2", source=source.hash_of(archive)
        )
        (place / "app.tar").write_bytes(archive)
        (place / "app.json").write_bytes(wanted.encode())
        command = ["trustee", "rebuild", place / "app.tar", place / "app.json"]
        # The trustee's own file names its folder, as for its other commands.
        config = ["--config", of_trustee(place, world.folder / world.names[0])]
        note, kept = place / "own.note", place / "kept"
        done = habeas(*command, *config, "--out", note, "--keep", kept)
        if "npm failed" in done.stderr:
            pytest.skip(f"npm cannot install the front end's packages: {done.stderr[-200:]}")
        assert done.returncode == 0, done.stderr
        yield Rebuilt(world, wanted, note, kept, done.stderr)
    finally:
        world.close()


@pytest.fixture(scope="module")
def built(rebuilt):
    return rebuilt.kept


def test_another_folder_gives_the_same_archive(archive, tmp_path):
    names = _maker().names()
    for name in names:
        place = tmp_path / "elsewhere" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place)
        place.chmod(0o600)
    assert source.pack(tmp_path / "elsewhere", reversed(names)) == archive


def test_the_source_gives_the_files_that_are_committed_byte_for_byte(archive, built):
    assert first_difference(manifest(archive, built), manifest(archive)) is None
    apps.compare(built, manifest(archive), CHAIN)


def test_what_the_source_does_not_give_is_named(archive, built, tmp_path):
    swapped = tmp_path / "swapped"
    shutil.copytree(ROOMS / "portal" / "static", swapped / "portal" / "static")
    shutil.copytree(ROOMS / "office" / "desk", swapped / "office" / "desk")
    for name in ("portal", "office"):
        shutil.copy(ROOMS / name / "served.json", swapped / name)
    whole = built_file("photo/photo.js")
    script = swapped / "portal" / "static" / "photo" / whole.name
    script.write_bytes(script.read_bytes() + b"steal()")
    with pytest.raises(HabeasError) as refused:
        apps.compare(built, manifest(archive, swapped), CHAIN)
    assert refused.value.code == "app-differs"
    assert f"portal/photo/{whole.name}" in refused.value.cause
    weaker = json.loads((swapped / "portal" / "served.json").read_text())
    weaker["csp"] = "script-src *"
    (swapped / "portal" / "served.json").write_text(json.dumps(weaker))
    script.write_bytes(whole.read_bytes())
    with pytest.raises(HabeasError) as refused:
        apps.compare(built, manifest(archive, swapped), CHAIN)
    assert "what its answers carry" in refused.value.cause


def test_another_circle_and_another_archive_are_refused_before_anything_runs(archive, tmp_path):
    elsewhere = manifest(archive).model_copy(update={"circle": "ab" * 32})
    for wanted, content, code in (
        (elsewhere, archive, "app-circle"),
        (manifest(archive), archive + b"\0" * 512, "app-differs"),
    ):
        with pytest.raises(HabeasError) as refused:
            apps.rebuild(wanted, content, tmp_path / "work", CHAIN)
        assert refused.value.code == code
    assert not (tmp_path / "work").exists()


def test_archives_that_lead_out_or_are_none_are_refused(tmp_path):
    import io
    import tarfile

    def made(name, kind=tarfile.REGTYPE, link=""):
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as opened:
            about = tarfile.TarInfo(name)
            about.type, about.linkname = kind, link
            opened.addfile(about)
        return content.getvalue()

    for content in (
        b"", b"no archive", made("../outside"), made("/etc/outside"),
        made("web/build.mjs", tarfile.SYMTYPE, "/etc/passwd"), made("web/pipe", tarfile.FIFOTYPE),
        made("web/other.mjs"),
    ):  # fmt: skip
        with pytest.raises(MalformedError):
            source.build(content, tmp_path / str(abs(hash(content))))
    assert not (tmp_path / "outside").exists()


def test_a_source_that_does_not_build_says_so(tmp_path):
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "build.mjs").write_text("process.exit(3)")
    (tmp_path / "web" / "package.json").write_text('{"name": "x", "version": "0.0.0"}')
    (tmp_path / "web" / "package-lock.json").write_text(
        '{"name": "x", "version": "0.0.0", "lockfileVersion": 3, "packages": {"": {"name": "x"}}}'
    )
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    names = [f"web/{name}" for name in ("build.mjs", "package.json", "package-lock.json")]
    with pytest.raises(HabeasError) as refused:
        source.build(source.pack(tmp_path, names), tmp_path / "work")
    assert refused.value.code == "app-build"


def test_the_command_beside_the_keys_signs_and_keeps_what_it_built(rebuilt):
    world, wanted = rebuilt.world, rebuilt.wanted
    assert wanted.digest().hex() in rebuilt.said
    assert first_difference(wanted, manifest_of(
        rebuilt.kept, world.circle, number=1, version="0.2", source=wanted.source
    )) is None  # fmt: skip
    second = apps.vouch(
        world.folder / world.names[1], wanted, world.names[1], world.clock.today(), "compared"
    )
    details = AppDetails(
        manifest=wanted, origins=origins_of(world.circle, {}),
        signatures=(rebuilt.note.read_text(), second),
    )  # fmt: skip
    words = verify_release(details, world.chain)
    assert [(each.trustee, each.how) for each in words] == [
        (world.names[0], "rebuilt"), (world.names[1], "compared"),
    ]  # fmt: skip


def test_for_whom_is_said_once_not_for_nobody_and_not_twice(archive, tmp_path):
    (tmp_path / "app.tar").write_bytes(archive)
    (tmp_path / "app.json").write_bytes(manifest(archive).encode())
    command = ["trustee", "rebuild", tmp_path / "app.tar", tmp_path / "app.json"]
    for said in ([], ["--data", "a", "--circle", tmp_path / "app.json"]):
        refused = habeas(*command, *said)
        assert refused.returncode != 0
        assert "It is not said for whom" in refused.stderr


def test_the_command_on_a_machine_without_keys_prints_the_digest(
    archive, built, tmp_path, monkeypatch
):
    def already(content, _folder):
        assert content == archive
        return built

    # The fixture has built in earnest; what that gives is the same bytes each time.
    monkeypatch.setattr(source, "build", already)
    wanted = manifest(archive)
    files = {"app.tar": archive, "app.json": wanted.encode(), "circle.txt": circle_note().encode()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = ["trustee", "rebuild", str(tmp_path / "app.tar"), str(tmp_path / "app.json")]
    # Who gives a circle only looks, also where a file of the machine names a folder.
    looks = ["--circle", str(tmp_path / "circle.txt")]
    looks += ["--config", str(of_trustee(tmp_path, tmp_path / "nowhere"))]
    done = CliRunner().invoke(cli.app, [*command, *looks])
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == [wanted.digest().hex()]
    assert AppManifest.decode((tmp_path / "app.json").read_bytes()) == wanted
