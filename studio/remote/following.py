"""What changes, told once each. It is asked for again and again: that works through every proxy."""

import time
from collections.abc import Callable, Iterator
from typing import Any

from studio.remote.client import Api
from studio.runtime.outcomes import ENDED, STUCK

EVERY_S = 1.0
FAILED = ("failed", "cancelled", *STUCK)
"""States of a run that a script must not take for success."""
RESTING = (*ENDED, *STUCK)
LOOKED_AT = 100
"""Runs that every look sees again, one page: older ones are told of no more, however they end."""
MOST_NEW = 5_000
"""Runs of one look; who gets more in a second reads an export instead."""

Rest = Callable[[float], None]


def one_run(api: Api, run_id: str, rest: Rest = time.sleep) -> Iterator[dict[str, Any]]:
    """Each attempt of each step as it changes, and the run's own state, until it has ended or needs a person."""
    told: dict[str, str] = {}
    while True:
        run = api.get(f"/runs/{run_id}")
        for step in run["steps"]:
            if told.get(step["id"]) != step["state"]:
                told[step["id"]] = step["state"]
                yield _step(step)
        if told.get("run") != run["state"]:
            told["run"] = run["state"]
            yield {
                "kind": "run",
                "id": run["id"],
                "state": run["state"],
                "at": run["finished_at"] or run["started_at"] or run["created_at"],
                "waiting_for": run["waiting_for"],
                "error": _code(run),
            }
        if run["state"] in RESTING:
            return
        rest(EVERY_S)


def new_runs(api: Api, query: dict[str, Any], rest: Rest = time.sleep) -> Iterator[dict[str, Any]]:
    """Runs that begin from now on, oldest first, each again when its state has changed. Never ends."""
    newest = next((row["id"] for row in api.each("/runs", query, 1)), "")
    open_: dict[str, str] = {}
    while True:
        rest(EVERY_S)
        if newest and not open_ and not api.get("/runs", {**query, "after": newest, "limit": 1})["data"]:
            continue  # nothing that was told can change, and nothing is new: one look at an index
        rows = [row for row in _look(api, query, newest) if row["id"] > newest or row["id"] in open_]
        for row in reversed(rows):
            if open_.get(row["id"]) != row["state"]:
                yield row
        open_ = {row["id"]: row["state"] for row in rows if row["state"] not in RESTING}
        newest = max([newest, *(row["id"] for row in rows)])


def _look(api: Api, query: dict[str, Any], newest: str) -> Iterator[dict[str, Any]]:
    """All runs that are new, and as many as one page holds in any case."""
    for number, row in enumerate(api.each("/runs", query, MOST_NEW)):
        if number >= LOOKED_AT and row["id"] <= newest:
            return
        yield row


def _step(step: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "step",
        "id": step["id"],
        "node": step["node"],
        "name": step["name"],
        "path": step["path"],
        "attempt": step["attempt"],
        "state": step["state"],
        "at": step["finished_at"] or step["started_at"],
        "error": _code(step),
    }


def _code(what: dict[str, Any]) -> str | None:
    """The error's code: the message may hold what a step was given."""
    return str(what["error"].get("code")) if what["error"] else None
