"""`/api/client/features`: all flags of an environment with their rules, for programs that evaluate by themselves."""

from studio.core.errors import Forbidden, NotFound
from studio.core.i18n import gettext as _
from studio.flags.outcomes import ClientKind
from studio.flags.serving.cache import Cache, Client
from studio.flags.serving.wire import JSON, PRIVATE, Asked, Reply, matches

_VARY = ("Vary", "Accept-Encoding")


def server(cache: Cache, asked: Asked) -> Client:
    """Who asks, where rules are told. Raises NotSignedIn, Forbidden."""
    client = cache.client(asked.key)
    if client.kind != ClientKind.SERVER:
        words = _("This is a frontend's key, which anybody can read: rules are told to a server's key alone.")
        raise Forbidden(words, code="flags.key_kind")
    return client


class Features:
    """Answers of one process."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def all(self, asked: Asked) -> Reply:
        """Everything. A key opens one project and one environment, so that `project` narrows nothing down."""
        held = self._cache.held(server(self._cache, asked))
        headers = (JSON, PRIVATE, _VARY, ("ETag", held.etag))
        if matches(asked.header("IF_NONE_MATCH"), held.etag):
            return Reply(304, b"", headers[1:])
        zipped = held.document.zipped
        if zipped is not None and "gzip" in asked.header("ACCEPT_ENCODING"):
            return Reply(200, zipped, (*headers, ("Content-Encoding", "gzip")))
        return Reply(200, held.document.body, headers)

    def one(self, asked: Asked) -> Reply:
        """A single flag. Raises NotFound."""
        held = self._cache.held(server(self._cache, asked))
        part = held.document.features.get(asked.name)
        if part is None:
            words = _("There is no flag “%(name)s” in this environment.", name=asked.name[:100])
            raise NotFound(words, code="flags.unknown", resource=f"flag:{asked.name[:100]}")
        headers = (JSON, PRIVATE, ("ETag", held.etag))
        if matches(asked.header("IF_NONE_MATCH"), held.etag):
            return Reply(304, b"", headers[1:])
        return Reply(200, part, headers)
