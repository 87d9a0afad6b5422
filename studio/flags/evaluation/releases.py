"""Release numbers in order, by Semantic Versioning 2.0."""

import re

Release = tuple[int, int, int, tuple[tuple[int, int, str], ...]]
"""Greater means later. A release without a label is later than all of its labelled ones."""

_NUMBER = r"(0|[1-9][0-9]*)"
_PART = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_FORM = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_PART}(?:\.{_PART})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_FINAL = ((2, 0, ""),)
_LARGEST = 2**64
_LONGEST = 256


def release(text: str) -> Release | None:
    """`2.1.0-beta.2+build` in comparable form; the build is left aside. None where it is no release number."""
    found = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    major, minor, patch = (int(found[place]) for place in (1, 2, 3))
    if max(major, minor, patch) >= _LARGEST:
        return None
    return major, minor, patch, _FINAL if found[4] is None else tuple(map(_part, found[4].split(".")))


def _part(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdigit() else (1, 0, text)
