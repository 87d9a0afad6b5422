"""An SMTP server that keeps what it is sent."""

import asyncio
import email
import email.policy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.servers import process
from tests.servers.patience import PATIENCE_S


class SmtpServer:
    """What a test asks of the mail server."""

    def __init__(self, port: int) -> None:
        self.host = process.HOST
        self.port = port
        self.messages: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self._refusals: list[str] = []
        self._pauses: list[float] = []
        self._controller: Controller | None = None

    def start(self) -> None:
        """Begin, or begin again on the same port."""
        self._controller = Controller(self, hostname=self.host, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Be gone; what came stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def wait(self, seconds: float) -> None:
        """Let the next message wait so long for its answer."""
        self._pauses.append(seconds)

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    def refuse(self, reply: str = "451 4.3.0 Try again later", times: int = 1) -> None:
        """Answer the next messages with this reply instead of taking them."""
        self._refusals += [reply] * times

    def to(self, address: str) -> list[EmailMessage]:
        """Messages for one recipient, oldest first."""
        pairs = zip(self.envelopes, self.messages, strict=True)
        return [message for envelope, message in pairs if address in envelope.rcpt_tos]

    def wait_for(self, count: int = 1, to: str | None = None, timeout: float = PATIENCE_S) -> EmailMessage:
        """Wait until so many messages have come (to one address); return the last of them."""
        deadline = time.monotonic() + timeout
        while True:
            found = self.to(to) if to else list(self.messages)
            if len(found) >= count:
                return found[count - 1]
            if time.monotonic() > deadline:
                subjects = [(message["To"], message["Subject"]) for message in self.messages]
                message = f"{count} mails expected to {to or 'anybody'}, came: {subjects}"
                raise AssertionError(message)
            time.sleep(0.02)

    def clear(self) -> None:
        self.messages.clear()
        self.envelopes.clear()
        self._refusals.clear()
        self._pauses.clear()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take one message; aiosmtpd calls it by this name."""
        if self._pauses:
            await asyncio.sleep(self._pauses.pop(0))
        if self._refusals:
            return self._refusals.pop(0)
        self.messages.append(email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default))
        self.envelopes.append(envelope)
        return "250 OK"


@contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    server = SmtpServer(process.free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()
