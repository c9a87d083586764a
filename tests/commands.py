"""The `habeas` command as users run it: in a process of its own, and for its own end.

A process that has loaded the command's modules is forked for each call: loading them takes most
of a short command's time, and says the same each time.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.waiting import PATIENCE_SECONDS

#: Neither needs settings, nor starts threads.
_LOADED = [
    "habeas.cli",
    "habeas.cli.trustee",
    "habeas.cli.log",
    "habeas.protocol.client",
    "django.core.management",
    "django.db",
    "rich.console",
    "typer.rich_utils",
]
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(_LOADED)


def habeas(
    *arguments: object,
    check: bool = False,
    env: Mapping[str, str] | None = None,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """Run `habeas` with *arguments* and wait for its end.

    Args:
        arguments: each as `str` shows it.
        check: whether it has to succeed.
        env: the environment; None for this process's.
        variables: of the environment, beside those.

    Raises:
        subprocess.CalledProcessError: *check*, and it did not succeed.
        subprocess.TimeoutExpired: it did not end.
    """
    words = [str(each) for each in arguments]
    environment = {**(os.environ if env is None else env), **variables}
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "stdout"), Path(folder, "stderr")
        process = _CONTEXT.Process(target=_main, args=(words, environment, *map(str, told)))
        process.start()
        process.join(PATIENCE_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, PATIENCE_SECONDS)
        out, err = (each.read_text() if each.exists() else "" for each in told)
    done = subprocess.CompletedProcess(words, process.exitcode, out, err)
    if check:
        done.check_returncode()
    return done


def _main(words: list[str], environment: dict[str, str], *told: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:0] = [each for each in environment.get("PYTHONPATH", "").split(os.pathsep) if each]
    for descriptor, file in zip((1, 2), told, strict=True):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.argv = ["habeas", *words]
    from habeas.cli import main

    main()
