"""Letters: written as plain text and simple HTML, sent by SMTP; without a mail server they are kept and can be read.

Nothing here knows why a letter is written. Whoever sends one does so from a job, so that no letter leaves for a change
that was rolled back.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr, parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app import clock
from app.database import stored
from config import Settings

log = logging.getLogger(__name__)

PATIENCE = 20  # seconds a mail server may take to answer
SHOWN = 50
NOT_NOW = (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, OSError)
OWN_MACHINE = {"localhost", "127.0.0.1", "::1"}
BUSY = range(400, 500)  # what a mail server answers when it may take the same letter later


class NotSent(Exception):
    """The mail server cannot be reached or is busy: the same letter is worth another try."""


class Unwanted(Exception):
    """The mail server will never take this letter: another try would be refused too."""


@dataclass(frozen=True)
class Letter:
    """What is sent to one person; `key` names it, so that the same letter sent twice is known to be one."""

    recipient: str
    name: str
    subject: str
    text: str
    html: str
    key: str
    unsubscribe: str | None = None


@dataclass(frozen=True)
class Kept:
    """A letter that was kept, as the outbox shows it."""

    subject: str
    recipient: str
    sent_at: datetime
    body: str


def message(letter: Letter, settings: Settings) -> EmailMessage:
    """Return a letter as mail programs read it."""
    sender_name, sender = parseaddr(settings.mail_from)
    host = urlsplit(settings.base_url).hostname or "accord"
    written = EmailMessage(policy=policy.SMTP)
    written["From"] = _address(sender_name or "Accord", sender)
    written["To"] = _address(letter.name, letter.recipient)
    written["Subject"] = one_line(letter.subject)
    written["Date"] = format_datetime(clock.now().astimezone(UTC))
    written["Message-ID"] = f"<{letter.key}@{host}>"
    written["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        written["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
    written.set_content(letter.text)
    written.add_alternative(letter.html, subtype="html")
    return written


def one_line(words: str) -> str:
    """Return words without line breaks and control characters, as a header holds them."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def _address(name: str, address: str) -> Address | str:
    """Return an address with a name before it; the bare address where it cannot be taken apart."""
    try:
        return Address(one_line(name), addr_spec=address)
    except (ValueError, IndexError):
        return one_line(address)


def send(letter: Letter, settings: Settings) -> None:
    """Send a letter now; raises NotSent where it is worth another try, Unwanted where it is not."""
    written = message(letter, settings)
    if settings.mail_url is None:
        _keep(written, settings)
        return
    try:
        with _opened(settings.mail_url) as server:
            server.send_message(written, parseaddr(settings.mail_from)[1], [letter.recipient])
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _ in refused.recipients.values()]
        raise (NotSent if any(code in BUSY for code in codes) else Unwanted)(f"refused: {codes}") from refused
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
        raise (NotSent if refused.smtp_code in BUSY else Unwanted)(str(refused.smtp_code)) from refused
    except (smtplib.SMTPException, *NOT_NOW) as trouble:
        raise NotSent(type(trouble).__name__) from trouble


@contextmanager
def _opened(mail_url: str) -> Iterator[smtplib.SMTP]:
    """Reach the mail server: encrypted from the first byte by smtps, else as soon as the server offers it."""
    parts = urlsplit(mail_url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        elif parts.scheme == "smtp" and parts.username and host not in OWN_MACHINE:
            raise NotSent(f"{host} offers no encryption, so the password is not told to it")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


# ---------------------------------------------------------------- without a mail server


def outbox(settings: Settings) -> list[Kept]:
    """Return the letters kept last, the latest first."""
    files = sorted(_folder(settings).glob("*.eml"), reverse=True)[:SHOWN]
    return [_read(file) for file in files]


def _keep(written: EmailMessage, settings: Settings) -> None:
    """Keep a letter where a developer can read it; the same one kept twice is one file."""
    name = written["Message-ID"].strip("<>").partition("@")[0]
    moment = clock.now().astimezone(UTC).strftime("%Y%m%d%H%M%S%f")
    folder = _folder(settings)
    if not any(folder.glob(f"*_{name}.eml")):
        (folder / f"{moment}_{name}.eml").write_bytes(bytes(written))
    log.info("No mail server is set: a letter is kept in %s", folder)


def _read(file: Path) -> Kept:
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    body = letter.get_body(("plain",))
    return Kept(
        subject=letter["Subject"],
        recipient=letter["To"],
        sent_at=parsedate_to_datetime(letter["Date"]),
        body=body.get_content() if body is not None else "",
    )


def _folder(settings: Settings) -> Path:
    return stored(settings.instance / "outbox")
