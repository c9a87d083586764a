"""Forms from a service's declaration, with the errors that GOV.UK's pattern words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from habeas.portal.catalogue.answering import LIMITS, NoAnswerError, Wrong, answer_of, most
from habeas.portal.catalogue.declaration import FormField, Service

_INPUT = {"text": "text", "lines": "text", "date": "text", "email": "email", "tel": "tel"}


def said(declared: FormField, wrong: Wrong) -> str:
    """What is said of an answer that is none, in the visitor's language."""
    label = str(declared.label)
    if wrong == "required":
        return _("Enter your answer to “%(label)s”") % {"label": label}
    if wrong == "too-long":
        text = _("“%(label)s” must have %(most)d characters or fewer")
        return text % {"label": label, "most": most(declared)}
    if wrong == "character":
        return _("“%(label)s” holds a character that cannot be used") % {"label": label}
    if wrong == "email":
        return _("Enter an email address in the correct format, like name@example.com")
    return _("Enter a real date, for example 1980-05-17")


class _Answer(forms.Field):
    def __init__(self, declared: FormField) -> None:
        super().__init__(label=str(declared.label), required=declared.required)
        self._declared = declared

    def clean(self, value: Any) -> str:
        try:
            return answer_of(self._declared, "" if value is None else str(value))
        except NoAnswerError as error:
            raise forms.ValidationError(said(self._declared, error.code)) from error


class DetailsForm(forms.Form):
    """The questions of one service."""

    def __init__(self, service: Service, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        self.service = service
        for declared in service.fields:
            self.fields[declared.name] = _Answer(declared)

    def answers(self) -> dict[str, str]:
        """The cleaned answers as text."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def typed(self) -> dict[str, str]:
        """What was typed, whatever it is, as far as a draft takes it."""
        return {name: str(self.data.get(name, ""))[: 4 * LIMITS.text] for name in self.fields}

    def rows(self) -> list[dict[str, object]]:
        """What the templates need of each question."""
        return [
            {
                "declared": declared,
                "input": _INPUT[declared.kind],
                "value": self.data.get(declared.name, ""),
                "errors": self.errors.get(declared.name, []) if self.is_bound else [],
            }
            for declared in self.service.fields
        ]
