"""Pure rules of sign-in by a provider: what its tokens say in, what becomes of it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from studio.accounts.outcomes import Role

LASTS = timedelta(minutes=15)
"""From leaving for the provider to coming back."""
PROOF_GOOD = timedelta(minutes=5)
"""From coming back with a proof to its use."""
SKEW = timedelta(seconds=60)
"""How far the provider's clock may be off."""
MOST_GROUPS = 1_000
"""Values of one claim that are looked at."""


class Purpose(StrEnum):
    """What somebody goes to the provider for."""

    SIGN_IN = "sign_in"
    PROVE = "prove"
    """Signed in already: to prove once more who they are."""
    LINK = "link"
    """Back from it, and asked for the password of the account that has their address."""


class Standing(StrEnum):
    """What becomes of somebody whom the provider calls by an address."""

    NEW = "new"
    """Nobody has the address: a new account, which only comes by the provider."""
    INVITED = "invited"
    """Invited here, never come in, and without a seat anywhere else: the account is theirs."""
    PASSWORD = "password"  # noqa: S105 - the name of a state, no password
    """The account has a password: whoever has it, proves it once."""
    UNPROVED = "unproved"
    """The account cannot be proved by a password: one must be chosen first, by a mail to its address."""


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of whoever has an address."""

    has_password: bool
    has_identity: bool
    """Came in by a provider before, here: as another subject, or by another issuer."""
    seats_elsewhere: bool
    owner: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What a workspace has set."""

    domains: Sequence[str]
    claim: str
    mapping: Sequence[tuple[str, Role]]
    default_role: Role | None


def standing(account: Account | None) -> Standing:
    """A provider may say any address: no account is opened by it that somebody already uses, or others rely on."""
    if account is None:
        return Standing.NEW
    if account.has_password:
        return Standing.PASSWORD
    if account.has_identity or account.seats_elsewhere or account.owner:
        return Standing.UNPROVED
    return Standing.INVITED


def role_of(rule: Rule, claims: Mapping[str, Any]) -> Role | None:
    """The first row of the mapping that fits, else the default; None: no seat."""
    said = values(claims, rule.claim)
    return next((role for value, role in rule.mapping if value in said), rule.default_role)


def values(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """What a claim says: a text, or a list of texts. Dots lead inwards, such as `realm_access.roles`."""
    found: Any = claims.get(claim)
    if found is None and "." in claim:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return frozenset(one for one in listed[:MOST_GROUPS] if isinstance(one, str))


def domain_fits(rule: Rule, email: str) -> bool:
    """Whether an address is of a domain that may come in."""
    return not rule.domains or email.rpartition("@")[2].lower() in rule.domains


def next_role(current: Role, mapped: Role, *, gives_owners: bool, last_owner: bool) -> Role:
    """What a seat is from now on. Owners are the mapping's business only where it names them, the last one never."""
    if current is Role.OWNER and (last_owner or not gives_owners):
        return current
    return mapped


def token_problem(
    claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime, asked_at: datetime | None
) -> str | None:
    """Why an id token, whose signature holds, is not taken, as a code; None where it is.

    `asked_at`: the person must have been asked since then (`auth_time`); None: any time before will do.
    """
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        return "other_issuer"
    if client_id not in named or (len(named) > 1 and claims.get("azp") != client_id):
        return "other_client"
    if "azp" in claims and claims["azp"] != client_id:
        return "other_client"
    return _time_problem(claims, now, asked_at) or (None if claims.get("nonce") == nonce else "nonce")


def _time_problem(claims: Mapping[str, Any], now: datetime, asked_at: datetime | None) -> str | None:
    ends, made, starts = _moment(claims, "exp"), _moment(claims, "iat"), _moment(claims, "nbf")
    late = now.timestamp() - SKEW.total_seconds()
    early = now.timestamp() + SKEW.total_seconds()
    if ends is None or made is None or ends <= late:
        return "expired"
    if made > early or (starts is not None and starts > early):
        return "not_yet"
    if asked_at is None:
        return None
    asked = _moment(claims, "auth_time")
    return None if asked is not None and asked >= (asked_at - SKEW / 2).timestamp() else "not_asked"


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    found = claims.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
