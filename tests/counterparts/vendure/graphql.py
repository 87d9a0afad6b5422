"""GraphQL as the shop's own front ends speak it, for arranging tests; nothing of Studio in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests


class Refused(AssertionError):
    """The shop did not do what a test arranges."""


@dataclass
class GraphQL:
    """One of the shop's two APIs, as one person or key."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, query: str, **variables: Any) -> Any:
        """`data` of the answer; its only field's value where there is one alone. Raises Refused."""
        answer = requests.post(
            self.url, json={"query": query, "variables": variables}, headers=self.headers, timeout=30
        )
        token = answer.headers.get("vendure-auth-token")
        if token:
            self.headers["authorization"] = f"Bearer {token}"
        said = answer.json()
        if said.get("errors"):
            raise Refused(said["errors"][0]["message"])
        found = said["data"]
        value = next(iter(found.values())) if len(found) == 1 else found
        if isinstance(value, Mapping) and value.get("errorCode"):
            raise Refused(f"{value['errorCode']}: {value.get('message')}")
        return value
