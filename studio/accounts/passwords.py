"""Argon2id for passwords, and passwords that can be read out loud."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from studio.core import rng

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's floor for Argon2id: many sign-ins at once must not exhaust a small machine's memory."""

_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aeiou"


def hashed(password: str) -> str:
    """The hash to store."""
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Compare; takes as long where there is nothing to compare with, so that time tells no address."""
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def readable() -> str:
    """A random password of 59 bits that people can read out and type, such as `bakofi-rudane-tomile-42`."""
    words = ("".join(_syllable() for _ in range(3)) for _ in range(3))
    return "-".join((*words, rng.digits(2)))


def _syllable() -> str:
    return _CONSONANTS[int(rng.digits(12)) % 16] + _VOWELS[int(rng.digits(12)) % 5]


@cache
def _nobody() -> str:
    return _hasher.hash(rng.token())
