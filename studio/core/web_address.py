"""Web addresses that somebody typed, perhaps only half of one."""

from urllib.parse import SplitResult, urlsplit


def split(url: str) -> SplitResult | None:
    """Its parts; None where it cannot be read as an address, such as `http://[::1` or one with a port of letters."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
