"""Docs/protocol, *HTTP of a trustee*: the answers of its calls, and what OpenAPI says of each.

The bodies that go in are those of `habeas.protocol.exchange`. A trustee answers in JSON, in
RFC 9457 problem details where something is wrong, and in plain texts to those who speak C2SP
tlog-witness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from habeas.protocol.document import Document
from habeas.protocol.exchange import (
    DepositBody,
    NoticeBody,
    ReleaseBody,
    StreamEndBody,
    WithdrawalBody,
)
from habeas.protocol.schema import REFERENCE, AsRead

_BODIES: tuple[type[Document], ...] = (
    DepositBody, NoticeBody, ReleaseBody, StreamEndBody, WithdrawalBody,
)  # fmt: skip


class StatementAnswer(BaseModel):
    """A signed note (C2SP signed-note)."""

    statement: str


class CircleAnswer(BaseModel):
    """The note of the circle in force."""

    circle: str


class CheckpointAnswer(BaseModel):
    """The newest checkpoint that this trustee has followed the log to."""

    checkpoint: str


class AcknowledgementAnswer(BaseModel):
    """The signed acknowledgement of a deposit."""

    acknowledgement: str


class ReleaseAnswer(BaseModel):
    """Share index, HPKE message to the one-time key (base64), signed statement."""

    index: int
    release: str
    statement: str


class OwedAnswer(BaseModel):
    """The share is destroyed; its entry is not yet in the trustee's view of the log."""

    state: str = "owed"


class ProblemAnswer(BaseModel):
    """RFC 9457 problem details; a refusal carries its signed statement."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    statement: str | None = None


#: What OpenAPI says of every answer that is none of the good ones.
PROBLEM: dict[str, Any] = {
    "description": "A problem.",
    "content": {"application/problem+json": {"schema": ProblemAnswer.model_json_schema()}},
}
#: What C2SP tlog-witness says of its two calls: plain texts, and the size where sizes differ.
PLAIN: dict[str, Any] = {"schema": {"type": "string"}}
WITNESS: dict[int | str, dict[str, Any]] = {
    200: {"description": "A cosigned checkpoint, or cosignatures.", "content": {
        "text/plain": PLAIN}},
    409: {"description": "The size that this witness knows.", "content": {
        "text/x.tlog.size": PLAIN, "text/plain": PLAIN}},
    "default": {"description": "A problem.", "content": {
        "text/plain": PLAIN, **PROBLEM["content"]}},
}  # fmt: skip


def takes(kind: type[Document]) -> dict[str, Any]:
    """What OpenAPI says of a call's body; `with_bodies` has the schema."""
    schema = {"$ref": REFERENCE.format(model=kind.__name__)}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def with_bodies(describe: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """A description in which the schemas of bodies stand, too."""

    def described() -> dict[str, Any]:
        found = describe()
        _, schemas = models_json_schema(
            [(each, "validation") for each in _BODIES], ref_template=REFERENCE,
            schema_generator=AsRead,
        )  # fmt: skip
        found["components"]["schemas"].update(schemas["$defs"])
        return found

    return described
