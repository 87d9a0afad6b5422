"""The blueprint of SCIM: what comes in is read here, and every error leaves in SCIM's own form."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import orjson
from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException

from studio.api.scim.errors import ScimError, status_of, written
from studio.api.v1.reading import body_bytes, look_over
from studio.contract.ports import Mailer
from studio.core import web
from studio.core.errors import StudioError
from studio.core.i18n import gettext as _
from studio.core.settings import Settings

PREFIX = "/scim/v2"
MEDIA = "application/scim+json"
_LARGEST = 1_048_576
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
MOST = 200
"""Resources of one page."""

blueprint = Blueprint("scim", "studio.api.scim", url_prefix=PREFIX)


def address(*parts: object) -> str:
    """Where a resource is, as directories are told."""
    return "/".join([settings().public_url.rstrip("/") + PREFIX, *(str(part) for part in parts)])


def settings() -> Settings:
    """The settings of this process."""
    return cast("Settings", current_app.extensions["studio_settings"])


def mailer() -> Mailer:
    """How mail leaves."""
    return cast("Mailer", current_app.extensions["studio_mailer"])


def answer(body: Mapping[str, Any], status: int = 200) -> Response:
    """One resource; where it has an address, that is said as well."""
    made = Response(orjson.dumps(body), status, content_type=MEDIA)
    place = body.get("meta", {}).get("location")
    if place:
        made.headers["Location" if status == 201 else "Content-Location"] = place
    return made


def listed(found: list[dict[str, Any]], total: int, first: int) -> Response:
    """A page of resources, in the form of a query's answer."""
    body = {"schemas": [_LIST], "totalResults": total, "startIndex": first, "itemsPerPage": len(found),
            "Resources": found}  # fmt: skip
    return answer(body)


def sent() -> dict[str, Any]:
    """The body, an object. Raises ScimError."""
    try:
        found = orjson.loads(body_bytes((MEDIA, "application/json"), _LARGEST))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ScimError(_("Send one JSON object."), "invalidSyntax")
    look_over(found)
    return found


def window() -> tuple[int, int]:
    """`startIndex` (from 1) and `count`. Numbers out of range are brought into it, as the standard says."""
    first, size = _number("startIndex", 1), _number("count", 100)
    return min(max(first, 1), 10_000_000), min(max(size, 0), MOST)


def wanted(made: Callable[[bool], dict[str, Any]], heavy: str) -> dict[str, Any]:
    """A resource with the attributes that were asked for; `heavy` is only looked up (True) where it is one of them."""
    return cut(made(wants(heavy)))


def cut(full: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a resource that were asked for."""
    only, without = _names("attributes"), _names("excludedAttributes")
    always = {"schemas", "id"}
    if only:
        return {name: one for name, one in full.items() if name in always or name.lower() in only}
    return {name: one for name, one in full.items() if name in always or name.lower() not in without}


def wants(name: str) -> bool:
    """Whether an attribute is asked for."""
    only, without = _names("attributes"), _names("excludedAttributes")
    return name.lower() in only if only else name.lower() not in without


def _names(argument: str) -> set[str]:
    given = request.args.get(argument, "")
    return {one.strip().partition(".")[0].lower() for one in given.split(",") if one.strip()}


def _number(name: str, otherwise: int) -> int:
    given = request.args.get(name)
    if given is None:
        return otherwise
    if not given.lstrip("-").isascii() or not given.lstrip("-").isdigit() or len(given) > 12:
        raise ScimError(_("%(name)s is a whole number.", name=name), "invalidValue")
    return int(given)


@blueprint.errorhandler(StudioError)
def _refused(error: StudioError) -> Response:
    web.rollback(error)
    made = answer(written(error), status_of(error))
    if error.status == 401:
        made.headers["WWW-Authenticate"] = 'Bearer realm="studio"'
    if error.retry_after_s is not None:
        made.headers["Retry-After"] = str(error.retry_after_s)
    return made


@blueprint.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    known = StudioError(error.description or error.name)
    known.status, known.code = error.code or 500, error.name.lower().replace(" ", "_")
    return _refused(known)
