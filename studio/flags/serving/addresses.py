"""The addresses of flags' clients, said once: for the front, which answers, and for Flask, which knows of them."""

from dataclasses import dataclass
from typing import Literal

BEGINNINGS = ("/api/client/", "/api/frontend", "/ofrep/")
NAME = "<flag_name>"


@dataclass(frozen=True, slots=True)
class Address:
    """One address and method. Where it ends in NAME, the last part is the name of a flag."""

    endpoint: str
    method: Literal["GET", "POST", "OPTIONS"]
    path: str
    why: str = "programs show a key of one environment, which is checked against its hash"
    """Why anybody may come here."""


ADDRESSES = (
    Address("features", "GET", "/api/client/features"),
    Address("feature", "GET", f"/api/client/features/{NAME}"),
)
