"""What is promised, and what is said about it: every document that is hashed or signed.

Suite `habeas-2`, docs/protocol; *Formats* in these modules is docs/protocol/formats.md.
Pure: bytes in, documents or errors out; `client` and `panel` alone speak with anybody. Here
are the names that most need; each module has its own.
"""

from habeas.protocol.canonical import MalformedError
from habeas.protocol.chain import Chain, Pins
from habeas.protocol.circle import Circle, verify_circle, verify_terms
from habeas.protocol.entry import (
    CommitmentError,
    Entry,
    Kind,
    commitment,
    sign_entry,
    verify_commitment,
)
from habeas.protocol.keys import Role, Signer, Writer, writer_id
from habeas.protocol.parties import Identity, Office
from habeas.protocol.reading import Foreign, read_entry, verify_entry
from habeas.protocol.receipt import Receipt, ReceiptError
from habeas.protocol.request import Request
from habeas.protocol.stream import CUSTODIAN
from habeas.protocol.terms import Promise, Purpose, Terms

__all__ = [
    "CUSTODIAN",
    "Chain",
    "Circle",
    "CommitmentError",
    "Entry",
    "Foreign",
    "Identity",
    "Kind",
    "MalformedError",
    "Office",
    "Pins",
    "Promise",
    "Purpose",
    "Receipt",
    "ReceiptError",
    "Request",
    "Role",
    "Signer",
    "Terms",
    "Writer",
    "commitment",
    "read_entry",
    "sign_entry",
    "verify_circle",
    "verify_commitment",
    "verify_entry",
    "verify_terms",
    "writer_id",
]
