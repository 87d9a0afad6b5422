"""The verbs of event sources: open, close, reopen, give a new address, rename, remove."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, func, select

from studio.accounts.models import Secret
from studio.audit import Target, record
from studio.audit.taxonomy import sources as actions
from studio.contract import references
from studio.contract.node import NodeType, node_type
from studio.contract.wording import dotted, field_problems
from studio.core import rng, tenancy
from studio.core.crypto import Keyring, hash_token
from studio.core.errors import Conflict, FieldProblem, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.locking import one_at_a_time
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import Environment, Schema, check_expression
from studio.runtime.fields import leaves
from studio.runtime.models import EventSource, SourceEvent
from studio.runtime.sources import taking
from studio.runtime.sources.policy import MOST_SOURCES

WEBHOOK, CONNECTION = "trigger.webhook", "connection.event"
SETTINGS: Mapping[str, frozenset[str]] = {
    WEBHOOK: frozenset(
        ("signature", "secret", "other_secrets", "header", "dedup_key", "dedup_hours", "methods", "content_types")
    ),
    CONNECTION: frozenset(("connection", "event", "scope")),
}
"""What a source of each kind is set up with: of its trigger's settings, those that say what arrives."""
METHODS = ["POST", "PUT", "PATCH"]
"""A sender that is not known yet may use any of these."""
LONGEST_NAME = 120
_watching: dict[str, Callable[[UnitOfWork, Sequence[Mapping[str, Any]]], None]] = {}


def watch(kind: str, told: Callable[[UnitOfWork, Sequence[Mapping[str, Any]]], None]) -> None:
    """Have somebody told, in the transaction, where open sources of a kind come or go: their settings."""
    _watching[kind] = told


def listening(uow: UnitOfWork, kind: str) -> list[Mapping[str, Any]]:
    """The settings of all open sources of a kind."""
    found = select(EventSource).where(EventSource.type == kind, EventSource.closed_at.is_(None))
    return [row.settings for row in uow.session.scalars(found.order_by(EventSource.id))]


def names(uow: UnitOfWork, kind: str) -> list[tuple[str, str]]:
    """Every thing of a kind that an open source names, with the source's name."""
    found = select(EventSource).where(EventSource.closed_at.is_(None)).order_by(EventSource.id)
    return [
        (one.name, _("Event source “%(name)s”", name=row.name))
        for row in uow.session.scalars(found)
        if (known := node_type(row.type)) is not None
        for one in known.references(row.settings)
        if one.kind == kind
    ]


def users(uow: UnitOfWork, kind: str, name: str) -> list[str]:
    """Open sources that name a thing; case does not count."""
    return [source for named, source in names(uow, kind) if named.casefold() == name.casefold()]


def open_(uow: UnitOfWork, keyring: Keyring, name: str, kind: str, settings: Mapping[str, Any]) -> EventSource:
    """A source that hears from now on. Raises InvalidInput with every field that is wrong, Conflict for too many."""
    known = node_type(kind) if kind in SETTINGS else None
    if known is None:
        words = _("A source hears a webhook address or an event of a connection.")
        raise InvalidInput(words, code="source.kind", field="type")
    named = " ".join(name.split())
    config = {"methods": METHODS, **settings} if kind == WEBHOOK else dict(settings)
    problems = [*_named_wrongly(named), *_problems(uow, known, config)]
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, field=problems[0].path, problems=problems)
    one_at_a_time(uow, "event_source")
    if (uow.session.scalar(select(func.count()).select_from(EventSource)) or 0) >= MOST_SOURCES:
        said = _("A workspace has at most %(most)s event sources. Remove one first.", most=MOST_SOURCES)
        raise Conflict(said, code="source.too_many")
    row = EventSource(
        name=named, type=kind, type_version=known.version, config=config, kept=0, kept_bytes=0,
        created_by=uow.actor.user_id, created_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    if kind == WEBHOOK:
        _give_address(keyring, row)
    record(uow, actions.SOURCE_OPENED, targets=[target(row)], metadata={"type": kind})
    _tell(uow, row)
    return row


def get(uow: UnitOfWork, source_id: UUID | None) -> EventSource:
    """One of this workspace. Raises NotFound."""
    return tenancy.get(uow.session, EventSource, source_id, "event source")


def close(uow: UnitOfWork, source_id: UUID) -> EventSource:
    """It hears nothing from now on; what it kept stays as long as it would."""
    row = _locked(uow, source_id)
    if row.closed_at is None:
        row.closed_at = uow.now
        record(uow, actions.SOURCE_CLOSED, targets=[target(row)])
        _tell(uow, row)
    return row


def reopen(uow: UnitOfWork, keyring: Keyring, source_id: UUID) -> EventSource:
    """It hears again, at the address that it had; at a new one where a workflow has taken that over."""
    row = _locked(uow, source_id)
    if row.closed_at is None:
        return row
    problems = _problems(uow, _type_of(row), row.config)
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, field=problems[0].path, problems=problems)
    row.closed_at = None
    if row.type == WEBHOOK and row.address_hash is None:
        _give_address(keyring, row)
    record(uow, actions.SOURCE_REOPENED, targets=[target(row)])
    _tell(uow, row)
    return row


def rotate_address(uow: UnitOfWork, keyring: Keyring, source_id: UUID) -> EventSource:
    """Give it a new address; the old one is unknown from now on. Raises Conflict where it has none, or is closed."""
    row = _locked(uow, source_id)
    if row.type != WEBHOOK or row.closed_at is not None:
        said = _("Only an open source with a webhook address gets a new one.")
        raise Conflict(said, code="source.no_address", resource=f"event source:{row.id}")
    _give_address(keyring, row)
    record(uow, actions.SOURCE_ROTATED, targets=[target(row)])
    return row


def keep_address(uow: UnitOfWork, source_id: UUID) -> EventSource:
    """No workflow is to take its address over."""
    row = _locked(uow, source_id)
    if row.heir_id is not None:
        was, row.heir_id = row.heir_id, None
        record(uow, actions.SOURCE_KEPT, targets=[target(row)], metadata={"workflow": str(was)})
    return row


def rename(uow: UnitOfWork, source_id: UUID, name: str) -> EventSource:
    """Call it otherwise. Raises InvalidInput."""
    row, named = _locked(uow, source_id), " ".join(name.split())
    for problem in _named_wrongly(named):
        raise InvalidInput(problem.message, code=problem.code, field=problem.path)
    if named != row.name:
        before, row.name = row.name, named
        record(uow, actions.SOURCE_RENAMED, targets=[target(row)], changes={"name": (before, named)})
    return row


def remove(uow: UnitOfWork, source_id: UUID) -> None:
    """Forget it and all that it kept."""
    row = _locked(uow, source_id)
    was_open, row.closed_at = row.closed_at is None, uow.now
    record(uow, actions.SOURCE_REMOVED, targets=[target(row)], metadata={"events": row.kept})
    if was_open:
        _tell(uow, row)
    uow.session.execute(
        delete(SourceEvent).where(SourceEvent.source_id == row.id).execution_options(synchronize_session=False)
    )
    uow.session.delete(row)


def address(keyring: Keyring, row: EventSource) -> str | None:
    """The secret part of its web address; None where it has none."""
    if row.address_sealed is None:
        return None
    return keyring.unseal(row.address_sealed, context=context_of(row, "address_sealed")).decode()


def target(row: EventSource) -> Target:
    """How the audit trail names it."""
    return Target("event_source", str(row.id), row.name)


def _locked(uow: UnitOfWork, source_id: UUID) -> EventSource:
    return taking.lock(uow, get(uow, source_id))


def _type_of(row: EventSource) -> type[NodeType]:
    known = node_type(row.type)
    if known is None:
        raise NotFound(_("This Studio does not know what the source hears."), code="source.kind")
    return known


def _named_wrongly(name: str) -> list[FieldProblem]:
    if 0 < len(name) <= LONGEST_NAME:
        return []
    words = _("A name has 1 to %(most)d characters.", most=LONGEST_NAME)
    return [FieldProblem("name", "source.name", words)]


def _problems(uow: UnitOfWork, known: type[NodeType], config: Mapping[str, Any]) -> list[FieldProblem]:
    """What is wrong with its settings: in themselves, then with what they name here."""
    unknown = _("There is no such field here.")
    found = [
        FieldProblem(f"settings.{name}", "source.unknown_field", unknown)
        for name in sorted(config.keys() - SETTINGS[known.key])
    ]
    try:
        known.Config.model_validate(config)
    except ValidationError as error:
        found += [
            FieldProblem(f"settings.{one.path}".removesuffix(".settings"), one.code, one.message)
            for one in field_problems(error, "settings")
        ]
    return found or [*_unreadable(known, config), *_unknown_secrets(uow, config), *_nowhere(uow, known, config)]


def _unreadable(known: type[NodeType], config: Mapping[str, Any]) -> list[FieldProblem]:
    """Its expressions that no delivery could answer. What arrives is not known yet, so any field of it may be named."""
    roots = Environment({name: Schema.anything() for name in ("trigger", "headers", "query")})
    return [
        FieldProblem(f"settings.{dotted(leaf.path)}", problem.code, problem.message)
        for leaf in leaves(known, config)
        for problem in check_expression(leaf.source, roots, leaf.expects)
        if problem.severity == "error"
    ]


def _unknown_secrets(uow: UnitOfWork, config: Mapping[str, Any]) -> list[FieldProblem]:
    wanted = [config.get("secret"), *config.get("other_secrets", [])]
    wanted = [name for name in wanted if name]
    there = set(uow.session.scalars(select(Secret.name).where(Secret.name.in_(wanted)))) if wanted else set()
    return [
        FieldProblem("settings.secret", "source.secret", _("There is no secret “%(name)s” here.", name=name))
        for name in wanted
        if name not in there
    ]


def _nowhere(uow: UnitOfWork, known: type[NodeType], config: Mapping[str, Any]) -> list[FieldProblem]:
    """What it names and the workspace does not have, or has and cannot hear."""
    missing = [(one.field, references.missing(uow, one)) for one in known.references(config)]
    missing += references.found(uow, known.key, config)
    return [
        FieldProblem(field.replace("config.", "settings.", 1), one.code, one.message)
        for field, one in missing
        if one is not None and not one.warning
    ]


def _give_address(keyring: Keyring, row: EventSource) -> None:
    text = rng.token()
    row.address_hash = hash_token(text)
    row.address_sealed = keyring.seal(text.encode(), context=context_of(row, "address_sealed"))


def _tell(uow: UnitOfWork, row: EventSource) -> None:
    told = _watching.get(row.type)
    if told is not None:
        uow.session.flush()
        told(uow, [row.settings])
