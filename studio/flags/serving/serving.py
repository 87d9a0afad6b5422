"""All that one process answers to clients of flags: which handler stands behind which address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from studio.core.errors import StudioError
from studio.core.unit_of_work import Database
from studio.flags.serving import cors, ofrep
from studio.flags.serving.addresses import ADDRESSES, NAME, STREAM, Address
from studio.flags.serving.cache import Cache
from studio.flags.serving.counting import Counting
from studio.flags.serving.features import Features
from studio.flags.serving.frontend import Frontend
from studio.flags.serving.registering import Registering
from studio.flags.serving.streaming import Streaming
from studio.flags.serving.watching import Watching
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
        self._counting = Counting(database)
        self.streaming = Streaming(self.cache)
        handlers = self._handlers()
        every = [Answering(one, *_of(handlers, one.endpoint)) for one in ADDRESSES]
        self._whole: Mapping[tuple[str, str], Answering] = {
            (one.address.method, one.address.path): one for one in every if not _named(one.address)
        }
        self._named = [(one.address.path[: -len(NAME)], one) for one in every if _named(one.address)]

    def _handlers(self) -> Mapping[str, tuple[Handle, Refuse]]:
        features, frontend, ofrep_ = Features(self.cache), Frontend(self.cache), ofrep.Ofrep(self.cache)
        registering, watching = Registering(self.cache, self._counting), Watching(self.cache, self._counting)
        return {
            "features": (features.all, _plainly),
            "feature": (features.one, _plainly),
            "delta": (self.streaming.delta, _plainly),
            "streaming": (self.streaming.stream, _plainly),
            "register": (registering.register, _plainly),
            "metrics": (registering.metrics, _plainly),
            "frontend": (frontend.ask, _to_anybody),
            "frontend_post": (frontend.send, _to_anybody),
            "frontend_register": (registering.register_browser, _to_anybody),
            "frontend_metrics": (registering.metrics_browser, _to_anybody),
            "frontend_exposures": (watching.exposures, _to_anybody),
            "frontend_measurements": (watching.measurements, _to_anybody),
            "ofrep_flag": (ofrep_.one, ofrep.refusal),
            "ofrep_flags": (ofrep_.all, ofrep.refusal),
            "ofrep_configuration": (ofrep_.configuration, ofrep.refusal),
        }

    def find(self, environ: Environ) -> tuple[Answering, Asked] | None:
        """Whose request it is; None: nobody's."""
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        method = "GET" if method == "HEAD" and path != STREAM else method
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


def _of(handlers: Mapping[str, tuple[Handle, Refuse]], endpoint: str) -> tuple[Handle, Refuse]:
    return (cors.preflight, _to_anybody) if endpoint.endswith("_preflight") else handlers[endpoint]


def _plainly(_asked: Asked, error: StudioError) -> Reply:
    return refusal(error)


def _to_anybody(_asked: Asked, error: StudioError) -> Reply:
    """A page can read why it is refused; the reason tells nothing of flags."""
    plain = refusal(error)
    return replace(plain, headers=(*plain.headers, *cors.ANYBODY))
