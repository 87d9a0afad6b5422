"""Asking a token address: one request out, a token or the reason for none back."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from studio.connectors.oauth import answers
from studio.connectors.oauth.answers import Asked, Refusal, Token, Verdict
from studio.connectors.oauth.protocol import TIMEOUT_S
from studio.core.http import HttpError, HttpRequest, HttpResponse

Send = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Never raises for what the other side does: that is a refusal. No transaction should be open."""

    send: Send
    """The way out (`studio.core.http`): no private addresses, no redirects, capped in time and size."""
    timeout_s: float = TIMEOUT_S
    """Shorter where the database ends a transaction that says nothing for less: a lock is held over the request."""

    def token(self, request: HttpRequest, asked: Asked) -> Token | Refusal:
        """What the token address gives."""
        try:
            answer = self.send(replace(request, timeout_s=self.timeout_s))
        except HttpError as error:
            return answers.unanswered(error.code, error.message)
        return answers.read(answer.status, answer.headers, answer.body, asked)

    def revoked(self, request: HttpRequest) -> Refusal | None:
        """None: it is ended. An unknown token counts as ended, which RFC 7009 answers with 200."""
        try:
            answer = self.send(request)
        except HttpError as error:
            return answers.unanswered(error.code, error.message)
        if answer.status < 300:
            return None
        found = answers.read(answer.status, answer.headers, answer.body, Asked())
        return found if isinstance(found, Refusal) else Refusal(Verdict.TRANSIENT, "oauth.not_revoked", "")
