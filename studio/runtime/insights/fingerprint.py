"""Errors that are one and the same: their code, their step, and their sentence without what differs. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST = 200
"""Letters of a sentence that count."""
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"|'[^'\s][^']*'|`[^`]*`")
_ADDRESS = re.compile(r"\S+@\S+")
_DIGITS = re.compile(r"\S*\d\S*")
_SPACE = re.compile(r"\s+")


def normalised(message: str) -> str:
    """The sentence without names in quotes, addresses and whatever has a digit: no order, person or amount is left."""
    text = unicodedata.normalize("NFKC", message[: 10 * LONGEST])
    for pattern, instead in ((_QUOTED, "*"), (_ADDRESS, "*"), (_DIGITS, "#"), (_SPACE, " ")):
        text = pattern.sub(instead, text)
    return text.strip()[:LONGEST].rstrip()


def fingerprint(error: Mapping[str, Any] | None) -> str | None:
    """16 hex digits, the same for errors of one cause; None: there is no error."""
    if not error:
        return None
    parts = (str(error.get("code") or ""), str(error.get("node") or ""), normalised(str(error.get("message") or "")))
    return hashlib.sha256("\0".join(parts).casefold().encode(errors="replace")).hexdigest()[:16]
