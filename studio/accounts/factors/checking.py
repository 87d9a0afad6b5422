"""Whether somebody is who they say, by one factor of their choice."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select

from studio.accounts import passwords, policy
from studio.accounts.factor_models import Passkey, TotpSecret
from studio.accounts.factors import at_provider, recovery, totp
from studio.accounts.models import User, UserSession
from studio.accounts.outcomes import STRENGTHS, Method, Strength
from studio.accounts.site import Site
from studio.core import ids
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody sends to prove who they are."""

    method: Method
    text: str
    """A password, a code, or a browser's answer with a passkey, as JSON."""


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person could prove it by."""

    passkeys: bool
    totp: bool
    recovery_codes: int
    password: bool
    provider: bool = False
    """This session came by the workspace's sign-in provider, which can ask its person anew."""

    @property
    def methods(self) -> tuple[Method, ...]:
        """Strongest first."""
        there = {
            Method.PASSKEY: self.passkeys,
            Method.TOTP: self.totp,
            Method.RECOVERY_CODE: self.recovery_codes > 0,
            Method.PASSWORD: self.password,
            Method.PROVIDER: self.provider,
        }
        return tuple(method for method, has in there.items() if has)

    @property
    def strongest(self) -> Strength:
        """What at most may be asked of them."""
        return max((STRENGTHS[method] for method in self.methods), default=Strength.PASSWORD)

    @property
    def second(self) -> bool:
        """Whether there is more than a password: then a password alone no longer does for what matters."""
        return self.passkeys or self.totp


def of(uow: UnitOfWork, user_id: UUID) -> Factors:
    """What a person has set up, in one query."""
    has_passkey = exists().where(Passkey.user_id == user_id)
    has_totp = exists().where(TotpSecret.user_id == user_id, TotpSecret.confirmed_at.is_not(None))
    here = ids.parse_id(uow.actor.origin.session_id or "")
    by_provider = exists().where(
        UserSession.id == here, UserSession.user_id == user_id, UserSession.by_provider.is_(True)
    )
    found = uow.session.execute(
        select(User.password_hash.is_not(None), has_passkey, has_totp, by_provider).where(User.id == user_id)
    ).one()
    return Factors(
        passkeys=bool(found[1]),
        totp=bool(found[2]),
        recovery_codes=recovery.left(uow, user_id),
        password=bool(found[0]),
        provider=bool(found[3]),
    )


def check(uow: UnitOfWork, site: Site, keyring: Keyring, user_id: UUID, proof: Proof, challenge: bytes) -> bool:
    """Whether the proof holds. Codes are used up by it; a passkey must have signed the challenge."""
    match proof.method:
        case Method.PASSWORD:
            stored = uow.session.get_one(User, user_id).password_hash
            return passwords.matches(proof.text[: policy.PASSWORD_MAX], stored)
        case Method.TOTP:
            return totp.check(uow, keyring, user_id, proof.text)
        case Method.RECOVERY_CODE:
            return recovery.use(uow, user_id, proof.text)
        case Method.PROVIDER:
            return at_provider.use(uow, user_id, proof.text)
        case Method.PASSKEY:
            from studio.accounts.factors import passkeys  # noqa: PLC0415 - 5 MiB that few requests need

            return passkeys.check(uow, site, user_id, challenge, proof.text)


def request(uow: UnitOfWork, site: Site, user_id: UUID, challenge: bytes) -> str | None:
    """What a browser is asked to sign with a passkey, as JSON; None: there is none, or this site can have none."""
    if not site.has_passkeys:
        return None
    from studio.accounts.factors import passkeys  # noqa: PLC0415 - 5 MiB that few requests need

    return passkeys.request(uow, site, user_id, challenge)
