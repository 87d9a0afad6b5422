"""API descriptions: imported, looked at, deleted."""

from uuid import UUID

from studio.api.v1.blueprint import connections
from studio.api.v1.operations import operation
from studio.api.v1.shapes.common import ListOf
from studio.api.v1.shapes.descriptions import DescriptionInfo, NewDescription
from studio.connectors.library import importing, looking, removing
from studio.connectors.models import ConnectorDocument
from studio.connectors.openapi.document.fetching import fetched
from studio.core import tenancy, web
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TAG = "API descriptions"
ALL = "/api-descriptions"
ONE = f"{ALL}/<uuid:document_id>"


@operation("GET", ALL, tag=TAG, needs="connection.read", answer=ListOf[DescriptionInfo])
def list_api_descriptions(uow: UnitOfWork) -> ListOf[DescriptionInfo]:
    """The newest version of each, by title. At most 50."""
    found = looking.documents(uow)
    return ListOf[DescriptionInfo](data=[DescriptionInfo.model_validate(row) for row in found], next_cursor=None)


@operation("POST", ALL, tag=TAG, needs="connection.manage", body=NewDescription, answer=DescriptionInfo, status=201,
           conflicts=True, keyed=False)  # fmt: skip
def import_api_description(uow: UnitOfWork, body: NewDescription) -> DescriptionInfo:
    """Import an OpenAPI document, or a new version of one. The same text again gives the version that is there.

    It is read before the answer comes, which may take seconds for the largest ones.
    """
    if not body.content and not body.address.strip():
        raise InvalidInput(_("Give the document's address, or its text."), code="openapi.nothing", field="address")
    content: str | bytes = body.content
    if not content:
        web.commit()  # nothing stays open while the other system is waited for
        content = fetched(connections().accounts.send, body.address)
        uow = web.current_uow()
    found = importing.described(content, body.address.strip())
    return DescriptionInfo.model_validate(
        importing.keep(uow, found, content, name=body.name, source=body.address.strip())
    )


@operation("GET", ONE, tag=TAG, needs="connection.read", answer=DescriptionInfo)
def get_api_description(uow: UnitOfWork, document_id: UUID) -> DescriptionInfo:
    """One version of one."""
    return DescriptionInfo.model_validate(_row(uow, document_id))


@operation("DELETE", ONE, tag=TAG, needs="connection.manage", conflicts=True)
def delete_api_description(uow: UnitOfWork, document_id: UUID) -> None:
    """Delete it with all its versions. While a connection acts by it, it is refused with who that is."""
    removing.remove(uow, _row(uow, document_id))


def _row(uow: UnitOfWork, document_id: UUID) -> ConnectorDocument:
    return tenancy.get(uow.session, ConnectorDocument, document_id, "connector_document")
