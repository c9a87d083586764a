"""The API reference: whatever others may call is described."""

import importlib.util
from importlib.machinery import SourceFileLoader

import pytest

from tests.places import ROOT


def load():
    loader = SourceFileLoader("reference", str(ROOT / "bin" / "reference"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("reference", loader))
    loader.exec_module(module)
    return module


REFERENCE = load()


@pytest.mark.parametrize("room", REFERENCE.ROOMS)
def test_every_public_name_has_a_docstring(room):
    names = REFERENCE.modules(room)
    assert f"habeas.{room}" in names
    assert not [each for each in names if "._" in each]
    assert not [each for name in names for each in REFERENCE.undescribed(name)]


def test_what_is_not_described_is_seen(tmp_path, monkeypatch):
    source = '"""A module."""\nclass Seen:\n    def bare(self): ...\n    def _own(self): ...\n'
    (tmp_path / "nowhere_else.py").write_text(source + 'def told():\n    """Is."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    found = list(REFERENCE.undescribed("nowhere_else"))
    assert found == ["nowhere_else.Seen", "nowhere_else.Seen.bare"]


def test_a_page_is_built(tmp_path):
    REFERENCE.build(tmp_path, ["habeas.tlog.tree"])
    page = (tmp_path / "habeas" / "tlog" / "tree.html").read_text()
    assert "verify_inclusion" in page
    assert "RFC 6962" in page
