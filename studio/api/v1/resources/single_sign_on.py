"""The workspace's sign-in provider."""

from studio.accounts.federation import configuring
from studio.accounts.federation.configuring import ProviderFacts
from studio.accounts.federation_models import SignInProvider
from studio.accounts.going_out import door
from studio.accounts.outcomes import Role
from studio.accounts.service import workspaces
from studio.api.v1.blueprint import keyring, settings
from studio.api.v1.operations import operation
from studio.api.v1.shapes.single_sign_on import RoleRule, SignInProviderInfo, SignInProviderSave
from studio.core import web
from studio.core.unit_of_work import UnitOfWork

TAG = "Single sign-on"
ONE = "/sign-in-provider"


@operation("GET", ONE, tag=TAG, needs="settings.read", answer=SignInProviderInfo, optional=True)
def get_sign_in_provider(uow: UnitOfWork) -> SignInProviderInfo:
    """Who says, for this workspace, who somebody is. 404: its people sign in by password."""
    return _view(uow, configuring.get(uow))


@operation("PUT", ONE, tag=TAG, needs="settings.manage", body=SignInProviderSave, answer=SignInProviderInfo,
           conflicts=True)  # fmt: skip
def put_sign_in_provider(uow: UnitOfWork, body: SignInProviderSave) -> SignInProviderInfo:
    """Set it. A role that whoever asks may not give is refused.

    It needs a proof of the person behind the token. The provider itself is asked at the first sign-in.
    """
    facts = ProviderFacts(
        name=body.name, issuer=body.issuer, client_id=body.client_id, secret=body.client_secret, domains=body.domains,
        claim=body.claim, mapping=[(one.value, one.role) for one in body.mapping], default_role=body.default_role,
        passwords=body.passwords,
    )  # fmt: skip
    return _view(uow, configuring.save(uow, keyring(), facts, inner=door().inner))


@operation("POST", f"{ONE}/check", tag=TAG, needs="settings.manage", optional=True)
def check_sign_in_provider(uow: UnitOfWork) -> None:
    """See that the provider answers and shows keys that its tokens can be checked by. Changes nothing.

    403 with what is wrong where it cannot be used.
    """
    issuer = configuring.get(uow).issuer
    web.commit()  # nothing is held while the provider is asked
    door().check(issuer)


@operation("DELETE", ONE, tag=TAG, needs="settings.manage", conflicts=True, optional=True)
def delete_sign_in_provider(uow: UnitOfWork) -> None:
    """Take it away: people sign in by password again.

    Needs a proof of the person behind the token, and an owner who has a password.
    """
    configuring.remove(uow)


def _view(uow: UnitOfWork, row: SignInProvider) -> SignInProviderInfo:
    slug = workspaces.current(uow).slug
    return SignInProviderInfo(
        name=row.name, issuer=row.issuer, client_id=row.client_id, has_secret=row.ciphertext is not None,
        domains=row.domains, claim=row.claim,
        mapping=[RoleRule(value=one["value"], role=Role(one["role"])) for one in row.mapping],
        default_role=Role(row.default_role) if row.default_role else None, passwords=row.passwords,
        updated_at=row.updated_at, sign_in_url=f"{settings().public_url.rstrip('/')}/sign-in/{slug}",
        redirect_uri=door().redirect_uri,
    )  # fmt: skip
