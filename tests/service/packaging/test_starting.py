"""What builds packages starts from a shell, whose Python has none of the libraries."""

import shutil
import subprocess
import sys
import venv

import pytest

from tests.places import ROOT

WITH_A_PROGRAM = pytest.mark.parametrize("program", ["packages", "release"])


@pytest.fixture
def tree(tmp_path):
    """Two programs of a clone, and no environment."""
    (tmp_path / "bin").mkdir()
    for program in ("packages", "release"):
        shutil.copy(ROOT / "bin" / program, tmp_path / "bin")
    return tmp_path


def start(tree, program, *arguments, python=sys.executable):
    # Without `site`, Python sees its own library alone.
    return subprocess.run(
        [python, "-S", tree / "bin" / program, *arguments],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


@WITH_A_PROGRAM
def test_a_clone_that_was_not_set_up_says_what_is_missing(tree, program):
    done = start(tree, program)
    assert done.returncode == 1
    assert "build" in done.stderr
    assert done.stderr.endswith(": make setup-dev\n")


@WITH_A_PROGRAM
def test_the_environment_of_the_tree_goes_on_with_the_same_words(tree, program):
    python = tree / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    python.chmod(0o755)
    done = start(tree, program, "--into", "a folder")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tree / 'bin' / program}|--into|a folder|"


@WITH_A_PROGRAM
def test_an_environment_that_lacks_them_says_so_and_is_not_asked_again(tree, program):
    venv.create(tree / ".venv", with_pip=False)
    done = start(tree, program, python=tree / ".venv" / "bin" / "python")
    assert done.returncode == 1
    assert done.stderr.endswith(": make setup-dev\n")
