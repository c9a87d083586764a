"""A service's questions as an applicant's device asks them: words and rules, in each language.

The device is not told where its answers go wrong: nobody else sees them. So it gets the rules
(`habeas.portal.catalogue.answering`) and all that may have to be said, in the server's own words.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation

from habeas.portal.apply.forms import said
from habeas.portal.catalogue.answering import Wrong, most, wrongs
from habeas.portal.catalogue.declaration import FormField, Service


def questions(service: Service) -> list[dict[str, Any]]:
    """The questions, in their order; each text is an object of languages."""
    return [
        {
            "name": each.name, "label": each.label.model_dump(),
            "hint": each.hint.model_dump() if each.hint else None,
            "kind": each.kind, "autocomplete": each.autocomplete, "required": each.required,
            "most": most(each), "said": {wrong: _said(each, wrong) for wrong in wrongs(each)},
        }
        for each in service.fields
    ]  # fmt: skip


def _said(declared: FormField, wrong: Wrong) -> dict[str, str]:
    words = {}
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            words[code] = said(declared, wrong)
    return words
