"""`python -m tests.unit.configuration.reference`: the reference of all settings, written anew."""

from habeas.configuration.reference import reference
from habeas.deploy.configuration import PARTIES
from tests.places import ROOT

PAGE = ROOT / "docs" / "operate" / "configuration.md"
MARK = "<!-- What follows is written by `python -m tests.unit.configuration.reference`. -->\n"


def page(now):
    """The page, with its written half made anew."""
    head, mark, _ = now.partition(MARK)
    assert mark, "the page has lost its mark"
    return f"{head}{MARK}\n{reference(list(PARTIES.values()))}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
