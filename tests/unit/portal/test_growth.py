"""Every page of the register is in the table of what grows."""

from urllib.parse import urlsplit

from django.urls import resolve

from bench.growth.pages import pages
from habeas.portal.register.urls import urlpatterns


def test_every_page_of_the_register_is_measured():
    found = [resolve(urlsplit(path).path).view_name for path in pages(7, "2027-03-09").values()]
    assert {f"register:{each.name}" for each in urlpatterns} <= set(found)
