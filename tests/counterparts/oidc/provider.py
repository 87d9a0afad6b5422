"""The token servers, and what a person does at the certified one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from benchmarks.servers import process
from tests.counterparts import node

HERE = node.HERE / "oidc"
APP = {"client_id": "studio", "client_secret": "s3cr:t%of+studio"}
REDIRECT = "http://localhost:8000/connections/callback"


@dataclass
class Provider:
    """A running oidc-provider."""

    port: int
    redirect_uri: str = REDIRECT

    @property
    def url(self) -> str:
        return f"http://{process.HOST}:{self.port}"

    @property
    def inner(self) -> str:
        return f"{process.HOST}:{self.port}"

    def settings(self, scopes: str = "openid offline_access orders") -> dict[str, str]:
        """Of a connection of the kind “HTTP API” to it."""
        return {
            "base_url": self.url, "check_path": "/api/account", "authorize_url": f"{self.url}/auth",
            "token_url": f"{self.url}/token", "revoke_url": f"{self.url}/token/revocation", "scopes": scopes,
        }  # fmt: skip

    def seen(self, what: str, grant: str | None = None) -> int:
        """How often something happened: granted, refused, revoked."""
        found = requests.get(f"{self.url}/seen", timeout=60).json()
        return sum(one["what"] == what and (grant is None or one["grant"] == grant) for one in found)

    def takes(self, access_token: str) -> bool:
        """Whether a token lives."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(f"{self.url}/api/account", headers=headers, timeout=60).status_code == 200

    def agree(self, address: str, who: str = "shop-1") -> dict[str, str]:
        """Sign in and agree, as a person does; returns the query that the browser brings back."""
        return self._walk(address, who)

    def deny(self, address: str) -> dict[str, str]:
        """Say no on the first page."""
        return self._walk(address, None)

    def _walk(self, address: str, who: str | None) -> dict[str, str]:
        with requests.Session() as browser:
            answer = browser.get(address, allow_redirects=False, timeout=60)
            for _step in range(12):
                place = answer.headers.get("Location", "")
                if place.startswith(self.redirect_uri):
                    return dict(parse_qsl(urlsplit(place).query))
                if place:
                    answer = browser.get(urljoin(answer.url, place), allow_redirects=False, timeout=60)
                    continue
                if answer.status_code >= 400:
                    break
                answer = self._page(browser, answer, who)
        raise AssertionError(answer.text[:2000])

    def _page(self, browser: requests.Session, page: requests.Response, who: str | None) -> requests.Response:
        if who is None:
            return browser.get(f"{page.url}/abort", allow_redirects=False, timeout=60)
        prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
        assert prompt is not None, page.text
        form = {"prompt": prompt[1], "login": who, "password": "of-no-matter"}
        return browser.post(page.url, data=form, allow_redirects=False, timeout=60)


@dataclass
class Faults:
    """A running oauth2-mock-server."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{process.HOST}:{self.port}"

    @property
    def inner(self) -> str:
        return f"{process.HOST}:{self.port}"

    def settings(self) -> dict[str, str]:
        return {"base_url": self.url, "token_url": f"{self.url}/token", "scopes": "orders"}

    def spoil(self, **how: Any) -> None:
        """From now on: `without` and `with` fields, another `status`, a `raw` answer, `delayMs`; nothing: as it is."""
        requests.post(f"{self.url}/spoil", json=how, timeout=60).raise_for_status()

    def asked(self) -> int:
        """How often a token was asked for."""
        return requests.get(f"{self.url}/seen", timeout=60).json()["asked"]


@contextmanager
def oidc_provider(folder: Path, **settings: Any) -> Iterator[Provider]:
    with node.node_server(HERE / "provider.mjs", folder, {"redirectUri": REDIRECT, **settings}) as port:
        yield Provider(port)


@contextmanager
def faulty_server(folder: Path) -> Iterator[Faults]:
    with node.node_server(HERE / "faults.mjs", folder) as port:
        yield Faults(port)
