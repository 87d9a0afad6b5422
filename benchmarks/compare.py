"""An earlier measurement's JSON lines, set beside a new one's."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import ratio
from benchmarks.report import Figure

CONDITIONS = ("machine", "seconds", "rounds")
Key = tuple[str, str, str, str]


class BadFile(Exception):
    """The file holds no figures; the message names the line."""


def read(path: Path) -> dict[Key, dict[str, Any]]:
    """The figures of `studio bench … --json`, the last of each kind. Raises BadFile."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {error}"
        raise BadFile(message) from error
    found = [_figure(path, number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not found:
        message = f"{path} holds no figures"
        raise BadFile(message)
    return {_key(figure): figure for figure in found}


def beside(old: Mapping[Key, Mapping[str, Any]], figure: Figure) -> dict[str, Any] | None:
    """`old` and `ratio` (new over old; None where old is 0); None where the earlier measurement has no such figure."""
    found = old.get((figure.bench, figure.workload, figure.store, figure.metric))
    return None if found is None else {"old": found["value"], "ratio": ratio(figure.value, found["value"])}


def differences(old: Iterable[Mapping[str, Any]], figure: Figure) -> list[str]:
    """Conditions under which the earlier figures of this bench were measured otherwise, as sentences."""
    earlier = [one for one in old if one["bench"] == figure.bench]
    said = []
    for name in CONDITIONS:
        now = getattr(figure, name)
        others = dict.fromkeys(one[name] for one in earlier if name in one and one[name] != now)
        said += [f"{name} differ: {other} then, {now} now" for other in others]
    return said


def _figure(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    named = isinstance(found, dict) and all(
        isinstance(found.get(key), str) for key in ("bench", "workload", "store", "metric")
    )
    if not named or type(found.get("value")) not in (int, float):
        message = f"{path}, line {number}: this is no figure of `studio bench … --json`"
        raise BadFile(message)
    return dict(found)


def _key(figure: Mapping[str, Any]) -> Key:
    return figure["bench"], figure["workload"], figure["store"], figure["metric"]
