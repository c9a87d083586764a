"""A trustee: a small server that holds one share of each photo, and releases it by rule.

Reading order: `facts`, `rules`, `quota_rules` and `officer_rules` (when a share may be released;
pure), `releases`,
`deposits`, `withdrawals`, `erasure` (the acts), `standing` (whether it may act at all),
`index` and `following` (its own verified view of the log), `records` and `outbox` (what it
owes to the log), `store` (one database, one writer), `keyring` and `months` (keys at rest),
`web` (HTTP). It knows neither Django nor the portal's database, and trusts neither: what it
needs to decide is signed, on the log, or in its own tables.
"""

from habeas.trustee.errors import Refusal
from habeas.trustee.settings import Settings
from habeas.trustee.trustee import Trustee

__all__ = ["Refusal", "Settings", "Trustee"]
