"""Tables that name the tests which hold something: a name that leads nowhere is a hole in the table."""

import re
from collections.abc import Iterable

from tests.project.source import PROJECT


def missing(named: Iterable[str]) -> list[str]:
    """Those of `file::test` that are not there, each below `tests/`."""
    return [one for one in named if not _is_there(one)]


def _is_there(named: str) -> bool:
    file, _colons, name = named.partition("::")
    path = PROJECT / "tests" / file
    return path.is_file() and re.search(rf"^def {name}\(", path.read_text(), re.MULTILINE) is not None
