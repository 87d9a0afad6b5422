"""The request's unit of work, and the Flask class that ends it.

Opened at first use, as whoever the request comes from; committed after the view has answered and before the answer
leaves; rolled back where anything raised. A route that never asks for it costs nothing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import deepcopy
from typing import Any, cast

import structlog
from flask import Flask, current_app, g, has_request_context, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.routing import Rule

from studio.core import clashes, ids
from studio.core.unit_of_work import Database, UnitOfWork

log = structlog.get_logger()

Identify = Callable[[UnitOfWork], None]
"""Finds out who the request comes from and narrows the unit to that actor and workspace."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_IDENTIFY = "studio_identify"


class LateRule(Rule):
    """A route that learns to build its address when it is first asked for one.

    Werkzeug has Python compile two functions for each route: a quarter of a second for all, which each start would pay
    for routes of which it builds few.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - Werkzeug calls it by this signature, which is not ours to change
        compile_now, made = super()._compile_builder, cast("Callable[..., tuple[str, str]] | None", None)

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            nonlocal made
            if made is None:
                made = compile_now(append_unknown)
            return made(rule, **values)

        return build


class StudioFlask(Flask):
    """Flask, with one transaction around a view."""

    url_rule_class = LateRule

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view, then commit what it did; a failing commit is an error like any other.

        Where the database gave the transaction up for another's sake, the whole view is run again: nothing of the first
        time is left, since whatever leaves the process leaves after the commit.
        """
        before = _session_before()
        for tries in range(1, clashes.TRIES):
            try:
                return self._once()
            except DBAPIError as error:
                if not clashes.is_clash(error):
                    raise
                log.warning("request_repeated", tries=tries, path=request.path)
                rollback(error)
            _rewind(before)
            clashes.pause(tries)
        return self._once()

    def _once(self) -> ResponseReturnValue:
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
    """End the request's unit of work well. Called by the app; by a view only before it waits for another system."""
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


def _session_before() -> dict[str, Any] | None:
    """What the cookie's session holds, for a view that may have to be run again. None where none came."""
    if request.method in _SAFE or current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    return deepcopy(dict(session))


def _rewind(before: dict[str, Any] | None) -> None:
    """Take back what the view did to its request: sentences for the next page, files that were read."""
    if before is not None:
        session.clear()
        session.update(before)
    for file in request.files.values():
        file.seek(0)


def _taken() -> AbstractContextManager[UnitOfWork] | None:
    g.pop("uow", None)
    return cast("AbstractContextManager[UnitOfWork] | None", g.pop("uow_block", None))
