"""The cases of Unleash's client specification, as the npm package @unleash/client-specification carries them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.counterparts.node import PACKAGES

FOLDER = PACKAGES / "@unleash" / "client-specification" / "specifications"
CASES = 279
"""Of version 6.1: 227 of flags, 52 of variants."""


@dataclass(frozen=True, eq=False)
class Case:
    """One question to one state, and the answer that is due."""

    id: str
    state: dict[str, Any]
    feature: str
    context: dict[str, Any]
    expected: Any
    """A truth value, or `{name, enabled, feature_enabled, payload?}`."""


def installed() -> bool:
    """Whether the package is there; `make counterparts` brings it."""
    return (FOLDER / "index.json").exists()


def cases() -> Iterator[Case]:
    """All of them, in the specification's order."""
    for name in json.loads((FOLDER / "index.json").read_text()):
        suite = json.loads((FOLDER / name).read_text())
        asked = [*suite.get("tests", ()), *suite.get("variantTests", ())]
        for number, test in enumerate(asked, 1):
            named = f"{Path(name).stem}-{number}"
            yield Case(named, suite["state"], test["toggleName"], test["context"], test["expectedResult"])
