"""The request's unit of work, and the Flask class that ends it.

Opened at first use, as whoever the request comes from; committed after the view has answered and before the answer
leaves; rolled back where anything raised. A route that never asks for it costs nothing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, cast

from flask import Flask, current_app, g, has_request_context, request
from flask.typing import ResponseReturnValue

from studio.core import ids
from studio.core.unit_of_work import Database, UnitOfWork

Identify = Callable[[UnitOfWork], None]
"""Finds out who the request comes from and narrows the unit to that actor and workspace."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_IDENTIFY = "studio_identify"


class StudioFlask(Flask):
    """Flask, with one transaction around a view."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view, then commit what it did; a failing commit is an error like any other."""
        answer = super().dispatch_request()
        commit()
        return answer

    def log_exception(self, exc_info: Any) -> None:
        """Say nothing: `problems` logs a crash by its route, while Flask would tell the address, even a mailed link."""


def init_app(app: Flask, identify: Identify) -> None:
    """Say who finds out where a request comes from."""
    app.extensions[_IDENTIFY] = identify
    app.teardown_request(rollback)


def database() -> Database:
    """The engines of this app, for what needs a transaction of its own."""
    return cast("Database", current_app.extensions["studio_database"])


def current_uow() -> UnitOfWork:
    """The unit of work of this request."""
    if "uow" not in g:
        block = database().unit(read_only=request.method in _SAFE)
        g.uow_block, g.uow = block, block.__enter__()
        current_app.extensions[_IDENTIFY](g.uow)
    return cast("UnitOfWork", g.uow)


def commit() -> None:
    """End the request's unit of work well. Called by the app, never by a view."""
    block = _taken()
    if block is not None:
        block.__exit__(None, None, None)


def rollback(error: BaseException | None = None) -> None:
    """End the request's unit of work without a trace. Called by the app, never by a view."""
    block = _taken()
    if block is None:
        return
    reason = error or _Abandoned()
    try:
        block.__exit__(type(reason), reason, reason.__traceback__)
    except _Abandoned:
        return
    except BaseException as again:
        if again is not reason:
            raise


def request_id() -> str | None:
    """The id of this request, in its answer, its log lines and its audit events; None outside of one."""
    if not has_request_context():
        return None
    if "request_id" not in g:
        g.request_id = ids.new_id().hex
    return cast("str", g.request_id)


class _Abandoned(Exception):
    """The unit ends without a commit."""


def _taken() -> AbstractContextManager[UnitOfWork] | None:
    g.pop("uow", None)
    return cast("AbstractContextManager[UnitOfWork] | None", g.pop("uow_block", None))
