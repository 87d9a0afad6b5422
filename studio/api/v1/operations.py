"""The registry of operations: what registers the route also writes the document, so the two cannot drift.

A view takes its unit of work, the ids of its address, and `body` and `query` where the operation has them; it calls
one service and gives a model (or a Response of its own, or nothing for 204).
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Response
from pydantic import BaseModel

from studio.accounts.permissions import REGISTRY, permission, public
from studio.api.v1 import idempotency
from studio.api.v1.blueprint import blueprint
from studio.api.v1.reading import JSON, LARGEST, Body, Query, body_bytes, read_body, read_nothing, read_query
from studio.core import web

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
View = TypeVar("View", bound=Callable[..., "BaseModel | Response | None"])


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, as route and document know it."""

    name: str
    method: Method
    path: str
    """As Flask writes it, such as `/runs/<uuid:run_id>`."""
    tag: str
    doc: str
    permission: str | None
    """None: `public` says why."""
    public: str | None = None
    body: type[Body] | None = None
    file: tuple[str, ...] = ()
    """Content types of a body that is a file rather than a model."""
    largest: int = LARGEST
    """Bytes of such a file."""
    query: type[Query] | None = None
    answer: type[BaseModel] | None = None
    media: tuple[str, ...] = JSON
    """Content types of the answer."""
    status: int = 200
    conflicts: bool = False
    """May answer 409 for a reason of its own."""
    paced: bool = False
    """May answer 429: it may be asked for only so often."""
    keyed: bool = True
    """False: it has transactions of its own, with which no Idempotency-Key could commit."""
    optional: bool = False
    """It is about something of which a workspace has one or none: 404 where there is none."""

    @property
    def scope(self) -> str | None:
        """The scope that a token needs."""
        return REGISTRY[self.permission].scope if self.permission else None

    @property
    def repeatable(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return self.method == "POST" and self.keyed


OPERATIONS: dict[str, Operation] = {}


def operation(
    method: Method,
    path: str,
    *,
    tag: str,
    needs: str | None = None,
    anybody: str | None = None,
    body: type[Body] | None = None,
    file: tuple[str, ...] = (),
    largest: int = LARGEST,
    query: type[Query] | None = None,
    answer: type[BaseModel] | None = None,
    media: tuple[str, ...] = JSON,
    status: int | None = None,
    conflicts: bool = False,
    paced: bool = False,
    keyed: bool = True,
    optional: bool = False,
) -> Callable[[View], View]:
    """Register a view under an address and a permission (`needs`), or say why anybody may come (`anybody`)."""

    def register(view: View) -> View:
        known = Operation(
            view.__name__, method, path, tag, inspect.getdoc(view) or "", needs, anybody, body, file, largest, query,
            answer, media, status or (204 if answer is None and media == JSON else 200), conflicts, paced, keyed,
            optional,
        )  # fmt: skip
        if known.name in OPERATIONS:
            raise LookupError(f"there are two operations named {known.name!r}")
        OPERATIONS[known.name] = known
        stated = permission(needs) if needs else public(anybody or "")
        blueprint.add_url_rule(path, known.name, stated(_bound(known, view)), methods=[method])
        return view

    return register


def _bound(known: Operation, view: Callable[..., "BaseModel | Response | None"]) -> Callable[..., Response]:
    def call(**address: Any) -> Response:
        uow = web.current_uow()
        sent = _sent(known)

        def answer() -> Response:
            return _response(known, view(uow, **address, **sent))

        return idempotency.once(uow, answer) if known.repeatable else answer()

    call.__name__, call.__doc__ = view.__name__, view.__doc__
    return call


def _sent(known: Operation) -> dict[str, Any]:
    sent: dict[str, Any] = {"query": read_query(known.query or Query)}
    if known.query is None:
        del sent["query"]
    if known.body is not None:
        sent["body"] = read_body(known.body)
    elif known.file:
        sent["data"] = body_bytes(known.file, known.largest)
    elif known.method != "GET":
        read_nothing()
    return sent


def _response(known: Operation, made: "BaseModel | Response | None") -> Response:
    if isinstance(made, Response):
        return made
    if made is None:
        return Response(status=204)
    return Response(made.model_dump_json(by_alias=True), known.status, content_type=JSON[0])
