"""What a call of the JSON interface takes and gives, said once, beside the view.

Views read and answer through these models, and `habeas.portal.site.openapi` describes the
interface by them, so that the description cannot say anything else than the code does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import BaseModel, ConfigDict

from habeas.portal.site.bodies import json_object, raw
from habeas.protocol.document import Document

Body = TypeVar("Body", bound=Document)
View = TypeVar("View", bound=Callable[..., Any])


class ApiAnswer(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class ApiCall:
    """One method of one address.

    Attributes:
        method: of HTTP.
        takes: the body; None for none.
        gives: the answer; None where it is no JSON.
        status: of a good answer.
        media: media type of a good answer; empty for none.
        form: the body is multipart/form-data.
        officers: only with an officer's token.
        drafts: only with the token of a draft.
        query: names of query parameters, all optional.
    """

    method: str
    takes: type[BaseModel] | None = None
    gives: type[ApiAnswer] | None = None
    status: int = 200
    media: str = "application/json"
    form: bool = False
    officers: bool = False
    drafts: bool = False
    query: tuple[str, ...] = ()


def call(method: str, **said: Any) -> Callable[[View], View]:
    """Note on a view what it takes and gives (the fields of `ApiCall`)."""

    def note(view: View) -> View:
        # Kept by functools.wraps through every decorator above this one.
        view.__dict__["calls"] = (ApiCall(method, **said), *view.__dict__.get("calls", ()))
        return view

    return note


def calls_of(view: Callable[..., Any]) -> tuple[ApiCall, ...]:
    """What was noted on a view."""
    return tuple(view.__dict__.get("calls", ()))


def body(request: HttpRequest, kind: type[Body]) -> Body:
    """The body of *request*.

    Raises:
        BadRequestError: it is too long, or no JSON object.
        MalformedError: a field is missing, unknown or not what it must be.
    """
    return kind.read(json_object(raw(request)))


def say(answer: ApiAnswer, status: int = 200) -> HttpResponse:
    """*answer* as JSON."""
    return JsonResponse(answer.model_dump(mode="json"), status=status)
