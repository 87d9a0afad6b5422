"""Take secrets out of what is stored or logged: their values in every common form, and secret-like keys."""

import base64
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

MASK = "[redacted]"
SHORTEST = 4
"""Characters. A shorter value would blank half of every text, and guards nothing."""

_MAX_DEPTH = 200
_DUMP = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS

# Whole words at the end of a key: `refresh_token` and `X-Api-Key` are secret, `max_tokens` is not.
_SECRET_KEY = re.compile(
    r"(?:^|[^a-z])(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|authorization|cookie|credentials?"
    r"|(?:api|private|access|signing|master|encryption|client|secret)[-_ ]?key|apikey|otp|cvv|cvc"
    r"|card[-_ ]?number|session[-_ ]?id|signature)$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=4_096)
def is_secret_key(key: str) -> bool:
    """Whether a field's name says that its value is a secret."""
    return _SECRET_KEY.search(_CAMEL.sub("_", key[-60:])) is not None


class Redactor:
    """Replaces known secret values, and what stands under secret-like keys, in texts and JSON.

    `keys=False` leaves secret-like keys alone: for payloads that later steps still read, where a
    shop's own `cart_token` is data.
    """

    def __init__(self, values: Iterable[str] = (), *, keys: bool = True) -> None:
        self._forms: set[str] = set()
        self._keys = keys
        self._pattern: re.Pattern[str] | None = None
        for value in values:
            self.add(value)

    def add(self, value: str) -> None:
        """Register one secret value, from now on replaced wherever it shows."""
        if len(value) >= SHORTEST:
            self._forms.update(_forms(value))
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        """The text without secret values. Redact first, cut to length afterwards."""
        return self._pattern.sub(MASK, text) if self._pattern is not None else text

    def json(self, value: Any) -> Any:
        """The same JSON without secrets; the very same object where it holds none."""
        if not self._keys and not self._shows(value):
            return value
        return self._walk(value, 0)

    def _shows(self, value: Any) -> bool:
        """One look at the whole document, for the usual case that nothing is in it."""
        if self._pattern is None:
            return False
        try:
            return self._pattern.search(orjson.dumps(value, option=_DUMP).decode()) is not None
        except (TypeError, ValueError):
            return True

    def _walk(self, value: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            return MASK
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self._key(key): self._under(key, item, depth) for key, item in value.items()}
        if isinstance(value, list | tuple):
            kind = list if isinstance(value, list) else tuple
            return kind(self._walk(item, depth + 1) for item in value)
        return value

    def _key(self, key: Any) -> Any:
        return self.text(key) if isinstance(key, str) else key

    def _under(self, key: Any, item: Any, depth: int) -> Any:
        hidden = self._keys and isinstance(key, str) and is_secret_key(key)
        return MASK if hidden and item not in (None, "", False, True) else self._walk(item, depth + 1)


def _forms(value: str) -> set[str]:
    raw = value.encode("utf-8", "surrogatepass")
    forms = {value, quote(raw, safe=""), quote(raw), quote_plus(raw), raw.hex()}
    escaped = raw.decode("utf-8", "replace")
    for _ in range(3):  # JSON within JSON within the document that _shows() writes
        escaped = orjson.dumps(escaped).decode()[1:-1]
        forms.add(escaped)
    forms |= {re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in forms}
    return {form for form in forms | _base64_forms(raw) if len(form) >= SHORTEST}


def _base64_forms(raw: bytes) -> set[str]:
    """Base64 of the value wherever it starts in a longer text, as in `user:password` of Basic."""
    forms = set()
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + raw).decode()
        first = (0, 2, 3)[lead]  # characters that the bytes before it reach into
        tail = (lead + len(raw)) % 3
        last = len(encoded) if tail == 0 else len(encoded) - (3 if tail == 1 else 2)
        core = encoded[first:last]
        if len(core) >= SHORTEST:
            forms |= {core, core.translate(str.maketrans("+/", "-_"))}
    return forms
