"""Every page of the register is in the tables of what grows."""

from urllib.parse import urlsplit

from django.urls import resolve

from bench.growth.pages import pages
from bench.register import PAGES
from habeas.portal.register.urls import urlpatterns


def test_every_page_of_the_register_is_measured():
    named = {f"register:{each.name}" for each in urlpatterns}
    for table in (pages(7, "2027-03-09").values(), (each.replace("N", "7") for each in PAGES)):
        assert named <= {resolve(urlsplit(path).path).view_name for path in table}
