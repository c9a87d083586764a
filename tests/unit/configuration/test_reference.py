"""The reference of settings is up to date, and says something of each."""

from habeas.configuration.reference import reference
from habeas.deploy.configuration import PARTIES
from tests.unit.configuration.reference import PAGE, page


def test_the_page_is_as_the_schema_has_it():
    text = PAGE.read_text()
    assert text == page(text), "write it anew: python -m tests.unit.configuration.reference"


def test_each_setting_is_described():
    rows = [line for line in reference(list(PARTIES.values())).splitlines() if line[:3] == "| `"]
    assert len(rows) > 40
    assert [row for row in rows if len(row.removesuffix(" |").rpartition(" | ")[2]) < 15] == []
