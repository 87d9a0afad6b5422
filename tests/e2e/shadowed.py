"""A workflow whose draft runs beside its published version."""

from studio.builder.service import drafts
from studio.builder.shadow import service
from studio.builder.shadow.outcomes import Beside
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.service import workflows
from tests.e2e.staged import thanking


def furnish(uow: UnitOfWork, keyring: Keyring) -> None:
    """Warmer words, for a day."""
    workflow = workflows.create(uow, "Greet the customer")
    workflows.publish(uow, keyring, workflow, {**thanking("Good day"), "name": "Greet the customer"})
    draft = documents.parse({**thanking("A very good day"), "name": "Greet the customer"})
    drafts.put(uow, workflow, drafts.current(uow, workflow).revision, draft)
    service.begin(uow, workflow, Beside())
