"""Setting factors up and taking them away. Whoever may do it has just proved who they are: the views ask the gates.

Everybody is mailed about every change of theirs, so that one that was not theirs does not go unseen.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import delete

from studio.accounts import mails, trail
from studio.accounts.factor_models import Passkey
from studio.accounts.factors import checking, recovery, totp
from studio.accounts.identity import Person
from studio.accounts.models import User
from studio.accounts.service import sessions
from studio.accounts.site import Site
from studio.contract.ports import Mailer
from studio.core.crypto import Keyring
from studio.core.errors import Forbidden, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def begin_passkey(uow: UnitOfWork, site: Site, person: Person) -> str:
    """What the browser is to make; see `passkeys.begin`."""
    from studio.accounts.factors import passkeys  # noqa: PLC0415 - 5 MiB that few requests need

    return passkeys.begin(uow, site, person.user_id, _session(person))


def add_passkey(uow: UnitOfWork, site: Site, mailer: Mailer, person: Person, *, name: str, answer: str) -> list[str]:
    """Keep what the browser has made. Returns recovery codes, where there were none."""
    from studio.accounts.factors import passkeys  # noqa: PLC0415 - 5 MiB that few requests need

    row = passkeys.finish(uow, site, person.user_id, _session(person), name=name, answer=answer)
    _tell(uow, mailer, person, "factor.added", _("the passkey “%(name)s” was added", name=row.name), method="passkey")
    return _first_codes(uow, person.user_id)


def remove_passkey(uow: UnitOfWork, mailer: Mailer, person: Person, passkey_id: UUID | None) -> str:
    """Forget one; returns its name."""
    from studio.accounts.factors import passkeys  # noqa: PLC0415 - 5 MiB that few requests need

    row = passkeys.remove(uow, person.user_id, passkey_id)
    said = _("the passkey “%(name)s” was removed", name=row.name)
    _tell(uow, mailer, person, "factor.removed", said, method="passkey")
    _last_codes(uow, person.user_id)
    return row.name


def confirm_totp(uow: UnitOfWork, keyring: Keyring, mailer: Mailer, person: Person, code: str) -> list[str]:
    """Take the authenticator app's first code. Returns recovery codes, where there were none."""
    totp.confirm(uow, keyring, person.user_id, code)
    _tell(uow, mailer, person, "factor.added", _("an authenticator app was set up"), method="totp")
    return _first_codes(uow, person.user_id)


def remove_totp(uow: UnitOfWork, mailer: Mailer, person: Person) -> None:
    """Forget the authenticator app. Raises NotFound."""
    if not totp.remove(uow, person.user_id):
        raise NotFound(_("No authenticator app is set up."), resource="totp")
    _tell(uow, mailer, person, "factor.removed", _("the authenticator app was removed"), method="totp")
    _last_codes(uow, person.user_id)


def new_codes(uow: UnitOfWork, mailer: Mailer, person: Person) -> list[str]:
    """Other recovery codes, for whoever has a second factor. Raises NotFound."""
    if not checking.of(uow, person.user_id).second:
        raise NotFound(_("Set up a passkey or an authenticator app first."), resource="recovery_codes")
    codes = recovery.issue(uow, person.user_id)
    _tell(uow, mailer, person, "factor.codes_renewed", _("new recovery codes were made; the old ones have ended"))
    return codes


def take_all(uow: UnitOfWork, user: User) -> None:
    """Forget every factor but the password, for whoever has lost them; an operator vouches for it. Sessions end."""
    uow.session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    totp.remove(uow, user.id)
    recovery.withdraw(uow, user.id)
    sessions.revoke_all(uow, user.id)
    if uow.workspace_id is not None:
        trail.record(uow, "factor.all_removed", ("user", user.id, user.name))


def _session(person: Person) -> UUID:
    if person.session_id is None:
        raise Forbidden(_("Passkeys are made in a browser that is signed in, not by an API token."))
    return person.session_id


def _first_codes(uow: UnitOfWork, user_id: UUID) -> list[str]:
    return [] if recovery.left(uow, user_id) else recovery.issue(uow, user_id)


def _last_codes(uow: UnitOfWork, user_id: UUID) -> None:
    """Without a second factor there is nothing to recover."""
    uow.session.flush()
    if not checking.of(uow, user_id).second:
        recovery.withdraw(uow, user_id)


def _tell(uow: UnitOfWork, mailer: Mailer, person: Person, action: str, what: str, **metadata: Any) -> None:
    user = uow.session.get_one(User, person.user_id)
    if uow.workspace_id is None:
        return
    trail.record(uow, action, ("user", user.id, user.name), **metadata)
    mails.factor_changed(uow, mailer, user, what)
