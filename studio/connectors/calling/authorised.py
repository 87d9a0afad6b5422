"""The authorised call: a path of the account's own system in, its answer out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

import orjson

from studio.connectors.account import OpenAccount
from studio.connectors.errors import ApiError, SignInRefused
from studio.connectors.wire import Answer, Outgoing, Scope
from studio.core import clock
from studio.core.http import HttpError, HttpRequest, HttpResponse
from studio.core.i18n import gettext as _
from studio.core.targets import Sign

PASSING = frozenset({408, 409, 423, 425, 429})
"""Refusals of a sign-in or a call that may end by themselves, beside those of 500 and more."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
SHOWN = 300
MAX_BYTES = 8 * 1024 * 1024


class Renewer(Protocol):
    """Gets a fresh access token, once however many ask."""

    def fresh(self, account: OpenAccount) -> OpenAccount:
        """The account with a token that will do for the next minute. Raises SignInRefused, ApiError."""
        ...

    def refused(self, account: OpenAccount) -> OpenAccount | None:
        """The provider has refused these credentials: the account with newer ones; None: there are none to be had."""
        ...


@dataclass(slots=True)
class Trace:
    """One request that went out, for the connection's log."""

    method: str
    address: str
    """Without its query."""
    at: datetime
    status: int | None = None
    code: str | None = None
    took_ms: int = 0


@dataclass(slots=True)
class AuthorisedApi:
    """Calls for one account, on one thread."""

    account: OpenAccount
    send: Callable[[HttpRequest], HttpResponse]
    """The way out (`studio.core.http`): no private addresses, no redirects, capped."""
    renewer: Renewer
    traces: list[Trace] = field(default_factory=list)
    timeout_s: float = 30.0
    _renewed: bool = False

    @property
    def title(self) -> str:
        """What people call the connection."""
        return self.account.title

    @property
    def workspace_id(self) -> UUID:
        """Whose connection it is."""
        return self.account.workspace_id

    @property
    def settings(self) -> Mapping[str, Any]:
        """What is no secret, by the definition's fields."""
        return self.account.settings

    @property
    def scope(self) -> Scope | None:
        """The channel, store or warehouse that the caller chose."""
        return self.account.scope

    def secret(self, name: str) -> str:
        """A field of the sign-in by its name, for what is agreed with the provider; empty: it was not given."""
        return self.account.credentials.get(name, "")

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """JSON of a GET."""
        return self.call("GET", path, query=query).json()

    def post(self, path: str, body: Any, *, key: str | None = None) -> Any:
        """JSON of a POST of JSON; `key` goes along as Idempotency-Key."""
        return self.call("POST", path, json=body, headers={"idempotency-key": key} if key else None).json()

    def graphql(
        self, path: str, query: str, variables: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> Any:
        """`data` of a GraphQL answer. Raises ApiError where it holds errors, with the first one's words."""
        answer = self.call("POST", path, json={"query": query, "variables": dict(variables)}, headers=headers,
                           reads=not query.lstrip().startswith("mutation")).json()  # fmt: skip
        if not isinstance(answer, dict) or answer.get("errors"):
            errors = answer.get("errors") if isinstance(answer, dict) else None
            first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
            said = str(first.get("message") or _("it gave no reason"))[:SHOWN]
            extensions = first.get("extensions")
            code = str(extensions.get("code") or "") if isinstance(extensions, dict) else ""
            raise ApiError(
                _("%(title)s refused this: %(said)s", title=self.account.title, said=said),
                code=f"api.graphql.{code.lower()}" if code else "api.graphql", answered=200, sign=Sign.WELL,
                output=answer,
            )  # fmt: skip
        return answer.get("data")

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        content_type: str | None = None,
        reads: bool | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """Send one request, signed in. A status of 400 and more, or a redirect, raises ApiError.

        `path` begins with a slash, or is a whole address of a host that the credentials are bound to (a next page).
        `reads`: it changes nothing there, though its method might; None: by the method. A refused sign-in is tried
        once more with a fresh token: what was refused so was not carried out.
        """
        reading = method in READING if reads is None else reads
        request = Outgoing(method, self._address(path), _pairs(query), _lowered(headers))
        if json is not None:
            request.body, content_type = orjson.dumps(json), content_type or "application/json"
        elif form is not None:
            request.body = urlencode([(name, str(value)) for name, value in form.items()]).encode()
            content_type = content_type or "application/x-www-form-urlencoded"
        elif body is not None:
            request.body = body
        if content_type:
            request.headers.setdefault("content-type", content_type)
        request.headers.setdefault("accept", "application/json")
        self.account = self.renewer.fresh(self.account)
        response = self._sent(request, reading=reading, max_bytes=max_bytes)
        if response.status == 401:
            newer = None if self._renewed else self.renewer.refused(self.account)
            if newer is not None:
                self.account, self._renewed = newer, True
                response = self._sent(request, reading=reading, max_bytes=max_bytes)
        return self._judged(request, response, reading=reading)

    def _address(self, path: str) -> str:
        if path.startswith("/"):
            return self.account.base_url + path
        base, parts = urlsplit(self.account.base_url), urlsplit(path)
        allowed = {base.netloc.lower(), *self.account.hosts}
        if parts.scheme not in {"https", base.scheme} or parts.netloc.lower() not in allowed or "@" in parts.netloc:
            raise ApiError(
                _(
                    "%(title)s points to %(host)s, where its credentials may not be sent. Nothing was sent there.",
                    title=self.account.title, host=parts.netloc[:80] or path[:80],
                ),
                code="connection.other_host",
            )  # fmt: skip
        return path

    def _sent(self, outgoing: Outgoing, *, reading: bool, max_bytes: int) -> HttpResponse:
        request = replace(outgoing, query=list(outgoing.query), headers=dict(outgoing.headers))
        self.account.auth.apply(request, self.account.credentials)
        parts = urlsplit(request.url)
        pairs = [*parse_qsl(parts.query, keep_blank_values=True), *request.query]
        url = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", urlencode(pairs), ""))
        trace = Trace(request.method, urlunsplit((parts.scheme, parts.netloc, parts.path or "/", "", ""))[:400],
                      clock.local_now())  # fmt: skip
        self.traces.append(trace)
        began = clock.monotonic()
        try:
            response = self.send(
                HttpRequest(request.method, url, request.headers, request.body, self.timeout_s, max_bytes)
            )
        except HttpError as error:
            trace.code = error.code
            raise ApiError(
                error.message, code=error.code, retryable=error.retryable, seen=error.seen and not reading,
                sign=Sign.NONE if error.code in ("http.url", "http.refused_address") else Sign.DOWN,
            ) from error  # fmt: skip
        finally:
            trace.took_ms = round((clock.monotonic() - began) * 1000)
        trace.status = response.status
        return response

    def _judged(self, request: Outgoing, response: HttpResponse, *, reading: bool) -> Answer:
        headers = {name.lower(): value for name, value in response.headers.items()}
        if response.status < 300:
            return Answer(response.status, headers, response.body, request.url)
        host, status = urlsplit(request.url).netloc, response.status
        self.traces[-1].code = f"http.status_{status}"
        if status == 401:
            raise SignInRefused(
                _("%(title)s no longer takes its credentials. Nothing was done.", title=self.account.title),
                code="connection.reauth_required", answered=status, sign=Sign.WELL,
            )  # fmt: skip
        if status < 400:
            words = _("%(host)s points to another address (%(status)s), which Studio does not follow.", host=host,
                      status=status)  # fmt: skip
            raise ApiError(words, code="http.redirect", answered=status, sign=Sign.WELL)
        passing = status in PASSING or (status >= 500 and status not in (501, 505))
        wait_s = _wait_s(headers, clock.local_now()) if passing else None
        said = self._said(response.body)
        words = _("%(host)s refused this (%(status)s)", host=host, status=status)
        raise ApiError(
            f"{words}: {said}" if said else words + ".",
            code=f"http.status_{status}", answered=status, retryable=passing, wait_s=wait_s,
            seen=status >= 500 and not reading,
            sign=Sign.BUSY if status == 429 else Sign.DOWN if status >= 500 else Sign.WELL,
        )  # fmt: skip

    def _said(self, body: bytes) -> str:
        """What it gives as its reason: the usual fields, short, and never what it was sent."""
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            return ""
        said = reason_in(found)
        for secret in self.account.secrets():
            said = said.replace(secret, "***")
        return said


def reason_in(found: Any) -> str:
    """The sentence in an error answer, wherever the usual APIs put it; empty: there is none."""
    if isinstance(found, str):
        return " ".join(found.split())[:SHOWN]
    if isinstance(found, list) and found:
        return reason_in(found[0])
    if isinstance(found, dict):
        for name in ("error_description", "message", "detail", "title", "error", "errors", "reason"):
            if found.get(name):
                return reason_in(found[name])
    return ""


def _pairs(query: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    return [
        (name, str(one).lower() if isinstance(one, bool) else str(one))
        for name, value in (query or {}).items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one is not None
    ]


def _lowered(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (headers or {}).items()}


def _wait_s(headers: Mapping[str, str], now: datetime) -> float | None:
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        return max(0.0, (parsedate_to_datetime(asked) - now).total_seconds())
    except (TypeError, ValueError):
        return None
