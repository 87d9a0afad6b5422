"""Whether a step's action and its fields fit, before anything runs."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from sqlalchemy import select

from studio.connectors.actions import action_named
from studio.connectors.catalogue import connectors
from studio.connectors.definition import Connector
from studio.connectors.hooks.emitting import EVENT
from studio.connectors.hooks.events import ShopEvent
from studio.connectors.hooks.states import State
from studio.connectors.models import Connection, ConnectionHook
from studio.connectors.outcomes import Status
from studio.contract.references import Missing
from studio.contract.wording import code, dotted, sentence
from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import is_template

KIND = "connection"
"""Of references to connections."""
ACTION, REQUEST = "connection.action", "connection.request"
"""The node types whose configs are looked at here."""


def missing(uow: UnitOfWork, handle: str) -> Missing | None:
    """Why a step that names a connection would not run; one that has to be mended warns: steps wait for that."""
    if is_template(handle):
        return Missing("connection.computed", _("Choose one connection; its name cannot come from the run's data."))
    row = uow.session.scalar(select(Connection).where(Connection.handle == handle))
    if row is None or row.state is Status.DISCONNECTED:
        words = _("There is no connection “%(name)s” in this workspace. Connect it, or choose another.", name=handle)
        return Missing("connection.unknown", words)
    if row.state is not Status.ACTIVE:
        words = _("“%(title)s” is not connected now: the step waits until it is.", title=row.title)
        return Missing("connection.not_usable", words, warning=True)
    return None


def unfit(uow: UnitOfWork, node_type: str, config: Mapping[str, Any]) -> Iterable[tuple[str, Missing]]:
    """What is wrong with an action's name and fields, as far as the run's data do not decide it, or with an event."""
    if node_type == EVENT:
        yield from _unheard(uow, config)
    if node_type != ACTION or not config.get("action"):
        return
    named = str(config["action"])
    action = action_named(named)
    if action is None:
        words = _("There is no action %(name)s. Choose another.", name=named[:80])
        yield "config.action", Missing("connection.unknown_action", words)
        return
    row = uow.session.scalar(select(Connection).where(Connection.handle == str(config.get("connection") or "")))
    if row is not None and row.connector != named.partition(".")[0]:
        words = _("“%(title)s” cannot do this: the action belongs to another kind of system.", title=row.title)
        yield "config.action", Missing("connection.other_connector", words)
    given = config.get("input") or {}
    if isinstance(given, Mapping):
        for problem in _problems(uow, row, named, action.Config, given):
            yield problem.path, Missing(problem.code, problem.message)


def _unheard(uow: UnitOfWork, config: Mapping[str, Any]) -> Iterable[tuple[str, Missing]]:
    """Why nothing would come of an event; a webhook that could not be registered warns: it may be mended later."""
    row = uow.session.scalar(select(Connection).where(Connection.handle == str(config.get("connection") or "")))
    definition = connectors().get(row.connector) if row is not None else None
    if row is None or definition is None:
        return
    event = str(config.get("event", ShopEvent.ORDER_CREATED))
    if definition.hooks is None or not definition.hooks.names([event]):
        words = _("“%(title)s” does not tell of this: its kind of system has no such webhook.", title=row.title)
        yield "config.event", Missing("connection.no_event", words)
        return
    failed = select(ConnectionHook.error).where(
        ConnectionHook.connection_id == row.id, ConnectionHook.state == State.FAILED
    )
    for error in uow.session.scalars(failed.limit(1)):
        words = _("“%(title)s” does not tell Studio of events: %(error)s", title=row.title, error=error or "?")
        yield "config.connection", Missing("connection.hook_failed", words, warning=True)


def _problems(
    uow: UnitOfWork, row: Connection | None, named: str, model: type[BaseModel], given: Mapping[str, Any]
) -> Iterable[FieldProblem]:
    key, connector = named.partition(".")[2], connectors().get(named.partition(".")[0])
    if row is not None and connector is not None and connector.dynamic is not None and not _is_static(connector, key):
        return connector.dynamic.problems(uow, row.id, key, given)
    return input_problems(model, given)


def _is_static(connector: Connector, key: str) -> bool:
    return any(one.key == key for one in connector.actions)


def input_problems(model: type[BaseModel], given: Mapping[str, Any]) -> list[FieldProblem]:
    """What is wrong with an action's fields; those with `{{ … }}` in them are filled in only when a run comes."""
    try:
        model.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return [input_problem(model, one) for one in found if not _open(given, one["loc"])]
    return []


def input_problem(model: type[BaseModel], error: Mapping[str, Any]) -> FieldProblem:
    """One of pydantic's errors about an action's fields, in words and with its path below the step."""
    path = tuple(error["loc"])
    field = model.model_fields.get(str(path[0])) if path else None
    name = (field.title if field is not None and field.title else str(path[0])) if path else _("Fields")
    return FieldProblem(f"config.input.{dotted(path)}".rstrip("."), code(error, "config"), f"{name}: {sentence(error)}")


def _open(given: Any, path: tuple[int | str, ...]) -> bool:
    """Whether what stands at a path, or above it, is decided by the run's data."""
    for part in path:
        if is_template(given):
            return True
        if isinstance(given, Mapping):
            given = given.get(str(part))
        elif isinstance(given, list) and isinstance(part, int) and part < len(given):
            given = given[part]
        else:
            return False
    return bool(_holds_template(given))


def _holds_template(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_template(one) for one in value.values())
    if isinstance(value, list):
        return any(_holds_template(one) for one in value)
    return isinstance(value, str) and is_template(value)
