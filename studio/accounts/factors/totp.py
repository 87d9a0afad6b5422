"""One-time codes of an authenticator app (RFC 6238: SHA-1, 30 s, six digits). No code is good twice."""

from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from pyotp import TOTP, random_base32

from studio.accounts.factor_models import TotpSecret
from studio.core.crypto import Keyring
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork

PERIOD_S = 30
WINDOW = 1
"""Periods that a clock may be off, either way."""


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The period whose code this is; None: of none that is near now and newer than the last one taken."""
    generator, current = TOTP(secret), int(now.timestamp()) // PERIOD_S
    plain = "".join(code.split())
    near = range(max(0, current - WINDOW), current + WINDOW + 1)
    found = [step for step in near if compare_digest(generator.generate_otp(step).encode(), plain.encode())]
    return next((step for step in reversed(found) if step > last_step), None)


def begin(uow: UnitOfWork, keyring: Keyring, user_id: UUID) -> str:
    """Make a secret for an authenticator app; it counts once a code of it was typed. Returns it in base32."""
    secret, row = random_base32(), uow.session.get(TotpSecret, user_id)
    if row is not None and row.confirmed_at is not None:
        raise InvalidInput(_("An authenticator app is set up already. Remove it first."), code="totp_there")
    row = row or TotpSecret(user_id=user_id, last_step=0)
    row.ciphertext = keyring.seal(secret.encode(), context=context_of(row, "ciphertext"))
    row.created_at = uow.now
    uow.session.add(row)
    return secret


def pending(uow: UnitOfWork, keyring: Keyring, user_id: UUID) -> str | None:
    """The secret that awaits its first code; None: none does."""
    row = uow.session.get(TotpSecret, user_id)
    return None if row is None or row.confirmed_at is not None else _secret(keyring, row)


def confirm(uow: UnitOfWork, keyring: Keyring, user_id: UUID, code: str) -> None:
    """Take the first code: from now on the app counts. Raises InvalidInput."""
    row = uow.session.get(TotpSecret, user_id, with_for_update=True)
    if row is None or row.confirmed_at is not None:
        raise InvalidInput(_("There is no authenticator app to confirm. Set it up again."), code="no_totp")
    if not _taken(uow, keyring, row, code):
        raise InvalidInput(_("This code does not fit. Type the one that the app shows now."), field="code")
    row.confirmed_at = uow.now


def check(uow: UnitOfWork, keyring: Keyring, user_id: UUID, code: str) -> bool:
    """Whether a code is good; it is used up by that. Locks the person's secret: of two equal codes one is taken."""
    row = uow.session.get(TotpSecret, user_id, with_for_update=True, populate_existing=True)
    return row is not None and row.confirmed_at is not None and _taken(uow, keyring, row, code)


def remove(uow: UnitOfWork, user_id: UUID) -> bool:
    """Forget the secret. False: there was none that counted."""
    row = uow.session.get(TotpSecret, user_id)
    if row is None:
        return False
    uow.session.delete(row)
    return row.confirmed_at is not None


def address(secret: str, email: str) -> str:
    """What the square of dots says to an authenticator app."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name="Studio")


def _taken(uow: UnitOfWork, keyring: Keyring, row: TotpSecret, code: str) -> bool:
    step = step_of(_secret(keyring, row), code, uow.now, row.last_step)
    if step is not None:
        row.last_step = step
    return step is not None


def _secret(keyring: Keyring, row: TotpSecret) -> str:
    return keyring.unseal(row.ciphertext, context=context_of(row, "ciphertext")).decode()
