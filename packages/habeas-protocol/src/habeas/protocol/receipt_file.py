"""Formats, *Receipt*, *As a page*: the file that an applicant keeps.

It is a web page that shows the receipt and verifies it by itself, with the receipt inside, as
JSON in an element of its own. Browsers and editors that save such a page anew change what is
around the JSON, and how it is laid out, but not what it says; so the receipt is read from the
JSON's meaning. A receipt is verified by its signatures, not by the bytes of its file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from habeas.protocol.canonical import MalformedError
from habeas.protocol.locked import LockedError, LockedReceipt
from habeas.protocol.receipt import Receipt

#: No page of a receipt comes near this.
MAX_BYTES = 1024 * 1024
_BEGIN = re.compile(r"""id=["']?habeas-receipt["']?[^<>]{0,200}>""")
_END = re.compile("</script", re.IGNORECASE)


class ReceiptFileError(MalformedError):
    """A file that holds no receipt."""

    code = "receipt-file"
    remedy = "Choose the receipt that you saved when you applied: a file receipt-….html or .json."


def read_receipt(content: bytes, ask: Callable[[], str] | None = None) -> Receipt:
    """The receipt in a file: a page, or the JSON alone.

    Args:
        content: of the file.
        ask: gives the passphrase of a receipt that is under one.

    Raises:
        ReceiptFileError: there is none in it.
        LockedError: it is under a passphrase, and none or another was given.
        MalformedError: there is one, and it is not whole.
    """
    if len(content) > MAX_BYTES:
        raise ReceiptFileError("The file is larger than any receipt.")
    try:
        # Editors may begin a file with a byte order mark.
        page = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReceiptFileError("The file is not text.") from error
    try:
        document = json.loads(_inside(page))
    except (ValueError, RecursionError) as error:
        raise ReceiptFileError("The file holds no receipt.") from error
    if isinstance(document, dict) and document.get("kind") == "habeas-receipt-locked":
        locked = LockedReceipt.read(document)
        if ask is None:
            raise LockedError("The receipt is protected by a passphrase.")
        return locked.open(ask())
    return Receipt.read(document)


def _inside(page: str) -> str:
    if page.lstrip().startswith("{"):
        return page
    begin = _BEGIN.search(page)
    end = _END.search(page, begin.end()) if begin else None
    if begin is None or end is None:
        raise ReceiptFileError("The file holds no receipt.")
    return page[begin.end() : end.start()]


def receipt_page(blank: str, receipt: Receipt) -> str:
    """The page of *receipt*.

    Args:
        blank: the page without a receipt: its element for it is empty.
        receipt: goes into it.

    Raises:
        ValueError: *blank* has no place for it.
    """
    begin = _BEGIN.search(blank)
    if begin is None:
        raise ValueError("The page has no element for a receipt.")
    # Nothing in the JSON can end its element.
    inside = receipt.encode().decode().replace("<", "\\u003c")
    return blank[: begin.end()] + inside + blank[begin.end() :]
