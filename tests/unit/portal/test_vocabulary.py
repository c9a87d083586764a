"""What has a name in several rooms has it in all of them (CONTRIBUTING)."""

import re
import tomllib
from typing import get_args

import pytest
from django.template.loader import render_to_string

from habeas.cli import redact
from habeas.cover.settings import QUALITIES
from habeas.custody import OtherTermsError, SealingError, TooFewTrusteesError, UnknownPhotoError
from habeas.custody.depositing import GivenUpError
from habeas.custody.errors import NotTheHolderError
from habeas.faces import DETECTORS, DetectorName
from habeas.portal.apply.again import NotAskedError
from habeas.portal.apply.device import NoDraftError
from habeas.portal.apply.drafts import AlreadySentError
from habeas.portal.apply.processing import PURPOSES
from habeas.portal.desk.cases import (
    DecisionError,
    SecondPersonError,
    TooManyNotesError,
    UnknownCaseError,
)
from habeas.portal.desk.own_sessions import NotFreshError
from habeas.portal.desk.sessions import SessionError
from habeas.portal.register.words import purpose_name, reason_name
from habeas.portal.site.refused import words_of
from habeas.portrait import FORMATS
from habeas.protocol import Purpose
from habeas.protocol.app.documents import AppUnknownError
from habeas.protocol.assertion import OfficerSignatureError
from habeas.protocol.credential import OfficeForkedError, OfficerUnknownError
from tests.places import PORTAL, ROOT

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


#: What trustees refuse with, as their rooms say it.
TRUSTEE = ROOT / "packages/habeas-trustee/src/habeas/trustee"
REFUSED = {
    code
    for name in ("rules", "officer_rules", "quota_rules", "standing", "following", "releases")
    for code in re.findall(r'Refusal\(\s*"([a-z-]+)"', (TRUSTEE / f"{name}.py").read_text())
} | {"quota-office", "quota-purpose"}
#: What only a broken portal brings about: the desk says of it that something is wrong.
PLUMBING = {
    "not-a-request", "entry-signature", "commitment", "entry-differs", "log-signature",
    "another-log", "another-photo", "not-on-the-log", "tag-foreign", "tag-gap", "tag-reused",
    "view-forked",
}  # fmt: skip
#: Errors that people meet at the desk, in the photo step, and with their receipt.
MET = (
    SecondPersonError, DecisionError, UnknownCaseError, TooManyNotesError, SessionError,
    NotFreshError, UnknownPhotoError, TooFewTrusteesError, SealingError, NotTheHolderError,
    OtherTermsError, GivenUpError, NoDraftError, AlreadySentError, NotAskedError,
    OfficerUnknownError, OfficerSignatureError, OfficeForkedError, AppUnknownError,
)  # fmt: skip


def test_a_refusal_is_said_in_words_wherever_people_read_it():
    assert len(REFUSED) > 30
    # Of hours, which no officer asks for.
    codes = REFUSED - {"hours-rewound"} | {each.code for each in MET}
    assert not {code for code in codes if len(words_of(code)) != 2}
    desk = (ROOT / "web/desk/words/en.ts").read_text()
    said = set(re.findall(r'"code-([a-z-]+)":', desk))
    assert not REFUSED - {"hours-rewound"} - PLUMBING - said
    assert "other" in said
    assert not {code for code in REFUSED - {"hours-rewound"} if reason_name(code) == code}
    for file in CONSOLE:
        assert "code-other" in tomllib.loads(file.read_text())["words"], file.name


def test_no_page_shows_a_cause_that_is_only_english_as_if_it_were_not():
    """What a template calls so is an error's own: words of the reader's have other names."""
    lines = [
        (file.name, line)
        for file in PORTAL.rglob("templates/**/*.html")
        for line in file.read_text().splitlines()
        if re.search(r"\{\{ [\w.]*\b(cause|remedy) \}\}", line)
    ]
    assert lines
    assert not [each for each in lines if 'lang="en"' not in each[1]]


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
