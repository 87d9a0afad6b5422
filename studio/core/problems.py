"""Errors as people and machines read them: a page, or problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, InternalServerError

from studio.core import web
from studio.core.clashes import is_outage
from studio.core.errors import StudioError, TooLarge, TooManyRequests, Unavailable
from studio.core.i18n import marked

log = structlog.get_logger()

_SENTENCES = {
    404: marked("There is nothing at this address."),
    405: marked("This address does not take this kind of request."),
    413: marked("What was sent is larger than allowed."),
    415: marked("This address does not take this type of content."),
    429: marked("Too many attempts. Wait a minute, then try again."),
}


class Unexpected(StudioError):
    """A defect of ours: the log knows more under the request's id."""

    status = 500
    code = "internal"


def init_app(app: Flask) -> None:
    """Answer every error in the form that was asked for."""
    app.register_error_handler(StudioError, _studio_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(InternalServerError, _unexpected)


def wants_json() -> bool:
    """Whether a machine asks: the API, or a script that sends or accepts JSON rather than a page."""
    if request.path.startswith(("/api/", "/scim/", "/hooks/", "/builder/api/")) or request.is_json:
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def problem(error: StudioError) -> dict[str, Any]:
    """An error as problem+json, under the request's id."""
    return as_problem(error, web.request_id())


def as_problem(error: StudioError, request_id: str | None) -> dict[str, Any]:
    """An error as problem+json, inside or outside of a request."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.message,
        "resource": error.resource,
        "errors": [{"path": item.path, "code": item.code, "message": item.message} for item in error.problems],
        "request_id": request_id,
    }


def _studio_error(error: StudioError) -> Response:
    web.rollback(error)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", code=error.code, route=_route(), exc_info=error)
    return _answer(error)


def _http_error(error: HTTPException) -> Response:
    web.rollback(error)
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    ours = _SENTENCES.get(status)
    sentence = _(ours) if ours else error.description or HTTPStatus(status).phrase
    kinds = {413: TooLarge, 429: TooManyRequests}
    known = kinds.get(status, StudioError)(sentence)
    known.status, known.code = status, HTTPStatus(status).phrase.lower().replace(" ", "_")
    answer = _answer(known)
    answer.headers.extend([(k, v) for k, v in error.get_headers() if k not in ("Content-Type", "Content-Length")])
    return answer


def _unexpected(error: InternalServerError) -> Response:
    cause = error.original_exception or error
    web.rollback(cause)
    if is_outage(cause):
        log.error("database_unavailable", route=_route(), error=str(cause))
        return _answer(Unavailable(_("Studio cannot reach its database now. Try again in a moment.")))
    log.error("request_crashed", route=_route(), exc_info=cause)
    return _answer(Unexpected(_("Studio could not finish this. Nothing was changed.")))


def _route() -> str:
    """The rule of the address, not the address: that may be a mailed link, which opens something."""
    return f"{request.method} {request.url_rule}"


def _answer(error: StudioError) -> Response:
    if wants_json():
        answer = jsonify(problem(error))
        answer.content_type = "application/problem+json"
    else:
        answer = make_response(render_template("errors/error.html", error=error))
    answer.status_code = error.status
    if error.status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="studio"'
    if error.retry_after_s is not None:
        answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer
