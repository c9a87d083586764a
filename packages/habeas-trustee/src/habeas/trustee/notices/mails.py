"""What a mail says (RFC 5322), as plain text; pure. No name, no office, no reason, no reference.

Mails lie in other people's rooms: what happened is found out with the receipt alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from habeas.trustee.notices.values import Mail
from habeas.trustee.words import Translations, Words

CATALOGUE = Translations(Path(__file__).with_name("words"))


@dataclass(frozen=True)
class MailWriter:
    """Who writes.

    Attributes:
        trustee: its name in the circle.
        url: where everybody reaches it.
        sender: the address that mails come from.
    """

    trustee: str
    url: str
    sender: str

    def link(self, token: str) -> str:
        """The page on which a mail's reader says what to do."""
        return f"{self.url}/notices/{token}"


def compose(writer: MailWriter, mail: Mail, at: datetime) -> EmailMessage:
    """The mail, whole.

    Args:
        writer: who writes.
        mail: to whom, and of what.
        at: when it is sent, UTC.
    """
    words = Words(CATALOGUE, mail.to.language)
    link = writer.link(mail.to.token)
    values = {"trustee": writer.trustee, "day": mail.day, "since": mail.to.day, "link": link}
    message = EmailMessage(SMTP)
    local, _, domain = writer.sender.rpartition("@")
    message["From"] = Address(display_name=writer.trustee, username=local, domain=domain)
    local, _, to_domain = mail.to.address.rpartition("@")
    message["To"] = Address(username=local, domain=to_domain)
    message["Subject"] = words[f"subject-{mail.act}"].format(**values)
    message["Date"] = format_datetime(at)
    # The same each time that it is sent: whoever gets it twice, after a crash, can tell.
    message["Message-ID"] = f"<{mail.id.hex()}@{domain}>"
    # RFC 3834 section 5: no machine answers.
    message["Auto-Submitted"] = "auto-generated"
    if mail.act != "ended":
        # RFC 2369 and RFC 8058: the mail program's own button.
        message["List-Unsubscribe"] = f"<{link}/end>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    closing = "body-last" if mail.act == "ended" else "body-end"
    parts = [words[f"body-{mail.act}"]]
    if mail.act != "confirm":
        parts += [words["body-look"], words[closing]]
    text = "\n\n".join(part.format(**values) for part in parts)
    message.set_content(f"{text}\n", cte="quoted-printable")
    message["Content-Language"] = words.language
    return message
