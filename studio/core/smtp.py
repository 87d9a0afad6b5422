"""The mail server of an installation: its address, and delivering one message to it."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

from studio.core.errors import InvalidInput, Unavailable
from studio.core.i18n import gettext
from studio.core.settings import LOCAL_HOSTS, SettingsError

TIMEOUT_S = 15.0
"""Of each step of the conversation."""


class MailRefused(InvalidInput):
    """The server will never take this message: a wrong address, most often."""

    code = "mail_refused"


class MailFailed(Unavailable):
    """It could not be delivered now: no connection, no sign-in, a server that is busy."""

    code = "mail_failed"


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
            with self._connect() as connection:
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
        except (smtplib.SMTPException, OSError) as error:
            words = gettext(
                "%(host)s:%(port)s does not take mail: %(value)s",
                host=self.host,
                port=self.port,
                value=str(error) or type(error).__name__,
            )
            raise MailFailed(words) from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            if self.starttls:
                connection.starttls(context=context)
            if self.user is not None:
                connection.login(self.user, self.password or "")
        except BaseException:
            connection.close()
            raise
        return connection


def _reply(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}"


def _wanted() -> str:
    return gettext("STUDIO_SMTP_URL must look like smtp://user:password@mail.example.com:587?starttls=1.")
