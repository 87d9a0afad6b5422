"""From what a provider vouches for to somebody with a seat. A provider opens no account that it has not made itself."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from studio.accounts import trail
from studio.accounts.federation import attempts, configuring, policy
from studio.accounts.federation.errors import Refused
from studio.accounts.federation.policy import Account, Purpose, Standing
from studio.accounts.federation_models import SignInAttempt, SignInIdentity, SignInProvider
from studio.accounts.identity import Person
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.accounts.service import members, sessions, signin
from studio.core import ids, tenancy
from studio.core.crypto import Keyring
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the provider says of somebody, as far as it counts."""

    subject: str
    email: str
    """Lower case; empty: it does not say, or has not verified it."""
    name: str
    role: str
    """By the mapping; empty: no seat."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in."""

    person: Person
    target: str | None
    """A path of this site; None: their first page."""


@dataclass(frozen=True, slots=True)
class PasswordWanted:
    """There is an account of that address: whoever has its password, is its person."""

    workspace_id: UUID
    attempt_id: UUID


def vouched(row: SignInProvider, claims: Mapping[str, Any]) -> Vouched:
    """Read the claims. Raises Refused where the workspace lets nobody in by such."""
    email = _address(claims)
    rule = configuring.rule_of(row)
    if not policy.domain_fits(rule, email):
        words = _("%(workspace)s lets in only people with an address that it knows, not %(email)s.",
                  workspace=row.name, email=email or "—")  # fmt: skip
        raise Refused(words, code="sign_in.domain")
    role = policy.role_of(rule, claims)
    if role is None:
        words = _("%(provider)s knows you, but none of your groups has a seat here. Ask an admin.", provider=row.name)
        raise Refused(words, code="sign_in.no_role")
    name = claims.get("name")
    named = " ".join(name.split())[:120] if isinstance(name, str) else ""
    return Vouched(claims["sub"], email, named or email, role.value)


def enter(
    uow: UnitOfWork, keyring: Keyring, row: SignInProvider, attempt: SignInAttempt, who: Vouched, target: str | None
) -> Entered | PasswordWanted:
    """Let somebody in, or ask for the password of the account that has their address. Raises Refused."""
    known = _identity(uow, row, who.subject)
    if known is not None:
        user = uow.session.get_one(User, known.user_id)
        known.last_at = uow.now
        return Entered(_seated(uow, row, user, who), target)
    if not who.email:
        words = _("%(provider)s has not verified your e-mail address, so nobody can say who you are here.",
                  provider=row.name)  # fmt: skip
        raise Refused(words, code="sign_in.unverified")
    user_id, account = _account(uow, who.email)
    match policy.standing(account):
        case Standing.NEW:
            made = User(id=ids.new_id(), email=who.email, name=who.name, created_at=uow.now)
            uow.session.add(made)
            uow.session.flush()
            return Entered(_linked(uow, row, made, who), target)
        case Standing.INVITED:
            return Entered(_linked(uow, row, uow.session.get_one(User, user_id), who), target)
        case Standing.PASSWORD:
            attempt.purpose, attempt.user_id = Purpose.LINK.value, user_id
            attempt.ends_at = uow.now + policy.LASTS
            attempts.keep(keyring, attempt, {"who": asdict(who), "issuer": row.issuer, "target": target})
            return PasswordWanted(uow.workspace, attempt.id)
        case Standing.UNPROVED:
            words = _("There is an account for %(email)s already, and nothing here proves that it is yours. Choose a "
                      "password by “Forgot the password?”, then come back this way.", email=who.email)  # fmt: skip
            raise Refused(words, code="sign_in.unproved")


def link(uow: UnitOfWork, row: SignInProvider, attempt: SignInAttempt, kept: Mapping[str, Any]) -> Entered:
    """The password was right: from now on the provider's subject is this person here. Raises Refused."""
    if kept["issuer"] != row.issuer or attempt.created_at < row.updated_at:
        raise changed()
    attempt.sealed = None
    user = uow.session.get_one(User, attempt.user_id)
    return Entered(_linked(uow, row, user, Vouched(**kept["who"])), kept["target"])


def changed() -> Refused:
    """Another provider than the one that somebody went to."""
    return Refused(_("The workspace's sign-in was changed meanwhile. Begin again."), code="sign_in.changed")


def proves(uow: UnitOfWork, row: SignInProvider, attempt: SignInAttempt, subject: str) -> None:
    """Whoever was asked anew is whoever is signed in. Raises Refused."""
    known = _identity(uow, row, subject)
    if known is None or known.user_id != attempt.user_id:
        words = _("Somebody else signed in at %(provider)s, so this proves nothing.", provider=row.name)
        raise Refused(words, code="sign_in.somebody_else")
    attempt.proved_at, attempt.ends_at = uow.now, uow.now + policy.PROOF_GOOD


def _linked(uow: UnitOfWork, row: SignInProvider, user: User, who: Vouched) -> Person:
    taken = exists().where(SignInIdentity.user_id == user.id, SignInIdentity.issuer == row.issuer)
    if uow.session.scalar(select(taken)):
        words = _("This account is somebody else's at %(provider)s already. Ask an admin.", provider=row.name)
        raise Refused(words, code="sign_in.linked")
    identity = SignInIdentity(
        user_id=user.id, issuer=row.issuer, subject=who.subject, linked_at=uow.now, last_at=uow.now
    )
    uow.session.add(identity)
    uow.session.flush()
    trail.record(uow, "member.linked", ("user", user.id, user.name), provider=row.name)
    return _seated(uow, row, user, who)


def _seated(uow: UnitOfWork, row: SignInProvider, user: User, who: Vouched) -> Person:
    if user.disabled_at is not None:
        raise Refused(_("Your account is locked. Ask whoever runs this Studio."), code="sign_in.locked_out")
    members.hold_owners(uow)
    seat = uow.session.scalar(select(Seat).options(joinedload(Seat.user)).where(Seat.user_id == user.id))
    if seat is None:
        seat = members.give(uow, user, Role(who.role))
    elif seat.disabled_at is not None:
        raise Refused(_("Your seat here was taken away. Ask an admin."), code="sign_in.no_seat")
    else:
        _remapped(uow, row, seat, Role(who.role))
    seat.by_provider_at = seat.by_provider_at or uow.now
    configuring.lead_in(seat, row)
    uow.session.flush()
    return signin.open_by_provider(uow, user.id, uow.workspace, row.name)


def _remapped(uow: UnitOfWork, row: SignInProvider, seat: Seat, mapped: Role) -> None:
    """A seat follows the mapping; without one it stays as people have made it."""
    rule = configuring.rule_of(row)
    if not rule.mapping:
        return
    gives = Role.OWNER in {rule.default_role, *(role for _value, role in rule.mapping)}
    last = seat.role == Role.OWNER and not members.other_owners(uow, seat.user_id)
    wanted = policy.next_role(Role(seat.role), mapped, gives_owners=gives, last_owner=last)
    members.change_role(uow, seat.id, wanted)


def _identity(uow: UnitOfWork, row: SignInProvider, subject: str) -> SignInIdentity | None:
    mine = (SignInIdentity.issuer == row.issuer, SignInIdentity.subject == subject)
    return uow.session.scalar(select(SignInIdentity).where(*mine))


def _account(uow: UnitOfWork, email: str) -> tuple[UUID | None, Account | None]:
    user = uow.session.scalar(select(User).where(User.email == email))
    if user is None:
        return None, None
    known = exists().where(SignInIdentity.user_id == user.id)
    workspace = uow.workspace
    seats = sessions.seats_of(uow, user.id)
    tenancy.bind(uow.session, workspace_id=workspace, user_id=uow.actor.user_id)
    here = next((seat for seat in seats if seat.workspace_id == workspace), None)
    return user.id, Account(
        has_password=user.password_hash is not None,
        has_identity=bool(uow.session.scalar(select(known))),
        seats_elsewhere=any(seat.workspace_id != workspace for seat in seats),
        owner=here is not None and here.role is Role.OWNER,
    )


def _address(claims: Mapping[str, Any]) -> str:
    """The address, where the provider has verified that it is the person's; else empty."""
    said = claims.get("email")
    if not isinstance(said, str) or claims.get("email_verified") not in (True, "true"):
        return ""
    try:
        return members.normal_email(said)
    except InvalidInput:
        return ""
