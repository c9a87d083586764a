"""A trustee: a small service that holds one share of each photo, and releases it by rule.

Reading order: `rules` (when a share may be released; pure), `releases`, `deposits`,
`erasure` (the three acts), `following` (its own verified view of the log), `outbox` (what
it owes to the log), `store` (one database, one writer), `keyring` and `months` (keys at
rest), `web` (HTTP). It knows neither Django nor the portal's database, and trusts
neither: what it needs to decide is signed, on the log, or in its own tables.
"""

from habeas.trustee.rules import Refusal
from habeas.trustee.settings import Settings
from habeas.trustee.trustee import Trustee

__all__ = ["Refusal", "Settings", "Trustee"]
