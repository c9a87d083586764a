"""The portal's JSON interface, as the commands use it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Self

import httpx
import typer

from habeas.foundation.authorities import authorities
from habeas.foundation.errors import HabeasError
from habeas.foundation.forward import mounts
from habeas.foundation.problem import Problem, ProblemFormatError
from habeas.protocol import Receipt
from habeas.protocol.receipt_file import read_receipt as receipt_of


class PortalError(HabeasError):
    """The portal refused or failed; cause and remedy are the portal's."""

    code = "portal"
    remedy = "Check the address, and that `habeas run` is running."

    def __init__(
        self, cause: str, remedy: str | None = None, *, code: str = "portal",
        status: int = 503, index: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(cause, remedy)
        self.code = code
        self.status = status
        #: Log index of the refusal, where there is one.
        self.index = index


class PortalClient:
    """One portal, over HTTP.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url, timeout=60.0, trust_env=False, verify=authorities(),
            mounts=mounts(),
            headers={"Accept": "application/json"},
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, **options)
        except httpx.HTTPError as error:
            raise PortalError(f"The portal at {self.url} does not answer: {error}.") from error
        status = response.status_code
        try:
            if status >= 400:
                problem = Problem.decode(response.content, status)
                raise PortalError(
                    problem.detail, problem.remedy, code=problem.code, status=status,
                    index=problem.more.get("index"),
                )  # fmt: skip
            answer = response.json()
        except (ProblemFormatError, ValueError, RecursionError) as error:
            raise PortalError(f"The portal answered {status}, and not as a portal does.") from error
        if not isinstance(answer, dict):
            raise PortalError(f"The portal answered {status}, and not as a portal does.")
        return answer

    def apply(self, service: str, fields: dict[str, str], photo: bytes) -> dict[str, Any]:
        """Send an application with a photo; the answer holds ``reference`` and ``receipt``."""
        form = {"service": service, "fields": json.dumps(fields)}
        return self._call("POST", "/api/applications", data=form, files={"photo": ("photo", photo)})

    def kept(self, seal_id: str) -> dict[str, Any]:
        """What the portal keeps of a photo's receipt; nothing of it is secret, or believed."""
        return self._call("GET", f"/api/receipts/{seal_id}")

    def withdraw(self, receipt: Receipt) -> dict[str, Any]:
        """Withdraw the receipt's photo at the portal; it tells the trustees and the log."""
        path = f"/api/photos/{receipt.promise.seal_id}/withdrawal"
        shown = {"secret": receipt.withdraw_secret, "pending": list(receipt.pending)}
        return self._call("POST", path, json=shown)


def verify_free(file: Path, option: str) -> None:
    """Raise unless *file* can be made: before anything is asked for that is given once.

    Args:
        file: what will be written.
        option: by which it is named.

    Raises:
        HabeasError: it exists, or its folder is none that can be written to.
    """
    if file.exists():
        raise HabeasError(f"{file} exists already.", f"Name another file with {option}.")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise HabeasError(
            f"{file} cannot be written: {file.parent} is no folder that you can write to.",
            f"Make the folder, or name another file with {option}. Nothing was sent.",
        )


def read_receipt(file: Path) -> Receipt:
    """The receipt in *file*.

    Raises:
        HabeasError: the file cannot be read, or is no receipt.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise HabeasError(
            f"The receipt {file} cannot be read: {error.strerror}.", "Check the file's name."
        ) from error
    return receipt_of(content, _passphrase)


def _passphrase() -> str:
    """Of a receipt that is protected by one."""
    given = os.environ.get("HABEAS_RECEIPT_PASSPHRASE")
    return given or str(typer.prompt("Passphrase of the receipt", hide_input=True, err=True))
