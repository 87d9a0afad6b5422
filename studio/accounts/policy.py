"""Pure rules of sign-in, seats and secrets: facts in, decision out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

from studio.accounts.outcomes import Role

SESSION_LIFETIME = timedelta(hours=24)
SESSION_IDLE = timedelta(hours=1)
"""NIST SP 800-63B-4, AAL2: at most 24 hours over all and one hour without activity."""
TOUCH_EVERY = timedelta(minutes=1)
"""How stale `seen_at` and `last_used_at` may be: a write a request would cost more than it tells."""
RESET_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=7)
PASSWORD_MIN, PASSWORD_MAX = 12, 256

FAILURE_WINDOW = timedelta(minutes=15)
FREE_FAILURES = 5
ACCOUNT_FREE_FAILURES = 30
"""From all addresses together: high enough that a stranger cannot easily lock somebody out."""
LOCK_STEP, LOCK_MAX = timedelta(minutes=1), timedelta(minutes=15)

_DECODINGS = 6
_UNSAFE = re.compile(r"[\\\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Lock:
    """What a failure leads to."""

    failures: int
    since: datetime
    locked_until: datetime | None


def after_failure(failures: int, since: datetime, now: datetime, free: int) -> Lock:
    """Count one more failure: `free` of them in a window cost nothing, each further one a longer wait."""
    if now - since > FAILURE_WINDOW:
        failures, since = 0, now
    failures += 1
    if failures < free:
        return Lock(failures, since, None)
    wait = min(LOCK_STEP * 2 ** min(failures - free, 10), LOCK_MAX)
    return Lock(failures, now, now + wait)


def session_lives(*, now: datetime, seen_at: datetime, expires_at: datetime, revoked_at: datetime | None) -> bool:
    """Whether a browser is still signed in."""
    return revoked_at is None and now < expires_at and now - seen_at < SESSION_IDLE


def safe_next(target: str | None) -> str | None:
    """The target where it is a path of this site, else None.

    Browsers read a backslash as `/` and drop control characters, and proxies may decode once: `//` must not appear
    in any of these forms.
    """
    if not target or len(target) > 2000 or _UNSAFE.search(target):
        return None
    path = target.split("?", 1)[0].split("#", 1)[0]
    for _ in range(_DECODINGS):
        if not _stays_here(path):
            return None
        plain = unquote(path)
        if plain == path:
            return target
        path = plain
    return None


def _stays_here(path: str) -> bool:
    first = path.split("/", 2)[1] if path.startswith("/") else ":"
    return "//" not in path and ":" not in first and not _UNSAFE.search(path)


def password_problem(password: str, *, email: str, name: str) -> str | None:
    """Why a password will not do, as a code; None where it will."""
    if len(password) < PASSWORD_MIN:
        return "too_short"
    if len(password) > PASSWORD_MAX:
        return "too_long"
    plain = password.lower()
    own = [part for part in re.split(r"[^a-z0-9]+", f"{email} {name} studio".lower()) if len(part) > 3]
    for part in own:
        plain = plain.replace(part, "")
    if len(plain) < PASSWORD_MIN // 2 or len(set(plain)) < 5 or _is_row(plain):
        return "too_easy"
    return None


def _is_row(text: str) -> bool:
    rows = ("abcdefghijklmnopqrstuvwxyz", "0123456789012345678901234567890", "qwertyuiopasdfghjklzxcvbnm")
    return any(text in row or text in row[::-1] for row in rows)


def seat_problem(
    *, actor: Role, current: Role | None, wanted: Role | None, owners: int, beyond: bool = False
) -> str | None:
    """Why a seat may not become `wanted` (None: disabled), as a code; None where it may.

    `current` is None for a new seat; `owners` counts the working owner seats now; `beyond` says that the seat would
    gain what whoever acts may not do themselves.
    """
    if Role.OWNER in (current, wanted) and actor is not Role.OWNER:
        return "owner_only"
    if beyond:
        return "role_above"
    if current is Role.OWNER and wanted is not Role.OWNER and owners <= 1:
        return "last_owner"
    return None


def host_allowed(host: str | None, allowed: Sequence[str]) -> bool:
    """Whether a secret bound to `allowed` may be sent to `host`. A `*.` covers all below, not the name itself."""
    if host is None:
        return False
    name = host.lower().rstrip(".")
    return any(name.endswith(entry[1:]) if entry.startswith("*.") else name == entry for entry in allowed)
