"""The mail server of an installation: its address, and delivering one message to it."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from studio.core.errors import InvalidInput, Unavailable
from studio.core.i18n import gettext
from studio.core.settings import LOCAL_HOSTS, SettingsError

TIMEOUT_S = 15.0
"""Of each step of the conversation."""
DEADLINE_S = 60.0
"""Of all of it: a server that drips must not hold a worker for hours."""


class MailRefused(InvalidInput):
    """The server will never take this message: a wrong address, most often."""

    code = "mail_refused"


class MailFailed(Unavailable):
    """It could not be delivered now: no connection, no sign-in, a server that is busy."""

    code = "mail_failed"


_READY = 220


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes out."""

    host: str
    port: int
    tls: bool
    """From the first byte."""
    starttls: bool
    """Turned on before anything is said. Without it the conversation ends."""
    user: str | None
    password: str | None

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"

    @classmethod
    def parse(cls, url: str) -> "Server":
        """Read `smtp[s]://[user:password@]host[:port][?starttls=1]`. Raises SettingsError."""
        try:
            parts = urlsplit(url)
            tls, port = parts.scheme == "smtps", parts.port
        except ValueError as error:
            raise SettingsError(_wanted()) from error
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingsError(_wanted())
        starttls = parse_qs(parts.query).get("starttls", ["0"])[-1] == "1"
        if parts.password and not (tls or starttls or parts.hostname in LOCAL_HOSTS):
            raise SettingsError(
                "STUDIO_SMTP_URL would send the mail password in clear: write smtps:// or add ?starttls=1."
            )
        return cls(
            parts.hostname,
            port or (465 if tls else 587 if starttls else 25),
            tls,
            starttls,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )

    def deliver(self, message: EmailMessage, sender: str, recipients: list[str]) -> list[str]:
        """Hand one message over; returns the recipients that were refused while others were not.

        Raises MailRefused, or MailFailed where another try may help.
        """
        try:
            with self._connected() as connection:
                return sorted(connection.send_message(message, sender, recipients))
        except smtplib.SMTPRecipientsRefused as error:
            words = "; ".join(f"{to}: {_reply(*said)}" for to, said in error.recipients.items())
            if all(code >= 500 for code, _ in error.recipients.values()):
                raise MailRefused(words) from error
            raise MailFailed(words) from error
        except smtplib.SMTPDataError as error:
            words = _reply(error.smtp_code, error.smtp_error)
            raise (MailRefused if error.smtp_code >= 500 else MailFailed)(words) from error
        except smtplib.SMTPResponseException as error:
            raise MailFailed(_reply(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError, _TooLong) as error:
            raise self._unreachable(error) from error

    def greet(self) -> None:
        """Begin a conversation, as for a mail, and end it. Raises MailFailed."""
        try:
            with self._connected() as connection:
                connection.noop()
        except smtplib.SMTPResponseException as error:
            raise MailFailed(_reply(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError, _TooLong) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> MailFailed:
        return MailFailed(
            gettext(
                "%(host)s:%(port)s does not take mail: %(value)s",
                host=self.host,
                port=self.port,
                value=str(error) or type(error).__name__,
            )
        )

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A conversation, cut off where it takes too long."""
        context = ssl.create_default_context()
        connection = (
            smtplib.SMTP_SSL(timeout=TIMEOUT_S, context=context) if self.tls else smtplib.SMTP(timeout=TIMEOUT_S)
        )
        # STARTTLS checks the certificate against it. smtplib can set it only by a constructor that connects at once,
        # before the deadline below runs; so the attribute, which its types do not name, is set by hand.
        connection._host = self.host  # type: ignore[attr-defined]  # noqa: SLF001
        late = threading.Event()
        timer = threading.Timer(DEADLINE_S, _cut, (connection, late))
        timer.daemon = True
        timer.start()
        try:
            self._greet(connection, context)
            yield connection
            with suppress(smtplib.SMTPException, OSError):  # it has the mail: how it parts is all the same
                connection.quit()
        except (smtplib.SMTPException, OSError) as error:
            if late.is_set():
                raise _TooLong(gettext("it took longer than %(value)s seconds", value=DEADLINE_S)) from error
            raise
        finally:
            timer.cancel()
            connection.close()

    def _greet(self, connection: smtplib.SMTP, context: ssl.SSLContext) -> None:
        code, words = connection.connect(self.host, self.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, words)
        if self.starttls:
            connection.starttls(context=context)
        connection.ehlo_or_helo_if_needed()
        if self.user is not None:
            connection.login(self.user, self.password or "")


class _TooLong(Exception):
    """The conversation was cut off."""


def _cut(connection: smtplib.SMTP, late: threading.Event) -> None:
    late.set()
    if connection.sock is not None:
        with suppress(OSError):  # it has ended by itself in this moment
            connection.sock.shutdown(socket.SHUT_RDWR)


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"


def _wanted() -> str:
    return gettext("STUDIO_SMTP_URL must look like smtp://user:password@mail.example.com:587?starttls=1.")
