"""The only source of randomness: seeded in tests through `seed`, the system's otherwise."""

import random
import secrets

_jitter = random.Random()  # noqa: S311 - spreads load; no secret comes from it


def seed(value: int) -> None:
    """Make jitter repeatable. For tests alone; tokens never come from a seeded source."""
    _jitter.seed(value)


def jitter(ceiling: float) -> float:
    """Full jitter: a uniform number of seconds between 0 and `ceiling`."""
    return _jitter.uniform(0.0, ceiling)


def fraction() -> float:
    """A number from 0 up to, and without, 1: for shares of traffic, never for secrets."""
    return _jitter.random()


def token(size: int = 32) -> str:
    """A URL-safe secret of `size` random bytes (256 bits unless said)."""
    return secrets.token_urlsafe(size)


def secret_bytes(size: int = 32) -> bytes:
    """Bytes for keys and nonces, from the system's source (256 bits unless said)."""
    return secrets.token_bytes(size)


def digits(count: int) -> str:
    """A one-time code of `count` decimal digits."""
    return f"{secrets.randbelow(10**count):0{count}d}"
