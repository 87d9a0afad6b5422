"""Passkeys (WebAuthn). Every ceremony verifies its user, and the server looks at the flag that says so.

A challenge is kept by whoever asked for it, and answered once; the browser's word for it is not taken.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from studio.accounts.factor_models import Passkey, PasskeyRegistration
from studio.accounts.factors import listing
from studio.accounts.models import User
from studio.accounts.site import Site
from studio.core import ids, rng
from studio.core.errors import Gone, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

LIFETIME = timedelta(minutes=5)
MOST = 20
"""Passkeys of one person."""
CHALLENGE = 32
"""Bytes."""


def begin(uow: UnitOfWork, site: Site, user_id: UUID, session_id: UUID) -> str:
    """Ask for a new passkey; returns what the browser's `navigator.credentials.create` takes, as JSON."""
    user, known = uow.session.get_one(User, user_id), listing.passkeys(uow, user_id)
    if len(known) >= MOST:
        raise InvalidInput(_("You have %(n)s passkeys. Remove one first.", n=MOST), code="too_many_passkeys")
    challenge = rng.secret_bytes(CHALLENGE)
    uow.session.add(
        PasskeyRegistration(user_id=user_id, session_id=session_id, challenge=challenge, expires_at=uow.now + LIFETIME)
    )
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Studio",
        user_id=user_id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge,
        exclude_credentials=_described(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


def finish(uow: UnitOfWork, site: Site, user_id: UUID, session_id: UUID, *, name: str, answer: str) -> Passkey:
    """Keep the passkey that a browser has made. Raises InvalidInput, Gone."""
    asked = _asked(uow, user_id, session_id)
    try:
        verified = verify_registration_response(
            credential=answer,
            expected_challenge=asked.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise _refused() from error
    taken = uow.session.scalar(select(Passkey.id).where(Passkey.credential_id == verified.credential_id))
    if taken is not None:
        raise InvalidInput(_("This passkey is here already."), field="answer", code="passkey_there")
    row = Passkey(
        id=ids.new_id(),
        user_id=user_id,
        name=" ".join(name.split())[:80] or _("Passkey"),
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=[way.value for way in parse_registration_credential_json(answer).response.transports or ()],
        created_at=uow.now,
    )
    uow.session.add(row)
    return row


def request(uow: UnitOfWork, site: Site, user_id: UUID, challenge: bytes) -> str | None:
    """What `navigator.credentials.get` takes, as JSON; None: the person has no passkey."""
    known = listing.passkeys(uow, user_id)
    if not known:
        return None
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def check(uow: UnitOfWork, site: Site, user_id: UUID, challenge: bytes, answer: str) -> bool:
    """Whether one of the person's passkeys has signed this challenge, on this site, with its user verified."""
    credential = _credential_id(answer)
    query = select(Passkey).where(Passkey.user_id == user_id, Passkey.credential_id == credential)
    row = uow.session.scalar(query.with_for_update()) if credential else None
    if row is None:
        return False
    try:
        verified = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return False
    row.sign_count, row.last_used_at = verified.new_sign_count, uow.now
    return True


def remove(uow: UnitOfWork, user_id: UUID, passkey_id: UUID | None) -> Passkey:
    """Forget one. Raises NotFound; somebody else's is not found either."""
    row = uow.session.get(Passkey, passkey_id) if passkey_id else None
    if row is None or row.user_id != user_id:
        raise NotFound(_("You have no such passkey."), resource=f"passkey:{passkey_id}")
    uow.session.delete(row)
    return row


def _asked(uow: UnitOfWork, user_id: UUID, session_id: UUID) -> PasskeyRegistration:
    """The newest challenge of this session, used up by this."""
    found = uow.session.scalar(
        select(PasskeyRegistration)
        .where(PasskeyRegistration.user_id == user_id, PasskeyRegistration.session_id == session_id)
        .order_by(PasskeyRegistration.id.desc())
        .limit(1)
    )
    if found is None or found.expires_at <= uow.now:
        raise Gone(_("This took too long. Begin again with “Add a passkey”."), code="registration_ended")
    used = (
        update(PasskeyRegistration)
        .where(PasskeyRegistration.id == found.id, PasskeyRegistration.used_at.is_(None))
        .values(used_at=uow.now)
        .returning(PasskeyRegistration.id)
    )
    if uow.session.execute(used).scalar() is None:
        raise Gone(_("This answer was sent before. Begin again with “Add a passkey”."), code="registration_ended")
    return found


def _described(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    words = {one.value for one in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=row.credential_id,
            transports=[AuthenticatorTransport(way) for way in row.transports if way in words],
        )
        for row in known
    ]


def _refused() -> InvalidInput:
    sentence = _("This passkey was not taken: its device has to check that it is you, on this site. Try again.")
    return InvalidInput(sentence, field="answer", code="passkey_refused")


def _credential_id(answer: str) -> bytes | None:
    try:
        return parse_authentication_credential_json(answer).raw_id
    except (WebAuthnException, ValueError):
        return None
