"""What an unquoted word of YAML means: the core schema of YAML 1.2, in which `no` is a text and not a “false”."""

import re

_BASES = (
    (re.compile(r"[-+]?[0-9]{1,300}\Z"), 10),
    (re.compile(r"0o[0-7]{1,100}\Z"), 8),
    (re.compile(r"0x[0-9a-fA-F]{1,100}\Z"), 16),
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,100}|[0-9]{1,100}(\.[0-9]{0,100})?)([eE][-+]?[0-9]{1,3})?\Z")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_MOST = 302


def plain(text: str) -> str | int | float | bool | None:
    """The value of an unquoted word. Dates stay texts, and so do the endless numbers that JSON cannot hold."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _MOST or text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> str | int | float:
    for pattern, base in _BASES:
        if pattern.match(text):
            return int(text, base)
    if _FLOAT.match(text):
        number = float(text)
        return number if abs(number) != float("inf") else text
    return text
