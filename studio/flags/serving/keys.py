"""Keys of programs: made, shown once, ended. `<workspace>:<environment>.<secret>`, as Unleash's libraries know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Select, select

from studio import audit
from studio.accounts.models import Workspace
from studio.core import tenancy
from studio.core.crypto import hash_token
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import one_at_a_time
from studio.core.rng import token
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagClientKey, FlagEnvironment
from studio.flags.outcomes import ClientKind

MOST = 500
"""Keys of a workspace that still work."""
MOST_ORIGINS = 50
LONGEST_NAME = 80
_SHOWN = 4
"""Letters of the secret by which people tell keys apart."""


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh key: the only time that its text exists outside of whoever keeps it."""

    text: str
    row: FlagClientKey


def make(uow: UnitOfWork, environment_id: UUID | None, *, name: str, kind: str, origins: Sequence[str] = ()) -> Made:
    """Make a key for one environment. Raises NotFound, InvalidInput, Conflict."""
    environment = tenancy.get(uow.session, FlagEnvironment, environment_id, "flag_environment")
    if environment.retired_at is not None:
        raise Conflict(_("This environment was retired: no program may ask for it."), code="flags.retired")
    given, allowed = _name(name), _origins(kind, origins)
    one_at_a_time(uow, "flag_key")
    if len(uow.session.scalars(_live().limit(MOST)).all()) >= MOST:
        raise Conflict(_("A workspace has at most %(most)s keys. Revoke one.", most=MOST), code="flags.keys_full")
    slug = uow.session.scalars(select(Workspace.slug).where(Workspace.id == uow.workspace)).one()
    begin, secret = f"{slug}:{environment.name}.", token()
    row = FlagClientKey(
        environment_id=environment.id,
        kind=kind,
        name=given,
        key_hash=hash_token(begin + secret),
        shown=f"{slug[:20]}:{environment.name[:50]}.{secret[:_SHOWN]}…",
        origins=allowed,
        created_at=uow.now,
        created_by=uow.actor.user_id,
    )
    uow.session.add(row)
    uow.session.flush()
    _record(uow, "flag_key.created", row, environment)
    return Made(begin + secret, row)


def revoke(uow: UnitOfWork, key_id: UUID | None) -> FlagClientKey:
    """End a key; each process has heard of it within a second. Again: nothing happens. Raises NotFound."""
    row = tenancy.get(uow.session, FlagClientKey, key_id, "flag_client_key")
    if row.revoked_at is None:
        row.revoked_at = uow.now
        _record(uow, "flag_key.revoked", row, uow.session.get_one(FlagEnvironment, row.environment_id))
    return row


def live(uow: UnitOfWork, environment_id: UUID | None = None) -> Sequence[FlagClientKey]:
    """Keys that still work, newest first: of one environment, or all."""
    query = _live().order_by(FlagClientKey.id.desc()).limit(MOST)
    if environment_id is not None:
        query = query.where(FlagClientKey.environment_id == environment_id)
    return uow.session.scalars(query).all()


def _live() -> Select[FlagClientKey]:
    return select(FlagClientKey).where(FlagClientKey.revoked_at.is_(None))


def _name(text: str) -> str:
    found = text.strip()
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        words = _("Name the program that uses the key, in at most %(most)s characters.", most=LONGEST_NAME)
        raise InvalidInput(words, code="flags.key_name", field="name")
    return found


def _origins(kind: str, origins: Sequence[str]) -> list[str]:
    """Web origins, in lower case and once each."""
    if kind not in set(ClientKind):
        raise InvalidInput(_("A key is for a server or for a frontend."), code="flags.key_kind", field="kind")
    found = list(dict.fromkeys(one.strip().lower().rstrip("/") for one in origins if one.strip()))
    if found and kind != ClientKind.FRONTEND:
        words = _("Only browsers send an origin: a server's key has none.")
        raise InvalidInput(words, code="flags.key_origins", field="origins")
    if len(found) > MOST_ORIGINS:
        words = _("A key has at most %(most)s origins.", most=MOST_ORIGINS)
        raise InvalidInput(words, code="flags.key_origins", field="origins")
    wrong = [
        FieldProblem(f"origins.{at}", "flags.origin", _("This is no origin such as https://shop.example.com."))
        for at, one in enumerate(found)
        if not _is_origin(one)
    ]
    if wrong:
        raise InvalidInput(wrong[0].message, code="flags.origin", problems=wrong)
    return found


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    whole = f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port is not None else "")
    return parts.scheme in ("http", "https") and bool(parts.hostname) and whole == text and len(text) <= 200


def _record(uow: UnitOfWork, action: str, row: FlagClientKey, environment: FlagEnvironment) -> None:
    facts = {"environment": environment.name, "kind": row.kind}
    audit.record(uow, action, targets=[audit.Target("flag_key", str(row.id), row.name)], metadata=facts)
