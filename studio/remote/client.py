"""The REST API as commands need it: one answer, all pages of a list, and refusals as sentences."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from studio.core import rng
from studio.core.http import HttpClient, HttpError, HttpRequest, HttpResponse
from studio.remote.exits import Exit, Stopped
from studio.remote.place import Place

TIMEOUT_S = 60.0
LARGEST = 64 * 1024 * 1024
"""Bytes of an answer."""
PAGE = 100
"""The most that the API gives at once."""
JSON, PROBLEM = "application/json", "application/problem+json"

Query = Mapping[str, str | int | list[str]]


class Api:
    """Asks one Studio. Every question either has an answer of its API or ends the command with a sentence."""

    def __init__(self, place: Place) -> None:
        """Nothing is sent yet. Whoever types the command chooses the address, so it may be one within their network."""
        self.place = place
        parts = urlsplit(place.url)
        self._client = HttpClient((parts.netloc, parts.hostname or ""))

    def get(self, path: str, query: Query | None = None) -> Any:
        """What stands at a path, as JSON values."""
        return self._json(self._ask("GET", path, query))

    def text(self, path: str, media: str, query: Query | None = None) -> str:
        """What stands at a path, as a text of that type."""
        return self._ask("GET", path, query, {"Accept": media}).body.decode()

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Do something once, however often a proxy on the way repeats it."""
        return self._json(self._ask("POST", path, None, {"Idempotency-Key": rng.token()}, body))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Put something in its place."""
        return self._json(self._ask("PUT", path, None, {}, body))

    def each(self, path: str, query: Query | None = None, most: int | None = None) -> Iterator[dict[str, Any]]:
        """A list's rows, page after page, as many as are taken."""
        left, cursor = most, None
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            page = self.get(path, {**(query or {}), "limit": size, **({"cursor": cursor} if cursor else {})})
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return
            left = None if left is None else left - len(page["data"])

    def _ask(
        self,
        method: str,
        path: str,
        query: Query | None,
        more: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.place.token}", "Accept": JSON, **(more or {})}
        if body is not None:
            headers["Content-Type"] = JSON
        url = f"{self.place.url}/api/v1{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        sent = orjson.dumps(body) if body is not None else b""
        try:
            answer = self._client.send(HttpRequest(method, url, headers, sent, timeout_s=TIMEOUT_S, max_bytes=LARGEST))
        except HttpError as error:
            raise Stopped(f"{self.place.url} cannot be asked: {error}", Exit.UNREACHABLE) from None
        if answer.status not in range(200, 300):
            raise self._refusal(answer)
        return answer

    def _json(self, answer: HttpResponse) -> Any:
        try:
            return orjson.loads(answer.body)
        except ValueError:
            raise self._no_studio("something that is not JSON") from None

    def _refusal(self, answer: HttpResponse) -> Stopped:
        """The API's problem in words; for anything else, that it was no answer of the API."""
        headers = {name.lower(): value for name, value in answer.headers.items()}
        if headers.get("content-type", "").partition(";")[0] != PROBLEM:
            return self._no_studio(f"status {answer.status}")
        problem: dict[str, Any] = self._json(answer)
        detail = str(problem["detail"])
        wait = headers.get("retry-after")
        later = f" Try again in {wait} s." if wait else ""
        first = f"{detail}{later} ({problem['code']}, request {problem['request_id']})"
        rest = [f"  {error['path']}: {error['message']}" for error in problem["errors"] if error["message"] != detail]
        broken = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        status = Exit.UNREACHABLE if broken else Exit.REFUSED
        return Stopped("\n".join([first, *rest]), status, problem=problem)

    def _no_studio(self, what: str) -> Stopped:
        return Stopped(f"{self.place.url} answers with {what}: is it a Studio?", Exit.UNREACHABLE)
