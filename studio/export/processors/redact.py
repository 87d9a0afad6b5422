"""Take values out by their key, or by what they look like."""

import hmac
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from studio.core.i18n import gettext as _
from studio.export.components import Processor, Settings
from studio.export.records import Record


class RedactSettings(Settings):
    """What is taken out, and what stands in its place."""

    keys: list[str] = Field([], max_length=50)
    """Patterns (RE2) of names, such as `user_agent` or `.*_email`; the whole name has to fit."""
    values: list[str] = Field([], max_length=50)
    """Patterns (RE2) of texts; what fits is replaced wherever it stands."""
    allowed_keys: list[str] | None = None
    """Of `metadata`: all others are taken out. None: all stay."""
    mode: Literal["mask", "hash", "drop"] = "mask"
    mask: str = Field("[redacted]", max_length=60)
    salt: str = Field("", max_length=200)
    """Of hashes: HMAC-SHA256 keyed by it tells the same value by the same hash."""

    @field_validator("keys", "values")
    @classmethod
    def _compile(cls, patterns: list[str]) -> list[str]:
        import re2  # noqa: PLC0415 - 3 MiB that wait for the first pattern

        for pattern in patterns:
            try:
                re2.compile(pattern)
            except re2.error:
                said = _("This is no pattern that RE2 reads.")
                raise PydanticCustomError("bad_regex", "{said}", {"said": said}) from None
        return patterns


class Redact(Processor[RedactSettings]):
    """Works on the form that the event has at its place in the pipeline."""

    kind = "redact"
    model = RedactSettings

    def __init__(self, config: RedactSettings) -> None:
        import re2  # noqa: PLC0415 - 3 MiB that wait for the first pattern

        super().__init__(config)
        self._keys = [re2.compile(pattern) for pattern in config.keys]
        self._values = [re2.compile(pattern) for pattern in config.values]

    def process(self, record: Record) -> Record:
        """Look through it."""
        body = self._walk(record.body)
        allowed = self.config.allowed_keys
        if allowed is not None and isinstance(body.get("metadata"), dict):
            body["metadata"] = {key: value for key, value in body["metadata"].items() if key in allowed}
        return record.with_body(body)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            found = {}
            for key, item in value.items():
                if item is not None and any(pattern.fullmatch(key) for pattern in self._keys):
                    if self.config.mode != "drop":
                        found[key] = self._instead(item)
                else:
                    found[key] = self._walk(item)
            return found
        if isinstance(value, list):
            return [self._walk(item) for item in value]
        if isinstance(value, str):
            for pattern in self._values:
                value = pattern.sub(lambda hit: self._instead(hit.group()), value)
        return value

    def _instead(self, value: Any) -> str:
        if self.config.mode == "hash":
            return hmac.digest(self.config.salt.encode(), str(value).encode(), "sha256").hex()
        return "" if self.config.mode == "drop" else self.config.mask
