"""Mail: queued with the change that causes it, sent after the commit, under a key of its own.

Without a mail server it is kept in the workspace's local mailbox.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import and_, or_, select

from studio.core import clock, outbox, tenancy
from studio.core.claims import Job
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.models import LocalMail, OutboxRow
from studio.core.settings import Settings
from studio.core.smtp import Server
from studio.core.unit_of_work import UnitOfWork

log = structlog.get_logger()

TOPIC = "mail"


def _nothing(_uow: UnitOfWork) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Mailer:
    """Leaves mail in the outbox. Implements `studio.contract.ports.Mailer`."""

    head: Callable[[UnitOfWork], str] = _nothing
    """What stands above a mail's text where it is HTML: the workspace's logo. Read as the mail is queued."""

    def send(
        self,
        uow: UnitOfWork,
        *,
        key: str,
        to: Sequence[str],
        subject: str,
        text: str,
        html: str | None = None,
        reply_to: str | None = None,
    ) -> None:
        """Queue one mail. The same `key` queues it once, however often it is asked for."""
        payload = {
            "to": list(to),
            "subject": subject,
            "text": text,
            "html": self.head(uow) + html if html else html,
            "reply_to": reply_to,
        }
        outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{key}", payload=payload)


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends queued mail through a server. An outside handler of the outbox."""

    server: Server
    mail_from: str

    def __call__(self, job: Job) -> None:
        """Send one; a repeat carries the same Message-ID, by which mailboxes recognise it."""
        try:
            message = compose(job.payload, self.mail_from, key=f"{job.workspace_id}|{job.key}")
            refused = self.server.deliver(message, parseaddr(self.mail_from)[1], list(job.payload["to"]))
        except InvalidInput as error:
            raise outbox.GiveUp(str(error)) from error
        if refused:
            log.warning("mail_partly_refused", job_id=str(job.id), count=len(refused))


def register(settings: Settings) -> None:
    """Say where this process's mail goes. Raises SettingsError."""
    if settings.smtp_url:
        sender = Sender(Server.parse(settings.smtp_url), settings.mail_from)
        outbox.register_outside(TOPIC, sender)
    else:
        outbox.register(TOPIC, _keep)


def send_test(settings: Settings, to: str, *, subject: str, text: str) -> None:
    """Send one mail at once, so that whoever set it up sees what the server says.

    Raises MailFailed or InvalidInput (MailRefused is one); does nothing where no server is set.
    """
    if settings.smtp_url:
        payload = {"to": [to], "subject": subject, "text": text}
        message = compose(payload, settings.mail_from, key=f"test|{clock.local_now()}")
        server = Server.parse(settings.smtp_url)
        server.deliver(message, parseaddr(settings.mail_from)[1], [to])


def compose(payload: dict[str, Any], mail_from: str, *, key: str) -> EmailMessage:
    """One message. Raises InvalidInput where an address is none."""
    message = EmailMessage(policy=policy.SMTP)
    name, sender = parseaddr(mail_from)
    message["From"] = _address(sender, name)
    message["To"] = [_address(to) for to in payload["to"]]
    if payload.get("reply_to"):
        message["Reply-To"] = _address(payload["reply_to"])
    message["Subject"] = _line(payload["subject"])
    message["Date"] = format_datetime(clock.local_now())
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{sender.rpartition('@')[2] or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_storable(payload["text"]))
    if payload.get("html"):
        message.add_alternative(_storable(payload["html"]), subtype="html")
    return message


def _address(text: str, name: str = "") -> Address:
    """One address: what names two, or carries a line end, is none."""
    try:
        return Address(display_name=_line(name), addr_spec=text)
    except (ValueError, IndexError, MessageError) as error:
        raise InvalidInput(_("%(text)s is no e-mail address.", text=f"{text!r}"), field="to") from error


def _line(text: str) -> str:
    """One line: a title from a payload must not become a header."""
    return " ".join(_storable(text).split())


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _keep(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    uow.session.add(
        LocalMail(
            recipients=payload["to"],
            reply_to=payload.get("reply_to"),
            subject=_line(payload["subject"]),
            text=_storable(payload["text"]),
            html=payload.get("html"),
            sent_at=uow.now,
        )
    )


def mailbox(uow: UnitOfWork, *, before: UUID | None = None, limit: int = 50) -> Sequence[LocalMail]:
    """Kept mail of the workspace, newest first; `before` is the last one's id of the page before."""
    query = select(LocalMail).order_by(LocalMail.id.desc()).limit(limit)
    if before is not None:
        query = query.where(LocalMail.id < before)
    return uow.session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class Stuck:
    """A mail that the server has not taken."""

    subject: str
    to: tuple[str, ...]
    reason: str
    tried_again_at: datetime | None
    """None: never again."""


def stuck(uow: UnitOfWork, limit: int = 50) -> list[Stuck]:
    """Mail of the workspace that the server refused or could not take so far, newest first."""
    tried = and_(OutboxRow.state == "queued", OutboxRow.attempts > 0)
    query = (
        select(OutboxRow)
        .where(OutboxRow.topic == TOPIC, or_(OutboxRow.state == "failed", tried))
        .order_by(OutboxRow.id.desc())
        .limit(limit)
    )
    return [
        Stuck(
            row.payload["subject"], tuple(row.payload["to"]), row.last_error or "",
            row.due_at if row.state == "queued" else None,
        )
        for row in uow.session.scalars(query)
    ]  # fmt: skip


def kept_mail(uow: UnitOfWork, mail_id: UUID | None) -> LocalMail:
    """One kept mail. Raises NotFound."""
    return tenancy.get(uow.session, LocalMail, mail_id, "mail")
