"""Whether a delivery comes from its sender: the signature that its settings ask for, and the secrets for it."""

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from studio.contract.ports import Secrets
from studio.core import clock, signatures
from studio.core.deliveries import Delivery
from studio.core.errors import NotFound, NotSignedIn
from studio.core.i18n import gettext as _
from studio.core.signatures import Verified
from studio.runtime.triggers.webhook import Webhook

SECRET_FRESH_S = 10.0


class Proving:
    """The secrets of one process, each believed for a moment."""

    def __init__(self, secrets: Secrets, count_forged: Callable[[], None]) -> None:
        self._secrets, self._count_forged = secrets, count_forged
        self._known: dict[tuple[UUID, str], tuple[float, str]] = {}

    def verify(self, workspace_id: UUID, config: Webhook.Config, delivery: Delivery) -> Verified:
        """Raises NotSignedIn."""
        if config.signature == "none":
            return Verified(None)
        try:
            return signatures.verify(
                config.signature, delivery.headers, delivery.body, self._secrets_of(workspace_id, config),
                header=config.header, now=clock.local_now(),
            )  # fmt: skip
        except (signatures.SignatureError, NotFound) as error:
            self._count_forged()
            raise NotSignedIn(
                _("The signature does not fit: %(message)s", message=error.message), code=error.code
            ) from None

    def _secrets_of(self, workspace_id: UUID, config: Webhook.Config) -> list[str]:
        """The signing secrets, newest first. A former one may be gone already; the first must be there."""
        found = [self._secret(workspace_id, config.secret)] if config.secret else []
        for name in config.other_secrets:
            with suppress(NotFound):
                found.append(self._secret(workspace_id, name))
        return found

    def _secret(self, workspace_id: UUID, name: str) -> str:
        known = self._known.get((workspace_id, name))
        if known is not None and known[0] > clock.monotonic():
            return known[1]
        value = self._secrets.reveal(workspace_id, name, purpose="verify a webhook", host=None)
        self._known[workspace_id, name] = (clock.monotonic() + SECRET_FRESH_S, value)
        return value
