"""The one way out: pinned to a checked address, no proxies, no redirects, capped in time and size."""

from studio.core.http.errors import HttpError
from studio.core.http.late import HttpClient
from studio.core.http.messages import HttpRequest, HttpResponse

__all__ = ["HttpClient", "HttpError", "HttpRequest", "HttpResponse"]
