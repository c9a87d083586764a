"""A whole log checked file by file: whatever byte is changed, its file is named."""

import functools
import shutil

import pytest

from habeas import tlog
from habeas.tlog.server import FileStorage, init_log, read_signer
from habeas.tlog.verifying import Folder, verify_log


def write_log(folder, sizes, entry=lambda n: b"entry %d" % n, *, short=False):
    """A log that grew by *sizes*, and its policy; a short one has no ML-DSA-44 signatures."""
    init_log(folder, "log.example/v")
    signer = tlog.LogSigner(read_signer(folder).ed25519) if short else read_signer(folder)
    at = 0
    with FileStorage(folder) as storage:
        for size in sizes:
            storage.append([entry(n) for n in range(at, at + size)])
            storage.lay_out()
            at += size
            tree = storage.tree
            storage.publish(signer.sign(tlog.Checkpoint(signer.name, at, tree.root()).text()))
    return tlog.Policy.parse(signer.policy_lines + "quorum none\n")


def files_of(folder):
    return sorted(each for each in folder.rglob("*") if each.is_file())


@pytest.mark.parametrize(
    "sizes", [[0], [1], [255, 1], [256], [257], [3, 300, 65536 - 303, 70], [131_372]]
)
def test_whole_logs_verify(tmp_path, sizes):
    policy = write_log(tmp_path, sizes)
    seen = []
    verified = verify_log(Folder(tmp_path / "public"), policy, lambda *at: seen.append(at))
    assert verified.checkpoint.size == sum(sizes)
    assert seen[-1] == (sum(sizes), sum(sizes))


class OneChanged(Folder):
    """A log's files, one of which reads otherwise."""

    changed = ("", b"")

    @functools.cache  # noqa: B019 - the files stay as they are
    def _of_folder(self, path):
        return super().read(path)

    def read(self, path):
        return self.changed[1] if path == self.changed[0] else self._of_folder(path)

    @functools.cache  # noqa: B019 - the same
    def widths(self, tile):
        return super().widths(tile)


def test_every_flipped_byte_is_noticed_and_its_file_named(tmp_path):
    policy = write_log(tmp_path, [2, 3, 4], lambda n: b"%d" % n, short=True)
    public = tmp_path / "public"
    files = OneChanged(public)
    flips = 0
    for file in files_of(public):
        content, path = file.read_bytes(), str(file.relative_to(public))
        for at in range(len(content)):
            flipped = content[:at] + bytes([content[at] ^ 0x01]) + content[at + 1 :]
            files.changed = (path, flipped)
            with pytest.raises(tlog.TlogError) as caught:
                verify_log(files, policy)
            if path != "checkpoint":
                assert isinstance(caught.value, tlog.CorruptLogError)
                # An entry and a leaf contradict each other: either file may be named.
                twin = path.replace("/entries/", "/0/")
                assert caught.value.path in (path, twin)
            flips += 1
    assert flips > 600
    files.changed = ("", b"")
    verify_log(files, policy)


@pytest.mark.parametrize("change", ["cut", "longer", "missing"])
def test_files_of_other_lengths(tmp_path, change):
    policy = write_log(tmp_path, [300, 212])
    public = tmp_path / "public"
    for file in files_of(public):
        content = file.read_bytes()
        if change == "missing":
            file.unlink()
        else:
            file.write_bytes(content[:-1] if change == "cut" else content + b"\0")
        needed = ".p/" not in str(file) or str(file).endswith("tile/1/000.p/2")
        if change != "missing" or needed:
            with pytest.raises(tlog.TlogError):
                verify_log(Folder(public), policy)
        else:
            verify_log(Folder(public), policy)  # a partial file may go once the full one stands
        file.write_bytes(content)
    verify_log(Folder(public), policy)


def test_a_log_of_other_entries_does_not_verify(tmp_path):
    policy = write_log(tmp_path / "a", [5])
    write_log(tmp_path / "b", [5], entry=lambda n: b"other %d" % n)
    shutil.copy(tmp_path / "a/public/checkpoint", tmp_path / "b/public/checkpoint")
    with pytest.raises(tlog.CorruptLogError, match="checkpoint"):
        verify_log(Folder(tmp_path / "b/public"), policy)


def test_an_older_checkpoint_verifies_with_the_full_bundle_in_place_of_the_partial_one(tmp_path):
    write_log(tmp_path, [300])
    old = (tmp_path / "public/checkpoint").read_bytes()
    policy = write_log(tmp_path, [300, 300])  # the first 300 are there already
    (tmp_path / "public/checkpoint").write_bytes(old)
    for path in (tlog.Tile(-1, 1, 44).path(), tlog.Tile(0, 1, 44).path()):
        (tmp_path / "public" / path).unlink(missing_ok=True)
    assert verify_log(Folder(tmp_path / "public"), policy).checkpoint.size == 300
