"""Secrets: their names and hosts. Values go in and never come out."""

from uuid import UUID

from studio.api.v1.blueprint import vault
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes.common import ListOf, cut
from studio.api.v1.shapes.workspace import NewSecret, SecretChange, SecretInfo
from studio.core.unit_of_work import UnitOfWork

TAG = "Secrets"


@operation("GET", "/secrets", tag=TAG, needs="secret.read", query=Paged, answer=ListOf[SecretInfo])
def list_secrets(uow: UnitOfWork, query: Paged) -> ListOf[SecretInfo]:
    """The workspace's secrets, without their values, oldest first."""
    rows, after = cut(vault().listing(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[SecretInfo](data=[SecretInfo.model_validate(row) for row in rows], next_cursor=after)


@operation("POST", "/secrets", tag=TAG, needs="secret.manage", body=NewSecret, answer=SecretInfo, status=201,
           conflicts=True)  # fmt: skip
def create_secret(uow: UnitOfWork, body: NewSecret) -> SecretInfo:
    """Store a secret, bound to the hosts that it may be sent to."""
    return SecretInfo.model_validate(vault().create(uow, name=body.name, value=body.value, hosts=body.hosts))


@operation("PUT", "/secrets/<uuid:secret_id>", tag=TAG, needs="secret.manage", body=SecretChange, answer=SecretInfo)
def replace_secret(uow: UnitOfWork, secret_id: UUID, body: SecretChange) -> SecretInfo:
    """Give a secret another value or other hosts."""
    row = vault().replace(uow, secret_id, value=body.value or "", hosts=body.hosts)
    return SecretInfo.model_validate(row)


@operation("DELETE", "/secrets/<uuid:secret_id>", tag=TAG, needs="secret.manage")
def delete_secret(uow: UnitOfWork, secret_id: UUID) -> None:
    """Remove a secret. Steps that name it fail from then on."""
    vault().delete(uow, secret_id)
