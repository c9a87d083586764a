"""Fields are read strictly: one way to write each value."""

import pytest
from pydantic import TypeAdapter, ValidationError

from habeas.protocol import document


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (document.Month, "2027-05"),
        (document.Day, "2027-05-31"),
        (document.Slug, "licensing-office"),
        (document.KeyName, "log.example/habeas"),
        (document.Hex32, "0" * 64),
    ],
)
def test_the_one_way_to_write_it(kind, value):
    adapter = TypeAdapter(kind)
    assert adapter.validate_python(value) == value
    for other in (value + "\n", " " + value, value + "\x00", value.upper() + "Ä"):
        with pytest.raises(ValidationError):
            adapter.validate_python(other)


@pytest.mark.parametrize("value", ["2027-13", "2027-00", "٢٠٢٧-05", "27-05", ""])
def test_no_such_month(value):
    with pytest.raises(ValidationError):
        TypeAdapter(document.Month).validate_python(value)
