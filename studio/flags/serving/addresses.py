"""The addresses of flags' clients, said once: for the front, which answers, and for Flask, which knows of them."""

from dataclasses import dataclass
from typing import Literal

BEGINNINGS = ("/api/client/", "/api/frontend", "/ofrep/")
NAME = "<flag_name>"
STREAM = "/api/client/streaming"


@dataclass(frozen=True, slots=True)
class Address:
    """One address and method. Where it ends in NAME, the last part is the name of a flag."""

    endpoint: str
    method: Literal["GET", "POST", "OPTIONS"]
    path: str
    why: str = "programs show a key of one environment, which is checked against its hash"
    """Why anybody may come here."""


_PREFLIGHT = "a browser asks before it shows a key; nothing is told yet"

ADDRESSES = (
    Address("features", "GET", "/api/client/features"),
    Address("feature", "GET", f"/api/client/features/{NAME}"),
    Address("delta", "GET", "/api/client/delta"),
    Address("streaming", "GET", STREAM),
    Address("register", "POST", "/api/client/register"),
    Address("metrics", "POST", "/api/client/metrics"),
    Address("frontend", "GET", "/api/frontend"),
    Address("frontend_post", "POST", "/api/frontend"),
    Address("frontend_register", "POST", "/api/frontend/client/register"),
    Address("frontend_metrics", "POST", "/api/frontend/client/metrics"),
    Address("frontend_exposures", "POST", "/api/frontend/client/exposures"),
    Address("frontend_measurements", "POST", "/api/frontend/client/measurements"),
    Address("ofrep_flag", "POST", f"/ofrep/v1/evaluate/flags/{NAME}"),
    Address("ofrep_flags", "POST", "/ofrep/v1/evaluate/flags"),
    Address("ofrep_configuration", "GET", "/ofrep/v1/configuration"),
    Address("frontend_preflight", "OPTIONS", "/api/frontend", _PREFLIGHT),
    Address("frontend_register_preflight", "OPTIONS", "/api/frontend/client/register", _PREFLIGHT),
    Address("frontend_metrics_preflight", "OPTIONS", "/api/frontend/client/metrics", _PREFLIGHT),
    Address("frontend_exposures_preflight", "OPTIONS", "/api/frontend/client/exposures", _PREFLIGHT),
    Address("frontend_measurements_preflight", "OPTIONS", "/api/frontend/client/measurements", _PREFLIGHT),
    Address("ofrep_flag_preflight", "OPTIONS", f"/ofrep/v1/evaluate/flags/{NAME}", _PREFLIGHT),
    Address("ofrep_flags_preflight", "OPTIONS", "/ofrep/v1/evaluate/flags", _PREFLIGHT),
    Address("ofrep_configuration_preflight", "OPTIONS", "/ofrep/v1/configuration", _PREFLIGHT),
)
