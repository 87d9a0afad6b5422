"""What a workspace's sign-in provider is set to. Whoever sets it gives no role that they could not give by hand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from studio.accounts import permissions, trail
from studio.accounts.federation.discovery import check_address
from studio.accounts.federation.policy import Rule
from studio.accounts.federation_models import SignInProvider
from studio.accounts.models import Seat, User, Workspace
from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.contract import gates
from studio.core import ids
from studio.core.crypto import Keyring, version_of
from studio.core.errors import Conflict, FieldProblem, Forbidden, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork

MOST_RULES, MOST_DOMAINS = 100, 50
_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\Z")


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What is set."""

    name: str
    issuer: str
    client_id: str
    secret: str = field(default="", repr=False)
    """Empty: the one that is kept, or none."""
    domains: Sequence[str] = ()
    claim: str = ""
    mapping: Sequence[tuple[str, Role]] = ()
    default_role: Role | None = None
    passwords: bool = True


def current(uow: UnitOfWork) -> SignInProvider | None:
    """The workspace's; None: its people sign in by password."""
    return uow.session.scalar(select(SignInProvider))


def get(uow: UnitOfWork) -> SignInProvider:
    """The workspace's. Raises NotFound."""
    row = current(uow)
    if row is None:
        raise NotFound(_("This workspace has no sign-in provider."), resource="sign_in_provider")
    return row


def rule_of(row: SignInProvider) -> Rule:
    """What decides about roles."""
    mapping = [(one["value"], Role(one["role"])) for one in row.mapping]
    return Rule(row.domains, row.claim, mapping, Role(row.default_role) if row.default_role else None)


def secret_of(keyring: Keyring, row: SignInProvider) -> str:
    """The client's secret; empty: it has none. Raises CryptoError."""
    if row.ciphertext is None:
        return ""
    return keyring.unseal(row.ciphertext, context=context_of(row, "ciphertext")).decode()


def save(uow: UnitOfWork, keyring: Keyring, facts: ProviderFacts, *, inner: Sequence[str] = ()) -> SignInProvider:
    """Set it, or set it anew.

    Raises InvalidInput and Forbidden with the field, Conflict where no owner could sign in any more, StepUpNeeded. A
    row of the mapping that gives more than whoever saves may give is refused, also where somebody else wrote it.
    """
    _check(uow, facts, tuple(inner))
    gates.current().require_sudo(uow)
    row = current(uow)
    new = row is None
    if row is None:
        row = SignInProvider(id=ids.new_id(), created_at=uow.now, workspace_id=uow.workspace)
    wanted = _columns(facts)
    changes = {name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value}
    other = not new and bool({"issuer", "client_id"} & changes.keys())
    if other and not facts.secret:
        row.ciphertext = row.key_version = None  # another app's id never goes out with this one's secret
    for name, (_before, value) in changes.items():
        setattr(row, name, value)
    if facts.secret:
        row.ciphertext = keyring.seal(facts.secret.encode(), context=context_of(row, "ciphertext"))
        row.key_version = version_of(row.ciphertext)
    row.updated_at, row.updated_by = uow.now, uow.actor.user_id
    uow.session.add(row)
    _spread(uow, row.name, only_by_provider=not row.passwords)
    if "issuer" in changes and not new:
        _keep_owner(uow)
    _tell(uow, row, new=new, changes=changes, secret=bool(facts.secret))
    return row


def remove(uow: UnitOfWork) -> None:
    """Take it away: people sign in by password again. Raises NotFound, and Conflict where no owner could."""
    row = get(uow)
    gates.current().require_sudo(uow)
    _keep_owner(uow)
    uow.session.delete(row)
    _spread(uow, None, only_by_provider=False)
    trail.record(uow, "sign_in_provider.removed", ("sign_in_provider", row.id, row.name))


def lead_in(seat: Seat, row: SignInProvider) -> None:
    """Whoever has come in by it comes in no other way from now on, where that is set. Owners always may."""
    seat.only_by_provider = not row.passwords and seat.role != Role.OWNER


def _spread(uow: UnitOfWork, name: str | None, *, only_by_provider: bool) -> None:
    uow.session.flush()
    came = (Seat.by_provider_at.is_not(None), Seat.role != Role.OWNER.value)
    uow.session.execute(update(Seat).where(*came).values(only_by_provider=only_by_provider))
    uow.session.execute(update(Workspace).where(Workspace.id == uow.workspace).values(sign_in_name=name))


def _keep_owner(uow: UnitOfWork) -> None:
    """Somebody has to get in when nobody knows the provider's people any more. Raises Conflict."""
    members.hold_owners(uow)
    acting = members.acting_owners(uow)
    query = select(User.id).where(User.id.in_(acting), User.password_hash.is_not(None)).limit(1)
    if uow.session.scalar(query) is None:
        said = _("No owner has a password, so nobody could come in without this provider. An owner chooses one by "
                 "“Forgot the password?” first. Nothing was changed.")  # fmt: skip
        raise Conflict(said, code="last_owner", field="issuer")


def _columns(facts: ProviderFacts) -> dict[str, Any]:
    return {
        "name": " ".join(facts.name.split()),
        "issuer": facts.issuer.strip(),
        "client_id": facts.client_id.strip(),
        "domains": _domains(facts.domains),
        "claim": facts.claim.strip(),
        "mapping": [{"value": value.strip(), "role": role.value} for value, role in facts.mapping],
        "default_role": facts.default_role.value if facts.default_role else None,
        "passwords": facts.passwords,
    }


def _domains(domains: Sequence[str]) -> list[str]:
    return sorted({one.strip().lower().lstrip("@").rstrip(".") for one in domains if one.strip()})


def _check(uow: UnitOfWork, facts: ProviderFacts, inner: tuple[str, ...]) -> None:
    problems = list(_problems(facts, inner))
    if problems:
        raise InvalidInput(problems[0].message, problems=problems)
    for number, role in enumerate([role for _value, role in facts.mapping]):
        _refuse_above(uow, role, f"mapping.{number}.role")
    if facts.default_role is not None:
        _refuse_above(uow, facts.default_role, "default_role")


def _problems(facts: ProviderFacts, inner: tuple[str, ...]) -> list[FieldProblem]:
    found: dict[str, str] = {}
    if not 0 < len(facts.name.strip()) <= 60:
        found["name"] = _("A provider needs a name of up to 60 letters.")
    if len(facts.issuer) > 500 or not check_address(facts.issuer.strip(), inner) or "?" in facts.issuer:
        found["issuer"] = _("Use the issuer's address as the provider writes it; it begins with https://.")
    if not 0 < len(facts.client_id.strip()) <= 200:
        found["client_id"] = _("Use the client ID that the provider has given this app.")
    if len(facts.secret) > 4000:
        found["secret"] = _("A secret has at most 4,000 characters.")
    wrong = next((one for one in _domains(facts.domains) if not _DOMAIN.match(one)), None)
    if wrong is not None or len(facts.domains) > MOST_DOMAINS:
        found["domains"] = _("%(wrong)s is no mail domain. Write example.com.", wrong=wrong or len(facts.domains))
    if len(facts.claim) > 200 or (facts.mapping and not facts.claim.strip()):
        found["claim"] = _("Say which claim names the roles, such as groups.")
    said = [value.strip() for value, _role in facts.mapping]
    for number, value in enumerate(said):
        if not 0 < len(value) <= 200 or value in said[:number] or number >= MOST_RULES:
            found[f"mapping.{number}.value"] = _("Each row needs a value of its own, of up to 200 letters.")
    return [FieldProblem(path, "invalid_input", message) for path, message in found.items()]


def _refuse_above(uow: UnitOfWork, role: Role, path: str) -> None:
    if role is Role.OWNER and uow.actor.role not in (None, Role.OWNER):
        said = _("Only an owner may let a provider make owners. Nothing was saved.")
        raise Forbidden(said, code="owner_only", field=path)
    if permissions.beyond(uow.actor, None, role):
        said = _("This seat could do more than you can, so you cannot let a provider give it. Nothing was saved.")
        raise Forbidden(said, code="role_above", field=path)


def _tell(
    uow: UnitOfWork, row: SignInProvider, *, new: bool, changes: Mapping[str, tuple[Any, Any]], secret: bool
) -> None:
    if not new and not changes and not secret:
        return
    action = "sign_in_provider.created" if new else "sign_in_provider.updated"
    written = {name: (_text(before), _text(after)) for name, (before, after) in changes.items()}
    target: tuple[str, UUID, str] = ("sign_in_provider", row.id, row.name)
    trail.record(uow, action, target, changes=written, secret_replaced=secret)


def _text(value: Any) -> Any:
    """Lists as people write them."""
    if not isinstance(value, list):
        return value
    return ", ".join(f"{one['value']} → {one['role']}" if isinstance(one, dict) else one for one in value)
