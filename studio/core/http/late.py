"""The way out, loaded when somebody first goes it.

What sends requests holds 5 MiB, and a process that only accepts and shows never sends one.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from studio.core.http.messages import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from studio.core.http.client import Client


class HttpClient:
    """Sends requests to the outside. Implements `studio.contract.ports.Http`; any thread may use it."""

    def __init__(self, allowed_hosts: Sequence[str] = ()) -> None:
        """`allowed_hosts`: inner hosts (`host` or `host:port`) that may be called nonetheless."""
        self._allowed_hosts = allowed_hosts

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send it; a redirect is an answer like any other. Raises HttpError."""
        return self._client.send(request)

    @cached_property
    def _client(self) -> "Client":
        from studio.core.http.client import Client  # noqa: PLC0415 - see above

        return Client(self._allowed_hosts)
