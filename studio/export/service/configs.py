"""The workspace's pipelines: read, checked, changed. What is refused changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from studio import audit
from studio.accounts import policy as accounts_policy
from studio.accounts.models import Secret
from studio.audit import following
from studio.audit.taxonomy import exports as actions
from studio.core import ids
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.export.components import Exporter, Needs
from studio.export.models import ExportConfig, ExportDestination
from studio.export.outcomes import State
from studio.export.pipelines import document
from studio.export.pipelines.document import Compiled, Document
from studio.export.service import gating, waiting
from studio.export.service.configs_read import current, newest

__all__ = ["Door", "check", "current", "history", "note_refusal", "remove", "save", "secret_names"]
TARGET = audit.Target("export_config", "pipelines", "Audit export")


@dataclass(frozen=True, slots=True)
class Door:
    """What may be called from here."""

    allowed_hosts: tuple[str, ...] = ()

    def refusal(self, needs: Needs) -> str | None:
        """Why an address will not be called; None: nothing speaks against it."""
        from studio.core.http import addresses  # noqa: PLC0415 - what calls out is loaded at the first need
        from studio.core.http.errors import HttpError  # noqa: PLC0415 - see above

        if needs.url is not None:
            parts = urlsplit(needs.url)
            return addresses.refusal(parts.scheme, parts.hostname or "", parts.port, self.allowed_hosts)
        if needs.host is not None:
            try:
                addresses.resolved(needs.host, needs.port or 0, self.allowed_hosts)
            except HttpError as error:
                return error.message if error.code == "http.refused_address" else None
        return None


def history(uow: UnitOfWork, limit: int = 20) -> list[ExportConfig]:
    """Versions, newest first."""
    query = select(ExportConfig).order_by(ExportConfig.version.desc()).limit(limit)
    return list(uow.session.scalars(query))


def secret_names(uow: UnitOfWork) -> list[str]:
    """What may be named in a document."""
    return list(uow.session.scalars(select(Secret.name).order_by(Secret.name).limit(500)))


def check(uow: UnitOfWork, door: Door, text: str) -> Document:
    """The document of a text. Raises InvalidInput with paths and codes (`export.…`)."""
    found = document.read(text)
    problems = [problem for name, one in found.exporters.items() for problem in _needed(uow, door, name, one)]
    if problems:
        first = problems[0]
        said = f"{first.path}: {first.message}"
        raise InvalidInput(said, code=first.code, field=first.path, problems=problems)
    return found


def save(uow: UnitOfWork, door: Door, text: str, *, version: int | None = None) -> ExportConfig:
    """Make a text the one that holds. `version`: the one that was edited; None: any.

    Raises InvalidInput as check(), and Conflict where somebody else was faster. Destinations that stay keep their
    place in the trail; those that go keep it for the day they come back.
    """
    found = check(uow, door, text)
    before = _seen(uow, version)
    old = document.read(before.text).parts if before is not None else {}
    changes = audit.changes_between(old, found.parts)
    count = sum(len(one.exporters) for one in found.pipelines.values())
    details = ((_("Changes"), ", ".join(one.path for one in changes)[:500] or "-"),)
    gating.require(uow, "save", _("Change where audit events go"), {"text": text}, count, details)
    row = _write(uow, text)
    wanted = _arrange(uow, found.pipelines)
    facts = {"version": row.version, "pipelines": len(found.pipelines), "destinations": wanted}
    audit.record(uow, actions.CONFIGURED, targets=[TARGET], changes=changes, metadata=facts)
    return row


def remove(uow: UnitOfWork, *, version: int | None = None) -> None:
    """Send nothing anywhere from now on. Destinations keep their place for the day they come back.

    Raises Conflict as save(), and where nothing is set up (`nothing_set_up`).
    """
    before = _seen(uow, version)
    if before is None:
        raise Conflict(_("No pipelines are set up."), code="nothing_set_up")
    gating.require(uow, "remove", _("Remove all pipelines of audit events"), {"version": before.version}, 0)
    row = _write(uow, "")
    _arrange(uow, {})
    changes = audit.changes_between(document.read(before.text).parts, {})
    facts = {"version": row.version, "pipelines": 0, "destinations": 0}
    audit.record(uow, actions.CONFIGURED, targets=[TARGET], changes=changes, metadata=facts)


def _seen(uow: UnitOfWork, version: int | None) -> ExportConfig | None:
    """What holds, where it is the version that somebody has edited; None: any. Raises Conflict."""
    before = current(uow)
    if version is not None and version != (before.version if before else 0):
        raise Conflict(_("Somebody else has changed the pipelines meanwhile. Reload the page."), code="export.stale")
    return before


def _write(uow: UnitOfWork, text: str) -> ExportConfig:
    """A new version; two at once have one number, and the second of them is told."""
    before = newest(uow)
    row = ExportConfig(
        id=ids.new_id(), workspace_id=uow.workspace, version=(before.version if before else 0) + 1,
        text=text, created_at=uow.now, created_by=uow.actor.user_id,
    )  # fmt: skip
    try:
        with uow.part():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError:
        said = _("Somebody else has changed the pipelines just now. Nothing was saved.")
        raise Conflict(said, code="export.stale") from None
    return row


def note_refusal(uow: UnitOfWork, error: InvalidInput) -> None:
    """Remember that a change was refused: save() has written nothing by then."""
    facts = {"code": error.code, "path": error.field or ""}
    audit.record(uow, actions.REFUSED, targets=[TARGET], metadata=facts, outcome="denied", code=error.code)


def _needed(uow: UnitOfWork, door: Door, name: str, exporter: Exporter[Any]) -> list[FieldProblem]:
    needs, path = exporter.needs(), f"exporters.{name}"
    problems = []
    refused = door.refusal(needs)
    if refused is not None:
        problems.append(FieldProblem(f"{path}.endpoint", "export.private_address", refused))
    host = urlsplit(needs.url).hostname if needs.url else needs.host
    for field, secret in needs.secrets.items():
        row = uow.session.scalar(select(Secret).where(Secret.name == secret))
        if row is None:
            said = _("There is no secret named %(name)s. Store it under Settings, Secrets.", name=secret)
            problems.append(FieldProblem(f"{path}.{field}", "export.no_secret", said))
        elif host is not None and not accounts_policy.host_allowed(host, row.hosts):
            said = _("The secret %(name)s may not be sent to %(host)s. Add the host to it.", name=secret, host=host)
            problems.append(FieldProblem(f"{path}.{field}", "export.secret_host", said))
    return problems


def _arrange(uow: UnitOfWork, pipelines: Mapping[str, Compiled]) -> int:
    """Bring the destinations in line. Returns how many there are."""
    rows = {(row.pipeline, row.exporter): row for row in uow.session.scalars(select(ExportDestination))}
    wanted = {(one.name, exporter): one for one in pipelines.values() for exporter in one.exporters}
    for key, one in wanted.items():
        row = rows.get(key)
        if row is None:
            start = 0 if one.from_beginning else following.head(uow)
            uow.session.add(_made(uow, key, start))
        else:
            row.generation += 1
            row.due_at, row.attempts = uow.now, 0
            if row.state != State.PAUSED:
                row.state, row.last_error, row.last_code, row.failed_at = State.ACTIVE, None, None, None
    for key, row in rows.items():
        if key not in wanted and row.state != State.REMOVED:
            row.state, row.generation = State.REMOVED, row.generation + 1
            waiting.give_up(uow, row.id)
    uow.session.flush()
    return len(wanted)


def _made(uow: UnitOfWork, key: tuple[str, str], start: int) -> ExportDestination:
    return ExportDestination(
        id=ids.new_id(), workspace_id=uow.workspace, pipeline=key[0], exporter=key[1], state=State.ACTIVE,
        cursor=start, cursor_at=following.occurred_at(uow, start), generation=1, due_at=uow.now, attempts=0,
        letters_queued=0, delivered=0, created_at=uow.now,
    )  # fmt: skip
