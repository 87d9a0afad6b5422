"""`Idempotency-Key`: a POST that is repeated after a lost answer gets the first answer, and does nothing twice.

The key's row commits together with what the request did, so there is no half-way state to repair: a request that was
refused or crashed leaves no row and may be sent again. While one is under way a second one is refused on PostgreSQL
(an advisory lock that ends with the transaction); SQLite has one writer, so there it waits and then replays.
"""

import hmac
import re
from collections.abc import Callable

from flask import Response, request
from sqlalchemy import func, select

from studio.api.models import IdempotencyKey
from studio.api.purging import KEPT
from studio.api.v1.blueprint import keyring
from studio.core import ids
from studio.core.crypto import same
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")


def once(uow: UnitOfWork, answer: Callable[[], Response]) -> Response:
    """Answer, or give the answer that was given before under the request's key."""
    key = request.headers.get(HEADER)
    if key is None:
        return answer()
    if not _KEY.match(key):
        raise InvalidInput(
            _("%(header)s has 1 to 255 visible ASCII characters.", header=HEADER), code="idempotency.key", field=HEADER
        )
    caller = f"{uow.actor.type.value}:{uow.actor.id}"
    _hold(uow, caller, key)
    known = uow.session.scalar(select(IdempotencyKey).where(IdempotencyKey.caller == caller, IdempotencyKey.key == key))
    if known is not None and known.created_at > uow.now - KEPT:
        return _replay(known)
    if known is not None:
        uow.session.delete(known)
        uow.session.flush()
    made = answer()
    _keep(uow, caller, key, made)
    return made


def _hold(uow: UnitOfWork, caller: str, key: str) -> None:
    """Refuse a second request under the same key while the first is under way."""
    if uow.session.get_bind().dialect.name != "postgresql":
        return
    name = func.hashtextextended(f"idempotency|{uow.workspace}|{caller}|{key}", 0)
    if not uow.session.scalar(select(func.pg_try_advisory_xact_lock(name))):
        raise Conflict(
            _("A request with this Idempotency-Key is still under way. Wait a moment, then send it again."),
            code="idempotency.in_flight",
        )


def _replay(known: IdempotencyKey) -> Response:
    if not any(same(known.fingerprint, one) for one in _fingerprints()):
        raise InvalidInput(
            _("This Idempotency-Key was used for another request. Choose a new key for a new request."),
            code="idempotency.mismatch",
            field=HEADER,
        )
    body = keyring().unseal(known.answer, context=context_of(known, "answer"))
    again = Response(body, known.status, content_type="application/json" if body else None)
    again.headers[REPLAYED] = "true"
    return again


def _keep(uow: UnitOfWork, caller: str, key: str, made: Response) -> None:
    row = IdempotencyKey(
        id=ids.new_id(), workspace_id=uow.workspace, caller=caller, key=key, fingerprint=_fingerprints()[0],
        status=made.status_code, created_at=uow.now,
    )  # fmt: skip
    row.answer = keyring().seal(made.get_data(), context=context_of(row, "answer"))
    uow.session.add(row)


def _fingerprints() -> list[str]:
    """What makes two requests the same, under each master key: the newest first."""
    path = f"{request.method} {request.full_path}\n{request.mimetype}\n".encode()
    said = path + request.get_data()
    return [hmac.new(key, said, "sha256").hexdigest() for key in keyring().derive("idempotency")]
