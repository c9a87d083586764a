"""Services and offices, as TOML files declare them."""

from datetime import date

import pytest
from django.utils import translation

from habeas.portal.catalogue.declaration import Catalogue, CatalogueError, PhotoRules
from habeas.portal.site.folder import SAMPLE_CATALOGUE
from habeas.protocol import Purpose

OFFICES = '[parks]\nname = { en = "Parks", ru = "Парки" }\n'
SERVICE = """
prefix = "AG"
office = "parks"
name = { en = "A garden", ru = "Сад" }
about = { en = "A plot.", ru = "Участок." }
[[fields]]
name = "full_name"
label = { en = "Full name", ru = "Имя" }
"""
PHOTO = """
[photo]
recipients = ["parks"]
purposes = ["decide-application"]
keep_months = 6
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "offices.toml").write_text(OFFICES)
    (tmp_path / "garden.toml").write_text(SERVICE + PHOTO)
    return tmp_path


def test_the_sample_is_a_catalogue():
    sample = Catalogue.load(SAMPLE_CATALOGUE)
    assert set(sample.services) == {"allotment-garden", "hunting-licence"}
    licence = sample.services["hunting-licence"]
    assert licence.photo.recipients == ("licensing-office",)
    assert set(licence.photo.purposes) <= set(Purpose)
    assert sample.services["allotment-garden"].photo is None


def test_texts_are_in_the_visitor_s_language(folder):
    name = Catalogue.load(folder).offices["parks"].name
    with translation.override("ru"):
        assert str(name) == "Парки"
    with translation.override("en"):
        assert str(name) == "Parks"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("offices.toml", None, "offices.toml"),
        ("offices.toml", "[parks", "offices.toml"),
        ("offices.toml", "parks = 1", "no table"),
        ("offices.toml", OFFICES + 'id = "zoo"\n', "not written again"),
        ("offices.toml", "[zoo]\nname = { en = 'Zoo', ru = 'Зоопарк' }", "names the office parks"),
        ("garden.toml", "", "prefix"),
        ("garden.toml", SERVICE.replace('"AG"', '"ag"'), "prefix"),
        ("garden.toml", "colour = 1\n" + SERVICE, "colour"),
        ("garden.toml", SERVICE + PHOTO.replace("decide-application", "fun"), "purposes"),
        ("garden.toml", SERVICE + PHOTO.replace("= 6", "= 0"), "keep_months"),
        ("garden.toml", SERVICE + PHOTO.replace('["parks"]', '["zoo"]'), "zoo"),
        ("garden.toml", SERVICE.replace(', ru = "Сад"', ""), "ru"),
        ("garden.toml", SERVICE + PHOTO.replace('["parks"]', '["zoo"]'), "no recipient"),
    ],
)
def test_what_cannot_be_used_is_said_by_file_and_place(folder, file, content, said):
    if said == "no recipient":
        zoo = '[zoo]\nname = { en = "Zoo", ru = "Зоопарк" }\n'
        (folder / "offices.toml").write_text(OFFICES + zoo)
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content)
    with pytest.raises(CatalogueError, match=said) as refused:
        Catalogue.load(folder)
    assert refused.value.remedy


def test_bytes_that_are_no_text_are_no_catalogue(folder):
    (folder / "garden.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogueError, match=r"garden\.toml"):
        Catalogue.load(folder)


@pytest.mark.parametrize(
    ("today", "months", "until"),
    [
        (date(2026, 11, 30), 6, date(2027, 5, 31)),
        (date(2026, 12, 1), 1, date(2027, 1, 31)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 1, 1), 36, date(2029, 1, 31)),
    ],
)
def test_a_promise_ends_with_a_month(today, months, until):
    rules = PhotoRules(recipients=("parks",), purposes=(), keep_months=months)
    assert rules.opens_until(today) == until
