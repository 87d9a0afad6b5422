"""`register` and `metrics`, of servers and of browsers: who asks, and what it was given."""

from studio.core import clock
from studio.flags.serving import cors, counting
from studio.flags.serving.cache import Cache, Client
from studio.flags.serving.counting import Counting
from studio.flags.serving.features import server
from studio.flags.serving.frontend import browser
from studio.flags.serving.reporting import application, report, sdk
from studio.flags.serving.wire import PRIVATE, Asked, Header, Reply


class Registering:
    """Answers of one process. Libraries want exactly 202, and no body."""

    def __init__(self, cache: Cache, counting_: Counting) -> None:
        self._cache, self._counting = cache, counting_

    def register(self, asked: Asked) -> Reply:
        """A program that evaluates by itself says its name."""
        return self._register(asked, server(self._cache, asked))

    def register_browser(self, asked: Asked) -> Reply:
        """A page says its name."""
        client = browser(self._cache, asked)
        return self._register(asked, client, cors.allow(asked, client))

    def metrics(self, asked: Asked) -> Reply:
        """How often flags were on and off. Raises BadRequest; then nothing of it counts."""
        return self._metrics(asked, server(self._cache, asked))

    def metrics_browser(self, asked: Asked) -> Reply:
        """The same, of a page."""
        client = browser(self._cache, asked)
        return self._metrics(asked, client, cors.allow(asked, client))

    def _register(self, asked: Asked, client: Client, allowed: tuple[Header, ...] = ()) -> Reply:
        sent = asked.document()
        with self._counting.unit(client.workspace_id) as uow:
            counting.seen(uow, client.environment_id, application(sent), sdk(sent))
        return Reply(202, b"", (PRIVATE, *allowed))

    def _metrics(self, asked: Asked, client: Client, allowed: tuple[Header, ...] = ()) -> Reply:
        told = report(asked.document(), clock.local_now())
        facts = self._cache.held(client).document.facts
        known = [(facts[name].id, count) for name, count in told.counts.items() if name in facts]
        with self._counting.unit(client.workspace_id) as uow:
            name = counting.seen(uow, client.environment_id, told.application, told.sdk)
            counting.add(uow, client.environment_id, told.hour, name, known)
        return Reply(202, b"", (PRIVATE, *allowed))
