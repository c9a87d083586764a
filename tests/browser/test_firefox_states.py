"""What happens to applicants beside the straight way, in Firefox: the scenes of Chromium's tests.

Each scene is the other module's own; here Firefox plays it, on one city, each once. In both
languages and at both widths they are played in Chromium.
"""

from __future__ import annotations

import contextlib

import pytest

from habeas.trustee.notices import MailServer
from tests.browser import test_history as history
from tests.browser import test_sealing as sealing
from tests.browser import test_tasks as tasks
from tests.browser import test_telling as telling
from tests.browser.firefox import called, play
from tests.browser.test_history import receipt  # noqa: F401 - a fixture
from tests.browser.test_telling import office  # noqa: F401 - a fixture
from tests.world.city import City

pytestmark = pytest.mark.browser
PHONE, DESKTOP = {"width": "phone", "locale": "ru"}, {"width": "desktop", "locale": "en"}
SCENES = [
    # Files that are no photo.
    (sealing.test_what_is_no_photo_is_refused_before_it_is_decoded, {"name": "notes.txt"}),
    (sealing.test_what_is_no_photo_is_refused_before_it_is_decoded, {"name": "bomb.png"}),
    # Sessions that are over, two tabs, Back, and the server's own way.
    (sealing.test_what_lies_on_the_device_opens_in_this_session_alone, {}),
    (sealing.test_two_tabs_of_one_application_lose_no_sealed_photo, {}),
    (sealing.test_what_leads_back_leads_back_within_the_page, {}),
    (sealing.test_the_server_s_way_is_chosen_knowingly_and_back, {}),
    # The receipt, and what happened to the photo.
    (history.test_the_receipt_itself_tells_who_opened_it, PHONE),
    (history.test_the_portals_page_sees_no_receipt, DESKTOP),
    (history.test_what_was_refused_is_told_and_opened_nothing, {}),
    (history.test_it_withdraws_without_the_portal, {}),
    (history.test_a_silent_trustee_is_named_and_nothing_is_claimed, {}),
    (history.test_words_are_the_receipt_once_more, {}),
    (history.test_the_code_leads_to_the_same_and_leaves_the_address, {}),
    (history.test_with_a_passphrase, {}),
    (telling.test_who_asks_is_told_of_an_opening, {**DESKTOP, "where": "portal"}),
    (telling.test_the_page_ends_what_others_asked_for, {}),
    # The six tasks, as far as applicants have them.
    (tasks.test_apply_with_a_photo_in_six, {}),
    (tasks.test_apply_without_a_photo_in_five, {}),
    (tasks.test_see_who_opened_it_in_two, {}),
    (tasks.test_withdraw_in_three, {}),
]


@pytest.fixture(scope="module")
def city(tmp_path_factory, office):  # noqa: F811 - the fixture
    mail = MailServer("127.0.0.1", office.port, "none", "notices@trustee.test")
    with contextlib.closing(City(tmp_path_factory.mktemp("city"), mail=mail)) as city:
        city.until_released()
        yield city


@pytest.mark.parametrize(("scene", "given"), SCENES, ids=called(SCENES))
def test_in_firefox(request, firefox, scene, given):
    play(request, scene, {"chromium": firefox, **given})
