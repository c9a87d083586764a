"""The `habeas` command itself: it names every command, and loads none before it is used."""

import importlib
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from habeas import cli
from habeas.foundation.errors import HabeasError


def invoke(*arguments):
    return CliRunner().invoke(cli.app, arguments)


def test_help_lists_every_command_with_a_line_that_says_what_it_is_for():
    done = invoke("--help")
    assert done.exit_code == 0
    for name, words in cli.COMMANDS.items():
        assert f" {name} " in done.stdout
        assert " ".join(words.split()[:3]) in done.stdout


def test_help_loads_no_command(monkeypatch):
    for name in cli.COMMANDS:
        monkeypatch.delitem(sys.modules, f"habeas.cli.{name}", raising=False)
    assert invoke("--help").exit_code == 0
    assert not [name for name in cli.COMMANDS if f"habeas.cli.{name}" in sys.modules]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_explains_itself(name):
    done = invoke(name, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.stdout
    assert len(done.stdout.splitlines()) > 5


def test_version():
    assert invoke("--version").stdout == f"habeas {version('habeas')}\n"


def test_an_unknown_command_is_named():
    done = invoke("recognise")
    assert done.exit_code == 2
    assert "recognise" in done.output


def test_errors_for_people_are_two_lines(monkeypatch, capsys):
    def fail():
        raise HabeasError("It is broken.", "Mend it.")

    importlib.import_module("habeas.cli.run")  # which has the name of a function, too
    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "Error: It is broken.\n  Mend it.\n"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_option_has_words_for_people(name):
    from typer.main import get_command

    def options(command):
        yield from ((command, each) for each in command.params)
        for below in getattr(command, "commands", {}).values():
            yield from options(below)

    command = get_command(importlib.import_module(f"habeas.cli.{name}").app)
    silent = [
        f"{owner.name} {option.opts[0]}"
        for owner, option in options(command)
        if option.param_type_name == "option" and option.name != "help" and not option.help
    ]
    assert not silent
