"""The portal's JSON interface as an OpenAPI 3.1 document, made from the views and their models."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern
from django.views.decorators.http import require_GET
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from habeas.foundation.problem import MEDIA_TYPE
from habeas.portal.site.calls import ApiCall, calls_of
from habeas.protocol.schema import REFERENCE, AsRead

_PARAMETER = re.compile(r"<str:(\w+)>")
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457), with code and remedy; `index` is that of the "
    "request on the log, `missing` names trustees. Detail and remedy are in the language that is "
    "asked for (Accept-Language); where they are general words, `original` has the English ones.",
    "required": ["type", "title", "status", "detail", "code", "remedy"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "remedy": {"type": "string"},
        "original": {"type": "string"},
        "index": {"type": "integer"},
        "missing": {"type": "array", "items": {"type": "string"}},
    },
}


def describe(patterns: Iterable[URLPattern]) -> dict[str, Any]:
    """The description of all calls under these addresses."""
    found = [
        (str(each.pattern), each.callback, calls)
        for each in patterns
        if (calls := calls_of(each.callback))
    ]
    models: list[tuple[type[BaseModel], Any]] = []
    for _, _, calls in found:
        for each in calls:
            models += [(each.takes, "validation")] if each.takes else []
            models += [(each.gives, "serialization")] if each.gives else []
    references, schemas = models_json_schema(
        models, ref_template=REFERENCE, schema_generator=AsRead
    )
    paths: dict[str, Any] = {}
    for address, view, calls in found:
        path = paths.setdefault("/api/" + _PARAMETER.sub(r"{\1}", address), {})
        for each in calls:
            path[each.method.lower()] = _operation(address, view, each, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Habeas portal",
            "summary": "Applying, withdrawing, and the officers' desk (docs/protocol/desk.md).",
            "version": "2",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": _PROBLEM},
            "securitySchemes": {
                "officer": {"type": "http", "scheme": "bearer"},
                "draft": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _operation(
    address: str, view: Any, call: ApiCall, references: dict[Any, dict[str, Any]]
) -> dict[str, Any]:
    named = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(address)
    ]
    named += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in call.query]
    good: dict[str, Any] = {"description": "Done."}
    if call.gives is not None:
        good["content"] = {call.media: {"schema": references[call.gives, "serialization"]}}
    elif call.media:
        good["content"] = {call.media: {"schema": {"type": "string", "format": "binary"}}}
    problem = {"schema": {"$ref": REFERENCE.format(model="Problem")}}
    found: dict[str, Any] = {
        "summary": inspect.getdoc(view),
        "operationId": f"{call.method.lower()}_{view.__module__.split('.')[-2]}_{view.__name__}",
        "parameters": named,
        "responses": {
            str(call.status): good,
            "default": {"description": "A problem.", "content": {MEDIA_TYPE: problem}},
        },
    }
    if call.takes is not None:
        media = "multipart/form-data" if call.form else "application/json"
        schema = references[call.takes, "validation"]
        found["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    if call.officers:
        found["security"] = [{"officer": []}]
    if call.drafts:
        found["security"] = [{"draft": []}]
    return found


def view_of(patterns: Sequence[URLPattern]) -> Callable[[HttpRequest], HttpResponse]:
    """The view that answers with the description of these addresses."""

    @require_GET
    def openapi(_: HttpRequest) -> HttpResponse:
        """The description of the calls."""
        return JsonResponse(describe(patterns))

    return openapi
