"""What has a name in several rooms has it in all of them (CONTRIBUTING)."""

import re
import tomllib
from typing import get_args

import pytest
from django.template.loader import render_to_string

from habeas.cli import redact
from habeas.cover.settings import QUALITIES
from habeas.faces import DETECTORS, DetectorName
from habeas.portal.apply.processing import PURPOSES
from habeas.portal.register.words import purpose_name
from habeas.portrait import FORMATS
from habeas.protocol import Purpose
from tests.places import ROOT

CONSOLE = sorted(ROOT.glob("packages/habeas-trustee/src/habeas/trustee/console/words/*.toml"))


@pytest.mark.parametrize("purpose", [each.value for each in Purpose])
def test_a_purpose_is_said_in_words_wherever_it_is_shown(purpose):
    assert purpose_name(purpose) != purpose
    assert render_to_string("purpose.html", {"purpose": purpose}).strip() != purpose
    assert len(CONSOLE) == 3
    for file in CONSOLE:
        assert purpose in tomllib.loads(file.read_text())["words"], file.name


def test_the_record_of_processing_and_the_app_know_every_purpose():
    assert set(PURPOSES) == set(Purpose)
    listed = re.search(
        r"PURPOSES = \[(.*?)\]", (ROOT / "web/formats/fields.ts").read_text(), re.DOTALL
    )
    assert listed is not None
    assert set(re.findall(r'"([a-z-]+)"', listed[1])) == set(Purpose)


def test_a_detector_can_be_asked_for_wherever_one_is_chosen():
    names = set(get_args(DetectorName))
    assert set(QUALITIES) == names
    assert set(DETECTORS) == names
    assert {each.value for each in redact.DetectorName} == {"auto", *names}


#: Where somebody is told in words which files are taken.
HINTS = (
    *(f"web/photo/device/{name}.ts" for name in ("words", "ru", "pl")),
    "packages/habeas/src/habeas/portal/apply/templates/apply/photo.html",
    *(f"packages/habeas/src/habeas/portal/site/locale/{name}/LC_MESSAGES/django.po"
      for name in ("ru", "pl")),
    "packages/habeas/src/habeas/cli/check.py", "docs/portrait.md",
)  # fmt: skip


@pytest.mark.parametrize("file", HINTS)
def test_a_photo_format_is_named_wherever_a_file_is_asked_for(file):
    asking = [line for line in (ROOT / file).read_text().splitlines() if "JPEG, PNG" in line]
    assert asking
    assert all(each.name in line for line in asking for each in FORMATS)


def test_the_device_offers_files_of_each_format():
    page = (ROOT / "web/photo/device/index.html").read_text()
    offered = re.search(r'accept="([^"]+)"', page)
    assert offered is not None
    types = {each for each in offered[1].split(",") if not each.startswith(".")}
    assert types == {each for known in FORMATS for each in known.types}
