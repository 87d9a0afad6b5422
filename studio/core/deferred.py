"""Models that are made ready at their first use: of hundreds a process uses a few, and each would delay its start."""

from collections.abc import Mapping
from threading import RLock
from typing import Any

from pydantic import BaseModel, ConfigDict

_MAKING = RLock()


class Deferred(BaseModel):
    """Base of models that are many: what checks one is made when it is first asked."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 2,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Make it, on one thread at a time: one that comes in between would find it half made."""
        with _MAKING:
            return super().model_rebuild(
                force=force,
                raise_errors=raise_errors,
                _parent_namespace_depth=_parent_namespace_depth + 1,
                _types_namespace=_types_namespace,
            )
