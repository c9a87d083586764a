"""What the documentation shows in Python runs as it stands."""

import re

import pytest

from habeas.faces import assets
from tests.media.video import films
from tests.places import ROOT

PAGES = ["README.md", "docs/portrait.md", "docs/footage.md"]


def examples(page):
    text = (ROOT / page).read_text()
    fenced = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"(?:^    from pathlib import .*\n(?:    .*\n)+)", text, re.MULTILINE)
    return fenced + [re.sub("^    ", "", each, flags=re.MULTILINE) for each in indented]


@pytest.mark.parametrize("page", PAGES)
def test_examples_run(page, tmp_path, monkeypatch, capsys):
    (tmp_path / "me.jpg").write_bytes(assets.path("astronaut.png").read_bytes())
    films.write(tmp_path / "street.mp4", films.pictures(10))
    monkeypatch.chdir(tmp_path)
    blocks = examples(page)
    assert blocks
    names = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)  # noqa: S102 - our own documentation
    assert capsys.readouterr().out
