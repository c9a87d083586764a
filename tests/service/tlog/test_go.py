"""Go's own `note` and `tlog` read what this log publishes.

Debian's golang-go and golang-golang-x-mod-dev; the test is skipped where they are absent.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from habeas import tlog
from habeas.tlog.server import FileStorage, init_log

SOURCES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
PROGRAM = Path(__file__).parent / "interop" / "check.go"


@pytest.fixture(scope="module")
def checker(tmp_path_factory):
    if shutil.which("go") is None or not SOURCES.exists():
        pytest.skip("Go is not here: apt-get install golang-go golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    environment = {
        **os.environ,
        "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
    }
    program = folder / "check"
    subprocess.run(
        ["go", "build", "-o", program, PROGRAM],
        check=True, timeout=600, env=environment, capture_output=True,
    )  # fmt: skip
    return program


def _log(folder, sizes):
    """A log that grew through *sizes*."""
    vkey = init_log(folder, "log.example/go")
    signer = tlog.NoteSigner.parse((folder / "log.key").read_text())
    with FileStorage(folder) as storage:
        for size in sizes:
            storage.append([b"entry %d" % n for n in range(storage.tree.size, size)])
            storage.lay_out()
        checkpoint = tlog.Checkpoint(signer.name, storage.tree.size, storage.tree.root())
        witness = tlog.CosignatureSigner.generate("witness.example")
        cosigned = witness.cosign(checkpoint.text(), 1_800_000_000).line()
        storage.publish(signer.sign(checkpoint.text()) + cosigned)
    return vkey


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[1], [3, 255, 256, 257], [100, 700, 66_000]])
def test_go_verifies_the_checkpoint_and_every_entry(checker, tmp_path, sizes):
    vkey = _log(tmp_path, sizes)
    done = subprocess.run(
        [checker, tmp_path / "public", vkey], capture_output=True, text=True, timeout=600,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{sizes[-1]} entries\n"


@pytest.mark.slow
def test_go_notices_a_changed_entry(checker, tmp_path):
    vkey = _log(tmp_path, [300])
    bundle = tmp_path / "public" / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 7", b"entry 8", 1))
    command = [checker, tmp_path / "public", vkey]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode != 0
