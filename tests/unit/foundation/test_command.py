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
