import errno
import os
import sqlite3

import pytest

from habeas.foundation.command import run
from habeas.foundation.errors import HabeasError


def failing(*words):
    def command():
        raise HabeasError(*words)

    return command


def test_what_goes_well_says_nothing(capsys):
    run(lambda: None)
    assert capsys.readouterr() == ("", "")


def test_an_error_is_its_cause_and_its_remedy(capsys):
    with pytest.raises(SystemExit) as ended:
        run(failing("It is broken.", "Mend it."))
    assert ended.value.code == 1
    assert capsys.readouterr() == ("", "Error: It is broken.\n  Mend it.\n")


def test_no_remedy_no_line(capsys):
    with pytest.raises(SystemExit):
        run(failing("It is broken."))
    assert capsys.readouterr().err == "Error: It is broken.\n"


def test_a_mistake_of_ours_stays_a_traceback():
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 // 0)


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOENT, "name is right"),
        (errno.EACCES, "Let this user"),
        (errno.EROFS, "can be written to"),
        (errno.EISDIR, "Name a file"),
        (errno.ENOTDIR, "Name a folder"),
        (errno.ENOSPC, "Make room"),
        (errno.EIO, "there and yours"),
    ],
)
def test_a_place_that_cannot_be_used_is_named_with_a_remedy(number, remedy, capsys):
    def command():
        raise OSError(number, os.strerror(number), "/the/place")

    with pytest.raises(SystemExit) as ended:
        run(command)
    assert ended.value.code == 1
    cause, told = capsys.readouterr().err.splitlines()
    assert cause == f"Error: /the/place cannot be used: {os.strerror(number)}."
    assert remedy in told


def test_errors_without_a_number_or_a_name(capsys):
    for error in (OSError("no number"), sqlite3.OperationalError("disk I/O error")):

        def command(error=error):
            raise error

        with pytest.raises(SystemExit):
            run(command)
        assert str(error) in capsys.readouterr().err
