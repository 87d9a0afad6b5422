"""Questions to Stripe, in the version of its API that this was written for."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from studio.connectors.api import Api
from studio.connectors.errors import ApiError
from studio.core.i18n import gettext as _
from studio.core.targets import Sign

VERSION = "2024-06-20"
"""Sent along with each request: the account's own may be older or newer."""
_PAGE = 100
_PAGES = 20


def get(api: Api, path: str, query: Mapping[str, Any] | None = None) -> Any:
    """One object. Raises ApiError."""
    return api.call("GET", path, query=query, headers={"stripe-version": VERSION}).json()


def change(api: Api, path: str, form: Mapping[str, Any], *, key: str = "") -> Any:
    """What a POST gives; under one key Stripe does it once, for at least a day. Raises ApiError."""
    headers = {"stripe-version": VERSION} | ({"idempotency-key": key} if key else {})
    return api.call("POST", path, form={name: value for name, value in form.items() if value}, headers=headers).json()


def each(api: Api, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
    """All objects of a list, newest first, as far as anybody may expect. Raises ApiError."""
    after: dict[str, Any] = {}
    for _page in range(_PAGES):
        found = get(api, path, {**query, "limit": _PAGE, **after})
        yield from found["data"]
        if not found["has_more"] or not found["data"]:
            return
        after = {"starting_after": found["data"][-1]["id"]}


def checked(identifier: str, prefixes: tuple[str, ...], field: str) -> str:
    """An id of Stripe's as part of a path. Raises ApiError that names the field."""
    identifier = identifier.strip()
    if not identifier.startswith(prefixes) or not (identifier.isascii() and identifier.replace("_", "").isalnum()):
        words = _("“%(id)s” is no id of Stripe's for this. It begins with %(prefixes)s.", id=identifier[:60],
                  prefixes=_(" or ").join(prefixes))  # fmt: skip
        raise failed(words, "id", field)
    return quote(identifier, safe="")


def failed(words: str, code: str, field: str | None = None) -> ApiError:
    """A refusal that no repeat will change."""
    return ApiError(words, code=f"stripe.{code}", answered=200, sign=Sign.WELL, field=field)
