"""Forms from a service's declaration, with the errors that GOV.UK's pattern words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _

from habeas.portal.catalogue.declaration import FormField, Service

#: Characters of an answer.
_MOST = 500
_INPUT = {"text": "text", "lines": "text", "date": "text", "email": "email", "tel": "tel"}


def _field(declared: FormField) -> forms.Field:
    label = str(declared.label)
    missing = _("Enter your answer to “%(label)s”") % {"label": label}
    shared = {
        "label": label,
        "required": declared.required,
        "error_messages": {
            "required": missing,
            "max_length": _("“%(label)s” must have %(most)d characters or fewer")
            % {"label": label, "most": _MOST},
            "null_characters_not_allowed": _("“%(label)s” holds a character that cannot be used")
            % {"label": label},
        },
    }
    if declared.kind == "email":
        wrong = _("Enter an email address in the correct format, like name@example.com")
        shared["error_messages"]["invalid"] = wrong  # type: ignore[index]
        return forms.EmailField(max_length=254, **shared)  # type: ignore[arg-type]
    if declared.kind == "date":
        wrong = _("Enter a real date, for example 1980-05-17")
        shared["error_messages"]["invalid"] = wrong  # type: ignore[index]
        return forms.DateField(input_formats=["%Y-%m-%d", "%d.%m.%Y"], **shared)  # type: ignore[arg-type]
    return forms.CharField(max_length=_MOST, **shared)  # type: ignore[arg-type]


class DetailsForm(forms.Form):
    """The questions of one service."""

    def __init__(self, service: Service, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        self.service = service
        for declared in service.fields:
            self.fields[declared.name] = _field(declared)

    def answers(self) -> dict[str, str]:
        """The cleaned answers as text."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def typed(self) -> dict[str, str]:
        """What was typed, whatever it is, as far as a draft takes it."""
        return {name: str(self.data.get(name, ""))[: 4 * _MOST] for name in self.fields}

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
