"""Operations of an imported description as actions of a connection."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import ConfigDict

from studio.connectors.action import Action
from studio.connectors.api import Api
from studio.connectors.definition import Offered
from studio.connectors.errors import ApiError
from studio.connectors.library import looking, reach
from studio.connectors.models import Connection
from studio.connectors.openapi.calling.requesting import Call, call
from studio.connectors.openapi.calling.values import draft_problems
from studio.connectors.openapi.operations.operation import Operation
from studio.connectors.openapi.operations.samples import sample
from studio.connectors.wire import Answer
from studio.contract.node import NodeConfig
from studio.contract.outputs import Given
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

DOCUMENT = "document"
"""The setting of a connection that names its description."""
_LONGEST_KEY = 160
_ANSWER: Mapping[str, Any] = {
    "type": "object",
    "properties": {"status": {"type": "integer", "examples": [200]}, "body": {}},
    "required": ["status", "body"],
    "additionalProperties": False,
}


class OperationAction(Action):
    """An operation of the connection's API description."""

    key = ""
    title = ""
    sample: ClassVar[Any] = {"status": 200, "body": {}}
    output_schema: ClassVar[Mapping[str, Any] | None] = _ANSWER

    class Config(NodeConfig):
        """Whatever the operation's form asks for; its description checks it."""

        model_config = ConfigDict(extra="allow")

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        operation = reach.operation(api.workspace_id, str(api.settings.get(DOCUMENT) or ""), self.key)
        if operation is None:
            words = _(
                "The API description of “%(title)s” has no action %(key)s (any more).", title=api.title, key=self.key
            )
            raise ApiError(words, code="connection.unknown_action")
        try:
            made = call(operation, dict(config.model_extra or {}))
        except InvalidInput as error:
            field = (error.field or "").partition(".")[2] or None
            raise ApiError(error.message, code=error.code, field=field) from error
        headers = dict(made.headers) if operation.reads else {**made.headers, "idempotency-key": effect_key}
        answer = api.call(
            made.method, _address(api, made), headers=headers, body=made.body,
            content_type=made.content_type or None, reads=operation.reads,
        )  # fmt: skip
        return {"status": answer.status, "body": _body(answer)}


def _address(api: Api, made: Call) -> str:
    if not made.at_origin:
        return made.target
    parts = urlsplit(str(api.settings.get("base_url") or ""))
    return f"{parts.scheme}://{parts.netloc}{made.target}"


def _body(answer: Answer) -> Any:
    kind = answer.headers.get("content-type", "")
    return answer.json() if "json" in kind or not answer.body else answer.body.decode("utf-8", "replace")


class Operations:
    """Actions that the connection's description has; implements `definition.Dynamic`."""

    def named(self, key: str) -> type[Action] | None:
        """An action for any key that an operation may have."""
        return _action(key) if 0 < len(key) <= _LONGEST_KEY and " " not in key else None

    def offered(self, uow: UnitOfWork, connection_id: UUID, search: str, limit: int) -> Sequence[Offered]:
        """Those that a search finds."""
        document = looking.newest(uow, _document(uow, connection_id))
        if document is None:
            return []
        found = looking.listed(uow, document, search, limit)
        return [Offered(one.key, one.title, one.help or f"{one.method} {one.path}", one.tag) for one in found]

    def form(self, uow: UnitOfWork, connection_id: UUID, key: str) -> Mapping[str, Any] | None:
        """The form of one."""
        operation = self._operation(uow, connection_id, key)
        return operation.form if operation is not None else None

    def gives(self, uow: UnitOfWork, connection_id: UUID, key: str) -> Given | None:
        """Its answer's status, and the body as the description has it."""
        operation = self._operation(uow, connection_id, key)
        if operation is None or not operation.output:
            return None
        properties = {**_ANSWER["properties"], "body": operation.output}
        return Given({**_ANSWER, "properties": properties}, {"status": 200, "body": sample(operation.output)})

    def problems(
        self, uow: UnitOfWork, connection_id: UUID, key: str, given: Mapping[str, Any]
    ) -> Sequence[FieldProblem]:
        """What is wrong with a step's fields, or that its operation is gone."""
        operation = self._operation(uow, connection_id, key)
        if operation is None:
            words = _(
                "The connection's API description has no action %(key)s (any more). Choose another.", key=key[:80]
            )
            return [FieldProblem("config.action", "connection.unknown_action", words)]
        return draft_problems(operation.form, given, path="config.input")

    def _operation(self, uow: UnitOfWork, connection_id: UUID, key: str) -> Operation | None:
        return looking.operation(uow, _document(uow, connection_id), key)


def _document(uow: UnitOfWork, connection_id: UUID) -> str:
    row = uow.session.get(Connection, connection_id)
    return str(row.settings.get(DOCUMENT) or "") if row is not None else ""


@lru_cache(maxsize=2_048)
def _action(key: str) -> type[Action]:
    return type("OperationAction", (OperationAction,), {"key": key, "title": key})
