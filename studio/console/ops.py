"""What machines ask about this process: does it live, is it ready, how is it doing."""

import os
from hmac import compare_digest
from ipaddress import ip_address
from typing import cast

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from studio.accounts.permissions import public
from studio.core import web
from studio.core.errors import NotFound
from studio.core.redis_options import redis_options
from studio.core.settings import Settings

blueprint = Blueprint("ops", __name__)


@blueprint.get("/livez")
@public("a supervisor asks whether the process answers", hot=True)
def livez() -> Response:
    """The process answers."""
    return _plain("ok")


@blueprint.get("/readyz")
@public("a load balancer asks where to send requests", hot=True)
def readyz() -> Response:
    """The database answers. Without Redis work goes on, slower: degraded, not down."""
    try:
        with web.database().unit(read_only=True) as unit:
            unit.session.execute(text("select 1"))
    except SQLAlchemyError:
        return _plain("database unavailable", 503)
    return _plain("ok" if _redis_answers() else "degraded: redis unavailable")


@blueprint.get("/metrics")
@public("Prometheus scrapes with a token of its own, or from this machine", hot=True)
def metrics() -> Response:
    """Counters and histograms of all processes on this data folder. Without the token the address does not exist."""
    if not _may_scrape(_settings()):
        raise NotFound("There is nothing at this address.")
    return Response(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """Web and worker processes share files, so that one scrape sees them all; a lone process has its own memory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client leaves it so
    return registry


def _may_scrape(settings: Settings) -> bool:
    if settings.metrics_token is None:
        # Behind a proxy on this machine everybody comes from loopback, so a public address needs a token.
        here = request.remote_addr is not None and ip_address(request.remote_addr).is_loopback
        return here and settings.is_local
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return compare_digest(sent.encode(), settings.metrics_token.encode())


def _redis_answers() -> bool:
    url = _settings().redis_url
    if url is None:
        return True
    from redis import Redis, RedisError  # noqa: PLC0415 - an embedded Studio starts sooner without the library

    try:
        with Redis.from_url(url, **redis_options(1.0, again=0)) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["studio_settings"])


def _plain(words: str, status: int = 200) -> Response:
    return Response(f"{words}\n", status, mimetype="text/plain")
