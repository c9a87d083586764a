"""The page of advices says what people are told, and shows nobody."""

import pytest

from bench.portrait import guide
from habeas.portrait.words import ADVICE, LANGUAGES, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_that_is_kept_is_what_people_are_told(language):
    kept = (guide.DOCS / f"advice.{language}.html").read_text()
    assert kept.count("<li") == 13
    assert set(guide.PICTURES) <= set(ADVICE)
    for code in guide.PICTURES:
        for text in words(code, language):
            assert text in kept, code
    assert "http" not in kept
