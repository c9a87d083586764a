"""What begins with an underscore stays in its room.

Import contracts (pyproject.toml) say which room may import which; of names they know nothing.
"""

import ast
import tomllib
from graphlib import TopologicalSorter

import pytest

from tests.places import ROOT

FILES = sorted(ROOT.glob("packages/*/src/habeas/**/*.py"))


def room_of(file):
    parts = file.parts
    return parts[parts.index("habeas", parts.index("src")) + 1].removesuffix(".py")


def dotted(file):
    """The name by which a module is imported."""
    parts = file.with_suffix("").parts
    return ".".join(parts[parts.index("habeas", parts.index("src")) :]).removesuffix(".__init__")


def imports(source):
    """Pairs of names that *source* imports, wherever in it: what it takes, and of which module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                yield f"{node.module}.{each.name}", node.module
        elif isinstance(node, ast.Import):
            yield from ((each.name, each.name) for each in node.names)


def private_imports(source, room):
    """Dotted names with an underscore that *source*, a file of *room*, takes from other rooms."""
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{each.name}" for each in node.names]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "habeas" and parts[1:2] != [room]:
                yield from [name] if any(each.startswith("_") for each in parts[1:]) else []


def test_the_rooms_are_seen():
    rooms = {room_of(each) for each in FILES}
    assert {"foundation", "tlog", "protocol", "trustee", "custody", "portal", "cli"} <= rooms


def test_no_module_leads_back_to_itself():
    # Contracts hold between rooms; this holds within them, also for what is imported late.
    modules = {dotted(each): each for each in FILES}
    leads = {
        name: {
            next((each for each in pair if each in modules), "")
            for pair in imports(file.read_text())
        }
        for name, file in modules.items()
    }
    order = TopologicalSorter({name: found - {name, ""} for name, found in leads.items()})
    order.prepare()  # which raises over a circle, and names it


def contracts():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_no_room_is_without_a_contract():
    # What the contracts do not name may import whatever it likes.
    rooms = {f"habeas.{room_of(each)}" for each in FILES}
    layers = contracts()["contracts"][0]["layers"]
    assert rooms == set(contracts()["root_packages"])
    assert rooms == {each.strip() for layer in layers for each in layer.split("|")}


def test_nothing_of_the_portal_is_without_a_contract():
    portal = ROOT / "packages/habeas/src/habeas/portal"
    within = [*portal.iterdir(), *(portal / "site").iterdir()]
    there = {
        "habeas." + ".".join(each.with_suffix("").relative_to(portal.parent).parts)
        for each in within
        if each.suffix == ".py" or (each / "__init__.py").exists()
    }
    layers = contracts()["contracts"][-1]["layers"]
    named = {each.strip() for layer in layers for each in layer.replace(":", "|").split("|")}
    assert named == {each for each in there if not each.endswith(("__init__", "portal.site"))}


@pytest.mark.parametrize("room", sorted({room_of(each) for each in FILES}))
def test_no_room_takes_what_another_keeps_to_itself(room):
    taken = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in FILES
        if room_of(file) == room
        for name in private_imports(file.read_text(), room)
    }
    assert not taken


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from habeas.tlog._tree import fold", ["habeas.tlog._tree.fold"]),
        ("from habeas.tlog.tree import _fold", ["habeas.tlog.tree._fold"]),
        ("import habeas.tlog._tree", ["habeas.tlog._tree"]),
        ("from habeas.tlog.tree import fold, __all__", ["habeas.tlog.tree.__all__"]),
        ("from habeas.tlog.tree import fold\nimport _thread", []),
        ("from habeas.trustee._rules import refuse", []),
    ],
)
def test_it_would_be_seen(source, found):
    assert list(private_imports(source, "trustee")) == found


def types_of(files):
    """Public classes by room, and by folder of the portal, and where they stand."""
    found = {}
    for file in files:
        if "migrations" in file.parts:
            continue
        room = room_of(file)
        if room == "portal":
            below = file.parts[file.parts.index("src") :]
            room = f"portal/{below[below.index('portal') + 1]}"
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault((room, node.name), []).append(file.name)
    return found


def test_no_room_has_two_types_of_one_name():
    types = types_of(FILES)
    assert types["protocol", "Promise"] == ["terms.py"]
    assert {each: where for each, where in types.items() if len(where) > 1} == {}
