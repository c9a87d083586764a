"""Which mirrors a log is sent to, as mirrors.txt names them."""

import pytest

from habeas import tlog
from habeas.foundation.text import TextFileError
from habeas.tlog.server import make_app
from habeas.tlog.server.feeding import read_mirrors
from tests.unit.tlog.serving import new_log

KEY = tlog.MldsaCosignatureSigner("mirror.example/m", bytes(32)).vkey
LINE = f"mirror m {KEY} https://mirror.example"


def test_a_log_without_mirrors(tmp_path):
    assert read_mirrors(tmp_path) == []


def test_each_line_names_one(tmp_path):
    lines = ["# ours", "", LINE, f"mirror other\t{KEY}  http://127.0.0.1:8002/log "]
    (tmp_path / "mirrors.txt").write_text("\n".join(lines))
    mirrors = read_mirrors(tmp_path)
    assert [each.name for each in mirrors] == ["m", "other"]
    assert [each.url for each in mirrors] == ["https://mirror.example", "http://127.0.0.1:8002/log"]
    assert mirrors[0].key.name == "mirror.example/m"


@pytest.mark.parametrize(
    "line",
    [
        LINE,  # the same name again
        LINE.replace("mirror m", "witness w"),
        LINE.replace("https://", "ftp://"),
        LINE.replace(KEY, "no-key"),
        f"mirror m {KEY}",
        f"{LINE} more",
    ],
)
def test_a_line_that_names_none(tmp_path, line):
    folder = new_log(tmp_path / "log")
    (folder / "mirrors.txt").write_text(f"{LINE}\n{line}\n")
    with pytest.raises(tlog.FormatError, match=r"mirrors\.txt, line 2") as caught:
        make_app(folder)
    assert "mirror NAME" in caught.value.remedy


def test_a_file_that_is_no_text(tmp_path):
    (tmp_path / "mirrors.txt").write_bytes(b"\xff")
    with pytest.raises(TextFileError, match=r"mirrors\.txt"):
        read_mirrors(tmp_path)
