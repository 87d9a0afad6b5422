"""Published versions, and what starts them."""

from uuid import UUID

from studio.accounts.identity import signed_in_person
from studio.api.v1.blueprint import keyring, settings
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.resources.drafts import TAG, draft_view, version_view
from studio.api.v1.shapes import workflows as shapes
from studio.api.v1.shapes.common import ListOf, cursor_number
from studio.builder.service import comparing, drafts, history, whole
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import TriggerSubscription
from studio.runtime.service import subscriptions, workflows

VERSIONS = "/workflows/<uuid:workflow_id>/versions"
NUMBERED = f"{VERSIONS}/<number>"
COMPARISON = "/workflows/<uuid:workflow_id>/comparison"
TRIGGERS = "/workflows/<uuid:workflow_id>/triggers"


@operation("GET", VERSIONS, tag=TAG, needs="workflow.read", query=Paged, answer=ListOf[shapes.VersionInfo])
def list_versions(uow: UnitOfWork, workflow_id: UUID, query: Paged) -> ListOf[shapes.VersionInfo]:
    """A workflow's versions, newest first."""
    workflow = whole.get(uow, workflow_id)
    rows = history.versions(uow, workflow, query.limit + 1, cursor_number(query.cursor))
    page = rows[: query.limit]
    return ListOf[shapes.VersionInfo](
        data=[
            shapes.VersionInfo(
                number=row.number,
                note=row.note,
                published_by=row.by,
                published_at=row.at,
                current=row.number == workflow.published_number,
            )
            for row in page
        ],
        next_cursor=str(page[-1].number) if len(rows) > query.limit else None,
    )


@operation("GET", NUMBERED, tag=TAG, needs="workflow.read", answer=shapes.Version)
def get_version(uow: UnitOfWork, workflow_id: UUID, number: str) -> shapes.Version:
    """One version with its document."""
    workflow = whole.get(uow, workflow_id)
    return version_view(workflow, workflows.version_of(uow, workflow, _numbered(number)))


@operation("GET", COMPARISON, tag=TAG, needs="workflow.read", query=shapes.VersionsQuery, answer=shapes.Differences,
           optional=True)  # fmt: skip
def compare_versions(uow: UnitOfWork, workflow_id: UUID, query: shapes.VersionsQuery) -> shapes.Differences:
    """What one version, or the draft, changes of another version, in sentences. 404 where nothing was published."""
    found = comparing.compare(uow, whole.get(uow, workflow_id), query.before, query.after)
    changes = [shapes.Difference(kind=one.kind, node=one.node, text=one.text) for one in found.changes]
    return shapes.Differences(before=found.before.number, after=found.after.number, changes=changes)


@operation("POST", f"{NUMBERED}/restore", tag=TAG, needs="workflow.edit", body=shapes.Restore, answer=shapes.Draft,
           conflicts=True)  # fmt: skip
def restore_version(uow: UnitOfWork, workflow_id: UUID, number: str, body: shapes.Restore) -> shapes.Draft:
    """Make an old version the draft again. What runs stays as it is until the next publishing."""
    workflow = whole.get(uow, workflow_id)
    return draft_view(uow, workflow, drafts.restore(uow, workflow, _numbered(number), body.revision))


@operation("GET", TRIGGERS, tag="Triggers", needs="workflow.read", answer=shapes.Triggers)
def list_triggers(uow: UnitOfWork, workflow_id: UUID) -> shapes.Triggers:
    """What starts a published workflow, with the addresses of its webhooks."""
    workflow = whole.get(uow, workflow_id)
    rows = sorted(subscriptions.of_workflow(uow, workflow.id), key=lambda row: row.node_key)
    return shapes.Triggers(data=[_trigger(row) for row in rows])


@operation("POST", f"{TRIGGERS}/<trigger_key>/rotate", tag="Triggers", needs="workflow.publish", answer=shapes.Trigger)
def rotate_address(uow: UnitOfWork, workflow_id: UUID, trigger_key: str) -> shapes.Trigger:
    """Give a webhook a new address. The old one is unknown from then on."""
    workflow = whole.get(uow, workflow_id)
    row = next((row for row in subscriptions.of_workflow(uow, workflow.id) if row.node_key == trigger_key), None)
    if row is None:
        raise NotFound(_("This workflow has no such trigger."), resource=f"trigger:{trigger_key[:40]}")
    if row.address_hash is None:
        raise InvalidInput(_("This trigger has no address."), code="trigger.no_address")
    subscriptions.rotate_address(uow, keyring(), row)
    return _trigger(row)


def _trigger(row: TriggerSubscription) -> shapes.Trigger:
    secret = subscriptions.address(keyring(), row) if signed_in_person().may("workflow.edit") else None
    return shapes.Trigger(
        key=row.node_key,
        type=row.type,
        active=row.active,
        address=f"{settings().public_url}/hooks/{secret}" if secret else None,
        next_due_at=row.next_due_at,
    )


def _numbered(text: str) -> int:
    """A version's number from an address. Raises NotFound: there is no version of any other name."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(_("There is no such version."), resource=f"version:{text[:20]}")
    return int(text)
