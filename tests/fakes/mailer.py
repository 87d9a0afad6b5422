"""A mailer that keeps what it was asked to send."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class SentMail:
    key: str
    to: tuple[str, ...]
    subject: str
    text: str


@dataclass
class RecordingMailer:
    """Implements studio.contract.ports.Mailer; the same key is sent once."""

    sent: dict[str, SentMail] = field(default_factory=dict)

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
        self.sent.setdefault(key, SentMail(key, tuple(to), subject, text))

    @property
    def last(self) -> SentMail:
        return list(self.sent.values())[-1]
