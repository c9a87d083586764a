"""What a trustee answers to who wants to be told, when it cannot or will not."""

from __future__ import annotations

from habeas.trustee.errors import TrusteeError


class NoNoticesError(TrusteeError):
    """This trustee sends no mails."""

    code = "no-notices"
    status = 404
    remedy = "Choose another trustee of the photo; GET /v2/notices says which ones send mails."


class TooManyNoticesError(TrusteeError):
    """More than keeps mails from being a weapon."""

    code = "too-many-notices"
    status = 429
    remedy = "Try again tomorrow, or end what you asked for before."


class MailError(TrusteeError):
    """The mail server cannot be reached, or takes nothing."""

    code = "mail"
    status = 503
    remedy = "Look at [mail] in habeas.toml, and at the mail server. What is owed is sent again."
