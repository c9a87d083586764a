"""A party's ``habeas.toml`` (TOML 1.0): one small file for each portal, log, trustee and so on.

What runs is told by a file that people can read, check before they use it, and keep in their own
versions. Each fault is named with its file, its line and what to do. Secrets never stand in it:
it says where each one lies (`Secret`).

The kinds of file stand with the parties; this room reads them, and writes their reference.
"""

from __future__ import annotations

from habeas.configuration.errors import ConfigurationError, Fault, SecretError
from habeas.configuration.lines import Lines
from habeas.configuration.parts import (
    Address,
    Database,
    Listen,
    Logging,
    Objects,
    PartyConfiguration,
    Port,
    RecordingObjects,
    Section,
    Token,
)
from habeas.configuration.reading import faults_of, inspect, read, settings
from habeas.configuration.secret import Secret, SigningKey, TokenAddress

__all__ = [
    "Address",
    "ConfigurationError",
    "Database",
    "Fault",
    "Lines",
    "Listen",
    "Logging",
    "Objects",
    "PartyConfiguration",
    "Port",
    "RecordingObjects",
    "Secret",
    "SecretError",
    "Section",
    "SigningKey",
    "Token",
    "TokenAddress",
    "faults_of",
    "inspect",
    "read",
    "settings",
]
