"""What expressions see of a run at one place: trigger, steps, item, index, run, workspace."""

from collections.abc import Mapping
from typing import Any

from studio.expressions import Scope
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place, prefixes
from studio.runtime.ledger.rows import RunRow


class Data:
    """The values of one run, by iteration path. A step sees its own iteration and the scopes around it."""

    def __init__(self, run: RunRow, compiled: Compiled) -> None:
        """`run.input` becomes `trigger`."""
        self._base = {
            "trigger": run.input,
            "run": {"id": str(run.id), "title": run.title, "started_at": run.created_at.isoformat()},
            "workspace": dict(compiled.workspace),
        }
        self._outputs: dict[str, dict[str, Any]] = {"": {}}
        self._items: dict[str, tuple[Any, int]] = {}
        self._scopes: dict[str, Scope] = {}

    def put(self, place: Place, output: Any) -> None:
        """A step has given its output."""
        key, path = place
        self._outputs.setdefault(path, {})[key] = output
        self._forget(path)

    def enter(self, path: str, item: Any, index: int) -> None:
        """An iteration begins with its item."""
        self._items[path] = (item, index)

    def leave(self, path: str) -> dict[str, Any]:
        """An iteration has ended: give back its outputs and let go of them."""
        self._items.pop(path, None)
        self._scopes.pop(path, None)
        return self._outputs.pop(path, {})

    def scope(self, path: str) -> Scope:
        """The values at one place; built once between two changes."""
        scope = self._scopes.get(path)
        if scope is None:
            scope = self._scopes[path] = Scope(self._values(path))
        return scope

    def _values(self, path: str) -> dict[str, Any]:
        steps: dict[str, Any] = {}
        values: dict[str, Any] = dict(self._base)
        for prefix in prefixes(path):
            steps.update(self._outputs.get(prefix, {}))
            if prefix in self._items:
                values["item"], values["index"] = self._items[prefix]
        return values | {"steps": steps}

    def _forget(self, path: str) -> None:
        if len(self._scopes) == 1 and path in self._scopes:
            self._scopes.clear()
            return
        for known in [known for known in self._scopes if path in ("", known) or known.startswith(path + ".")]:
            del self._scopes[known]


def extended(scope: Scope, extra: Mapping[str, Any]) -> Scope:
    """The same values and some more roots, for a node that works over a list."""
    for root, value in extra.items():
        scope = scope.with_value(root, value)
    return scope
