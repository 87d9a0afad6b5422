"""Which Studio is meant, and by what token: from the environment, so that neither stands in a shell's history."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import click

URL, TOKEN, TOKEN_FILE = "STUDIO_URL", "STUDIO_TOKEN", "STUDIO_TOKEN_FILE"
LOCAL = "http://localhost:8000"
"""Where `studio run` serves."""
_NEAR = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Place:
    """An address without a slash at its end, and a token that no text of this object shows."""

    url: str
    token: str = field(repr=False)


def of_environment(url: str | None, environment: Mapping[str, str] = os.environ) -> Place:
    """Where to ask. Raises UsageError that says which variable to set."""
    address = (url or environment.get(URL) or LOCAL).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise click.UsageError(f"{address} is no address of a Studio. Set {URL}, such as https://studio.example.com.")
    if parts.username or parts.password:
        raise click.UsageError(f"An address holds no password: put the token into {TOKEN}.")
    if parts.scheme == "http" and parts.hostname not in _NEAR:
        raise click.UsageError(f"{address} would send the token over the network unencrypted: use https.")
    return Place(address, _token(environment))


def _token(environment: Mapping[str, str]) -> str:
    token = environment.get(TOKEN, "").strip()
    path = environment.get(TOKEN_FILE)
    if not token and path:
        try:
            token = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise click.UsageError(f"The token file {path} of {TOKEN_FILE} cannot be read: {error}") from None
    if not token:
        raise click.UsageError(
            f"Set {TOKEN} (or {TOKEN_FILE}, a file that holds it) to an API token: Settings → API tokens makes one."
        )
    if not token.isascii() or any(character.isspace() for character in token):
        raise click.UsageError(f"{TOKEN} holds no API token: it is one word that begins with stu_.")
    return token
