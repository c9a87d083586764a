"""The receipt as the page that an applicant keeps; the front end has built it."""

from __future__ import annotations

from functools import cache

from django.http import HttpResponse

from habeas.portal.site.served import BUILT, named
from habeas.protocol import Receipt, receipt_file


@cache
def _blank() -> str:
    return (BUILT / "portal" / "static" / named("photo/receipt.html")).read_text(encoding="utf-8")


def download(receipt: Receipt) -> HttpResponse:
    """The answer with which a browser saves the receipt's page."""
    name = f"receipt-{receipt.reference}.html"
    return HttpResponse(
        receipt_file.receipt_page(_blank(), receipt),
        content_type="text/html; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
