"""All pages of a list that another system gives page by page."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import orjson

from studio.contract.node import Context, Effect, Kind, NodeConfig, NodeType, help_
from studio.contract.results import Done, Fail, Outcome
from studio.core import clock
from studio.core.errors import InvalidInput
from studio.core.http import HttpError, HttpRequest, HttpResponse
from studio.core.i18n import gettext as _
from studio.core.i18n import ngettext
from studio.core.web_address import split
from studio.runtime.http_call import answers, pages, requests
from studio.runtime.http_call.settings import HttpSettings

MOST_BYTES = 3_000_000
"""Of all items as JSON: what one step may give is bounded."""
MOST_SECONDS = 240
"""Of all requests of one step together."""
_BY_VALUE = ["cursor", "address"]
_COUNTED = ["cursor", "number", "offset"]


class ReadPages(NodeType):
    """Read a whole list from another system over HTTP, page after page, up to a bound."""

    key = "action.http_pages"
    kind = Kind.ACTION
    effect = Effect.OUTSIDE
    sees = ("page",)
    keyed = True  # reading twice does no harm
    title = "Read all pages"
    icon = "list"
    sample = {"items": [{"id": 1, "sku": "MUG-1"}], "count": 1, "pages": 1, "more": False}
    output_schema = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {}},
            "count": {"type": "integer"},
            "pages": {"type": "integer"},
            "more": {"type": "boolean"},
        },
        "required": ["items", "count", "pages", "more"],
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        url: str = help_(
            "Address of the first page, with http or https.",
            title="URL", template=True, example="https://erp.example.com/products", min_length=1, max_length=4_000,
        )  # fmt: skip
        query: dict[str, str] = help_(
            "Added to the address, safely written.",
            title="Query parameters", default={}, example={"limit": "100"}, template=True, widget="key-values",
            max_length=100,
        )  # fmt: skip
        headers: dict[str, str] = help_(
            "Sent along. Put passwords and tokens under “Sign in with” instead.",
            title="Headers", default={}, example={"X-Shop": "north"}, template=True, widget="key-values",
            max_length=100,
        )  # fmt: skip
        entries: str = help_(
            "Where a page has its items. The page is called page.",
            title="Items of a page", default="page", expression="list", deferred=True, example="page",
        )  # fmt: skip
        pages: Literal["link", "cursor", "address", "number", "offset"] = help_(
            "How it says where the next page is. link: in the header Link. cursor: a value that the next request takes "
            "along. address: a whole address. number: pages are counted. offset: items are.",
            title="Next page by", default="link", example="cursor",
        )  # fmt: skip
        next: str = help_(
            "The cursor or address, from the page; null or an empty text ends it.",
            title="Next one", default="", expression="any", deferred=True, example="page.next_cursor",
            show_if={"pages": _BY_VALUE},
        )  # fmt: skip
        parameter: str = help_(
            "Query parameter that carries the cursor, the number or the offset.",
            title="Parameter", default="page", example="cursor", pattern=r"^[A-Za-z0-9_.\[\]-]{1,80}$",
            show_if={"pages": _COUNTED},
        )  # fmt: skip
        first: int = help_(
            "The number of the first page.",
            title="First number", default=1, example=1, ge=0, le=1, show_if={"pages": "number"},
        )  # fmt: skip
        most_pages: int = help_(
            "Reading ends there. Whether there would have been more, the result says.",
            title="Pages, at most", default=20, example=20, ge=1, le=100,
        )  # fmt: skip
        auth: Literal["none", "bearer", "basic", "header"] = help_(
            "How Studio signs in there.", title="Sign in with", default="none", example="bearer"
        )
        secret: str | None = help_(
            "Name of the secret to sign in with. For “basic” it holds user:password.",
            title="Secret", default=None, example="erp-token", widget="secret",
            show_if={"auth": ["bearer", "basic", "header"]}, max_length=120,
        )  # fmt: skip
        auth_header: str = help_(
            "The header that carries the secret.",
            title="Header name", default="X-Api-Key", example="X-Api-Key", show_if={"auth": "header"},
            pattern=r"^[A-Za-z0-9-]{1,80}$",
        )  # fmt: skip

    _SAME: ClassVar = ("url", "query", "headers", "auth", "secret", "auth_header")

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        url = str(config.get("url") or "")
        parts = split(url) if "{{" not in url.partition("/")[0] and "://" in url else None
        return parts.netloc if parts is not None else url

    @classmethod
    def target_of(cls, config: Config) -> str | None:
        return requests.target(config.url)

    def start(self, ctx: Context, config: Config) -> Outcome:
        settings = HttpSettings(method="GET", **{name: getattr(config, name) for name in self._SAME})
        first = requests.build(ctx, settings)
        url: str | None = first.url
        if config.pages in ("number", "offset"):
            url = pages.with_parameter(first.url, config.parameter, config.first if config.pages == "number" else 0)
        until, seen, items = clock.monotonic() + MOST_SECONDS, set[str](), list[Any]()
        while url is not None and len(seen) < config.most_pages:
            if url in seen:
                said = _("%(host)s names a page as the next one that was read before. Nothing is given.",
                         host=answers.host_of(first))  # fmt: skip
                return Fail("http.page_loop", said, field="config.pages")
            seen.add(url)
            request = HttpRequest("GET", url, first.headers, None, timeout_s=first.timeout_s, max_bytes=first.max_bytes)
            read = _page(ctx, request)
            if isinstance(read, Fail):
                return read
            page, response = read
            found = ctx.evaluate(config.entries, {"page": page})
            if not isinstance(found, list):
                said = _("Page %(number)s has no list there. Nothing is given.", number=len(seen))
                return Fail("http.page_items", said, field="config.entries")
            items += found
            if len(orjson.dumps(items)) > MOST_BYTES or clock.monotonic() > until:
                said = _("Its items are too many, or it takes too long. Ask for less, or for fewer pages.")
                return Fail("http.pages_large", said, field="config.most_pages")
            url = _next(ctx, config, url, page, found, response)
        given = {"items": items, "count": len(items), "pages": len(seen), "more": url is not None}
        return Done(given, note=_found(len(items), len(seen)))


def _page(ctx: Context, request: HttpRequest) -> tuple[Any, HttpResponse] | Fail:
    try:
        response = ctx.ports.http.send(request)
    except HttpError as error:
        return answers.not_answered(request, error)
    outcome = answers.outcome(request, response, ctx.now)
    return (outcome.output["body"], response) if isinstance(outcome, Done) else outcome


def _next(
    ctx: Context, config: ReadPages.Config, url: str, page: Any, found: list[Any], response: HttpResponse
) -> str | None:
    match config.pages:
        case "link":
            said = pages.linked(response.headers)
            return pages.following(url, said) if said else None
        case "number" | "offset":
            return _counted(config, url, len(found)) if found else None
        case "cursor" | "address":
            return _named(ctx, config, url, page)


def _named(ctx: Context, config: ReadPages.Config, url: str, page: Any) -> str | None:
    said = ctx.evaluate(config.next, {"page": page}) if config.next else None
    if said is None or said == "" or said is False:
        return None
    if config.pages == "cursor":
        return pages.with_parameter(url, config.parameter, said)
    if not isinstance(said, str):
        raise InvalidInput(_("The next address is no text."), code="http.next", field="config.next")
    return pages.following(url, said)


def _counted(config: ReadPages.Config, url: str, count: int) -> str:
    at = pages.parameter(url, config.parameter)
    return pages.with_parameter(url, config.parameter, at + (1 if config.pages == "number" else count))


def _found(items: int, pages: int) -> str:
    if pages == 1:
        return ngettext("%(count)s item of one page", "%(count)s items of one page", items, count=items)
    return ngettext(
        "%(count)s item of %(pages)s pages", "%(count)s items of %(pages)s pages", items, count=items, pages=pages
    )
