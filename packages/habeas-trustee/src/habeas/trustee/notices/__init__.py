"""Mails that tell a receipt's holder when something is done with the photo (ADR 0121).

The holder chooses a trustee, and gives it an address; no portal learns of it. Reading order:
`subscriptions` (who is told of what), `mails` (what is said; pure), `delivery` (until a mail
server has it), `pages` and `web` (the calls, and the pages that mails lead to).
"""

from habeas.trustee.notices.delivery import Delivery, MailServer
from habeas.trustee.notices.subscriptions import Notices
from habeas.trustee.notices.values import LIMITS, SCHEMA

__all__ = ["LIMITS", "SCHEMA", "Delivery", "MailServer", "Notices"]
