"""The address that people reach Studio at, as WebAuthn means it."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Site:
    """Host and origin of the public address."""

    host: str
    """Without port: a passkey belongs to it."""
    origin: str
    """With scheme, and port where it is not the scheme's own."""

    @classmethod
    def of(cls, public_url: str) -> "Site":
        """Read it from the setting PUBLIC_URL."""
        parts = urlsplit(public_url)
        return cls(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")

    @property
    def has_passkeys(self) -> bool:
        """Browsers make passkeys for names, over TLS or on this very machine, never for bare IP addresses."""
        try:
            ip_address(self.host)
        except ValueError:
            return self.origin.startswith("https://") or self.host == "localhost"
        return False
