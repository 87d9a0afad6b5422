"""All that one process answers to clients of flags: which handler stands behind which address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studio.core.errors import StudioError
from studio.core.unit_of_work import Database
from studio.flags.serving.addresses import ADDRESSES, NAME, Address
from studio.flags.serving.cache import Cache
from studio.flags.serving.features import Features
from studio.flags.serving.wire import Asked, Environ, Handle, Reply, refusal

Refuse = Callable[[Asked, StudioError], Reply]


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers at an address, and how it says no."""

    address: Address
    handle: Handle
    refuse: Refuse


class Serving:
    """One per process."""

    def __init__(self, database: Database) -> None:
        self.cache = Cache(database)
        handlers = self._handlers()
        every = [Answering(one, *handlers[one.endpoint]) for one in ADDRESSES]
        self._whole: Mapping[tuple[str, str], Answering] = {
            (one.address.method, one.address.path): one for one in every if not _named(one.address)
        }
        self._named = [(one.address.path[: -len(NAME)], one) for one in every if _named(one.address)]

    def _handlers(self) -> Mapping[str, tuple[Handle, Refuse]]:
        features = Features(self.cache)
        return {
            "features": (features.all, _plainly),
            "feature": (features.one, _plainly),
        }

    def find(self, environ: Environ) -> tuple[Answering, Asked] | None:
        """Whose request it is; None: nobody's."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        method = "GET" if method == "HEAD" else method
        whole = self._whole.get((method, path))
        if whole is not None:
            return whole, Asked(environ)
        for begin, one in self._named:
            name = path[len(begin) :]
            if one.address.method == method and path.startswith(begin) and name and "/" not in name:
                return one, Asked(environ, name)
        return None


def _named(address: Address) -> bool:
    return address.path.endswith(NAME)


def _plainly(_asked: Asked, error: StudioError) -> Reply:
    return refusal(error)
