"""`exposures` and `measurements` of browsers and phones: what rollouts and experiments rest on, with a frontend's key.

Whoever reads the key can report whatever they like with it, so it is bounded: in a report, from an address, and of an
environment. Answers say what was refused, and nothing of who is in which group.
"""

from studio.core import clock
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagEnvironment
from studio.flags.serving import cors, studying
from studio.flags.serving.cache import Cache, Client
from studio.flags.serving.counting import Counting
from studio.flags.serving.frontend import browser
from studio.flags.serving.pacing import Pace
from studio.flags.serving.wire import Asked, Header, Reply, as_json
from studio.flags.studies import exposures, measurements
from studio.flags.studies.taking import Taken

OF_ADDRESS, OF_ENVIRONMENT = 600, 30_000
"""Entries a minute that one process takes."""


class Watching:
    """Answers of one process. Raises BadRequest, TooManyRequests, Unavailable; then nothing of a report counts."""

    def __init__(self, cache: Cache, counting: Counting) -> None:
        self._cache, self._counting = cache, counting
        self._of_address, self._of_environment = Pace(OF_ADDRESS), Pace(OF_ENVIRONMENT)

    def exposures(self, asked: Asked) -> Reply:
        """Somebody got answers of flags."""
        client, allowed = self._client(asked)
        given = studying.exposures(asked.document(), clock.local_now())
        self._pace(asked, client, len(given))
        with self._counting.unit(client.workspace_id) as uow:
            return _told(exposures.take(uow, _place(uow, client), given), allowed)

    def measurements(self, asked: Asked) -> Reply:
        """Something was measured of somebody."""
        client, allowed = self._client(asked)
        given = studying.measurements(asked.document(), clock.local_now())
        self._pace(asked, client, len(given))
        with self._counting.unit(client.workspace_id) as uow:
            return _told(measurements.take(uow, _place(uow, client), given), allowed)

    def _client(self, asked: Asked) -> tuple[Client, tuple[Header, ...]]:
        client = browser(self._cache, asked)
        return client, cors.allow(asked, client)

    def _pace(self, asked: Asked, client: Client, amount: int) -> None:
        where = client.environment_id.hex
        self._of_address.spend(f"{where}:{asked.environ.get('REMOTE_ADDR') or ''}", amount)
        self._of_environment.spend(where, amount)


def _place(uow: UnitOfWork, client: Client) -> FlagEnvironment:
    return uow.session.get_one(FlagEnvironment, client.environment_id)


def _told(taken: Taken, allowed: tuple[Header, ...]) -> Reply:
    refused = [{"path": one.path, "code": one.code, "message": one.message} for one in taken.refused]
    return as_json({"refused": refused}, 202, *allowed)
