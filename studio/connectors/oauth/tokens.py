"""Tokens as they are kept beside the fields that somebody filled in. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime

from studio.connectors.oauth import timing
from studio.connectors.oauth.answers import Token

SLACK_S = 5.0
"""A token that ends within this is not sent any more."""


def kept(values: Mapping[str, str], token: Token, obtained: datetime, buffer_s: float) -> dict[str, str]:
    """The credentials with a new token. A refresh token that the answer does not name stays."""
    new = dict(values) | {"access_token": token.access_token, "obtained_at": _text(obtained)}
    if token.refresh_token:
        new["refresh_token"] = token.refresh_token
    due = timing.refresh_at(obtained, token.lifetime_s, buffer_s)
    end = timing.expires_at(obtained, token.lifetime_s)
    return new | {"refresh_at": _text(due), "expires_at": _text(end)}


def due(values: Mapping[str, str], now: datetime) -> bool:
    """Whether it has to be refreshed before the next call."""
    moment = at(values, "refresh_at")
    return moment is not None and moment <= now


def usable(values: Mapping[str, str], now: datetime) -> bool:
    """Whether it may still be sent: before its end, or where nobody knows that."""
    end = at(values, "expires_at")
    return "access_token" in values and (end is None or (end - now).total_seconds() > SLACK_S)


def at(values: Mapping[str, str], name: str) -> datetime | None:
    """One of the moments that are kept; None: not known."""
    text = values.get(name)
    return datetime.fromtimestamp(float(text), UTC) if text else None


def _text(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.timestamp():.3f}"
