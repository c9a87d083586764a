"""Formats, *The app*: what is said of a release, and how saying it can fail."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from habeas.foundation.errors import HabeasError
from habeas.protocol.app.manifest import AppManifest, PartName, PathName
from habeas.protocol.document import Count, Day, Document, Hex32, KeyName, Note
from habeas.protocol.parties import Origin
from habeas.protocol.terms import MAX_TRUSTEES

#: Where a document stands under its origin.
UrlPath = Annotated[str, StringConstraints(max_length=200, pattern=r"^/[A-Za-z0-9_./-]*$")]


class AppError(HabeasError):
    """Code that is not under custody."""

    code = "app"
    status = 409
    remedy = "Do not enter anything on this site; tell a trustee, and keep what you were shown."


class AppSignatureError(AppError):
    """A manifest without k trustees' word."""

    code = "app-signatures"
    remedy = "Have trustees rebuild it: habeas trustee rebuild"


class AppCircleError(AppError):
    """A manifest for a circle that is not in the chain."""

    code = "app-circle"
    remedy = "Make the manifest for the circle in force, and have its trustees rebuild it."


class AppStaleError(AppError):
    """A release that another one has taken the place of."""

    code = "app-stale"
    remedy = "Load the page anew; an operator makes a release with a higher number."


class AppUnknownError(AppError):
    """A manifest that is no release on the log."""

    code = "app-unknown"
    remedy = "Put the release on the log first: habeas portal release publish"


class AppOriginError(AppError):
    """A release that is to be served where nobody of the circle serves it."""

    code = "app-origin"
    remedy = "Name the origins of the circle: its portal, and its offices' desks."


class AppRebuilt(Document):
    """A trustee's word on a manifest; a statement (signed note).

    Attributes:
        how: ``rebuilt`` from the source archive; or ``compared`` with files that the trustee
            has from elsewhere, which says less.
    """

    v: Literal[2] = 2
    kind: Literal["app-rebuilt"] = "app-rebuilt"
    trustee: KeyName
    manifest: Hex32
    source: Hex32 | None = None
    how: Literal["rebuilt", "compared"]
    day: Day

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.how == "rebuilt" and self.source is None:
            raise ValueError("nothing is rebuilt without a source")
        return self


class AppOrigin(Document):
    """Where a part of the app is served.

    Attributes:
        origin: scheme, host and port.
        part: of the manifest; its files stand under `ROOTS`.
        pages: further addresses at which a document of it stands, and which one.
    """

    origin: Origin
    part: PartName
    pages: dict[UrlPath, PathName]


class AppDetails(Document):
    """A release. In the open.

    Attributes:
        signatures: `AppRebuilt` statements of at least k trustees.
    """

    LIMIT = 48_000

    v: Literal[2] = 2
    manifest: AppManifest
    origins: Annotated[tuple[AppOrigin, ...], Field(min_length=1, max_length=64)]
    signatures: Annotated[tuple[Note, ...], Field(max_length=MAX_TRUSTEES)]


class AppSeenDetails(Document):
    """A trustee has found an origin unchanged, *count* times since it last said so. In the open."""

    v: Literal[2] = 2
    trustee: KeyName
    origin: Origin
    manifest: Hex32
    count: Annotated[Count, Field(ge=1)]


class AppDiffersDetails(Document):
    """A trustee was served something else than the manifest has; it keeps the bytes. In the open.

    Attributes:
        path: of the address that was asked for.
        what: ``content``; ``header``, then named in `header`; or ``missing``.
        expected, got: SHA-256 of the file, or of the header's value; absent where there is none.
    """

    v: Literal[2] = 2
    trustee: KeyName
    origin: Origin
    path: UrlPath
    manifest: Hex32
    what: Literal["content", "header", "missing"]
    header: (
        Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z][a-z0-9-]*$")] | None
    ) = None
    expected: Hex32 | None = None
    got: Hex32 | None = None
