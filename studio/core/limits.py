"""Limits on how often one address may ask: counted in Redis, or in this process when there is none."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from studio.core.redis_options import redis_options
from studio.core.settings import Settings

PATIENCE_S = 1.0
"""Somebody waits for the page."""

limiter = Limiter(key_func=get_remote_address)
"""`@limiter.limit("20 per minute")` under the route; per address unless said."""


def init_app(app: Flask, settings: Settings) -> None:
    """Count where all processes see it; without Redis for a while, each counts for itself."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "memory://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = redis_options(PATIENCE_S, again=0) if settings.redis_url else {}
    app.config["RATELIMIT_STRATEGY"] = "moving-window"
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = settings.redis_url is not None
    limiter.init_app(app)
