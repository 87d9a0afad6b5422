"""One browser's way to the provider and back, kept as a row: its state is good once, in that browser, for minutes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, select

from studio.accounts.federation import policy
from studio.accounts.federation.errors import Refused
from studio.accounts.federation.policy import Purpose
from studio.accounts.federation_models import SignInAttempt
from studio.core import ids, rng
from studio.core.crypto import Keyring, hash_token, mint, same
from studio.core.i18n import gettext as _
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Proving:
    """Whose proof a way there is for."""

    user_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Begun:
    """A way that has begun."""

    row: SignInAttempt
    state: str
    verifier: str
    nonce: str


def begin(
    uow: UnitOfWork, keyring: Keyring, *, browser: str, then: dict[str, Any], proving: Proving | None = None
) -> Begun:
    """Send a browser off. `browser`: a secret of its session. `then`: what is wanted once it is back, kept sealed."""
    state, hashed = mint(uow.workspace)
    row = SignInAttempt(
        id=ids.new_id(), workspace_id=uow.workspace, state_hash=hashed, browser_hash=hash_token(browser),
        purpose=(Purpose.PROVE if proving else Purpose.SIGN_IN).value,
        user_id=proving.user_id if proving else None, session_id=proving.session_id if proving else None,
        created_at=uow.now, ends_at=uow.now + policy.LASTS,
    )  # fmt: skip
    begun = Begun(row, state, rng.token(48), rng.token())
    keep(keyring, row, {"verifier": begun.verifier, "nonce": begun.nonce, "then": then})
    uow.session.add(row)
    uow.session.flush()
    return begun


def take(uow: UnitOfWork, state: str, browser: str) -> SignInAttempt:
    """The way that a state belongs to, used up by this. Raises Refused; then it is as it was."""
    query = select(SignInAttempt).where(SignInAttempt.state_hash == hash_token(state)).with_for_update()
    row = uow.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise unknown()
    if row.used_at is not None or row.sealed is None:
        raise Refused(_("This sign-in was used already. Begin again."), code="sign_in.used")
    _refuse(uow, row, browser)
    row.used_at = uow.now
    return row


def waiting(uow: UnitOfWork, attempt_id: UUID | None, browser: str) -> SignInAttempt:
    """The way of this browser that waits for a password to link an account. Raises Refused."""
    query = select(SignInAttempt).where(
        SignInAttempt.id == attempt_id, SignInAttempt.purpose == Purpose.LINK.value, SignInAttempt.sealed.is_not(None)
    )
    row = uow.session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise unknown()
    _refuse(uow, row, browser)
    return row


def proof(uow: UnitOfWork, attempt_id: UUID | None, session_id: UUID | None) -> SignInAttempt:
    """The way by which this session has just proved itself. Raises Refused."""
    query = select(SignInAttempt).where(
        SignInAttempt.id == attempt_id, SignInAttempt.session_id == session_id, SignInAttempt.proved_at.is_not(None),
        SignInAttempt.sealed.is_not(None), SignInAttempt.ends_at > uow.now,
    )  # fmt: skip
    row = uow.session.scalar(query)
    if row is None or session_id is None:
        raise unknown()
    return row


def keep(keyring: Keyring, row: SignInAttempt, what: dict[str, Any]) -> None:
    """Keep something for its next step."""
    row.sealed = keyring.seal(orjson.dumps(what), context=context_of(row, "sealed"))


def kept(keyring: Keyring, row: SignInAttempt) -> dict[str, Any]:
    """What was kept. Raises CryptoError."""
    assert row.sealed is not None  # noqa: S101 - for mypy: take() and waiting() give no row without it
    found: dict[str, Any] = orjson.loads(keyring.unseal(row.sealed, context=context_of(row, "sealed")))
    return found


def purge(uow: UnitOfWork) -> None:
    """Forget ways whose time is over."""
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.ends_at < uow.now))


def unknown() -> Refused:
    """Nobody here began it."""
    return Refused(_("Studio knows nothing of this sign-in. Begin again."), code="sign_in.unknown")


def _refuse(uow: UnitOfWork, row: SignInAttempt, browser: str) -> None:
    if row.ends_at <= uow.now:
        words = _("This sign-in took longer than a quarter of an hour. Begin again.")
        raise Refused(words, code="sign_in.late")
    if not same(row.browser_hash, hash_token(browser)):
        words = _("This sign-in was begun in another browser, so it cannot be ended here. Begin again.")
        raise Refused(words, code="sign_in.other_browser")
