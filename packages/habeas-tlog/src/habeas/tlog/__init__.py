"""A transparency log in C2SP's formats: tree, tiles, notes, checkpoints, proofs, policies.

This is the pure core: bytes in, bytes or errors out. Beside it, in modules of their own:
`habeas.tlog.server` (the log), `habeas.tlog.client`, `habeas.tlog.view` (following a log),
`habeas.tlog.verifying` (a whole log), `habeas.tlog.monitor` and `habeas.tlog.witness`.
"""

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.cosignature import (
    CosignatureSigner,
    CosignatureVerifier,
    MldsaCosignatureSigner,
    MldsaCosignatureVerifier,
    Subtree,
    parse_cosigner,
    parse_log_key,
)
from habeas.tlog.errors import (
    CorruptLogError,
    DamagedError,
    ForkedViewError,
    FormatError,
    LogUnavailableError,
    NotAdmittedError,
    OldViewError,
    PlaceError,
    ProofError,
    ProofLengthError,
    QuorumError,
    ReaderClockError,
    RolledBackError,
    RootMismatchError,
    SignatureError,
    StaleViewError,
    TlogError,
    UnsignedError,
)
from habeas.tlog.note import Note, NoteSigner, NoteVerifier, Signature, open_note
from habeas.tlog.policy import Cosignature, Policy, PolicyWitness, VerifiedCheckpoint
from habeas.tlog.proof import TlogProof
from habeas.tlog.recency import RECENT, verify_abreast, verify_recent
from habeas.tlog.signing import LogSigner
from habeas.tlog.subtree import (
    check_subtree,
    subtree_consistency_path,
    verify_subtree_consistency,
    verify_subtree_inclusion,
)
from habeas.tlog.tiles import Tile
from habeas.tlog.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

__all__ = [
    "EMPTY_ROOT",
    "RECENT",
    "Checkpoint",
    "CorruptLogError",
    "Cosignature",
    "CosignatureSigner",
    "CosignatureVerifier",
    "DamagedError",
    "ForkedViewError",
    "FormatError",
    "Frontier",
    "LogSigner",
    "LogUnavailableError",
    "MldsaCosignatureSigner",
    "MldsaCosignatureVerifier",
    "NotAdmittedError",
    "Note",
    "NoteSigner",
    "NoteVerifier",
    "OldViewError",
    "PlaceError",
    "Policy",
    "PolicyWitness",
    "ProofError",
    "ProofLengthError",
    "QuorumError",
    "ReaderClockError",
    "RolledBackError",
    "RootMismatchError",
    "Signature",
    "SignatureError",
    "StaleViewError",
    "Subtree",
    "Tile",
    "TlogError",
    "TlogProof",
    "UnsignedError",
    "VerifiedCheckpoint",
    "check_subtree",
    "consistency_path",
    "inclusion_path",
    "leaf_hash",
    "node_hash",
    "open_note",
    "parse_cosigner",
    "parse_log_key",
    "root_hash",
    "subtree_consistency_path",
    "verify_abreast",
    "verify_consistency",
    "verify_inclusion",
    "verify_recent",
    "verify_subtree_consistency",
    "verify_subtree_inclusion",
]
