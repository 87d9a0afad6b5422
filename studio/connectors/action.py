"""What can be done at another system: one class, one file."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ConfigDict

from studio.connectors.api import Api
from studio.connectors.outcomes import ProvedBy
from studio.contract.node import NodeConfig


class Fields(NodeConfig):
    """Base of every action's Config. Numbers are taken where a text is meant: `{{ … }}` alone hands over the value."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


class Action:
    """Base of every action. The docstring is its help; the form of a step is made of its Config.

    `Config` is filled with the run's data before `perform` sees it: texts may hold `{{ … }}` whatever their type.
    """

    key: ClassVar[str]
    """Within its connector: `refund`."""
    title: ClassVar[str]
    proved: ClassVar[ProvedBy] = ProvedBy.CONTRACT
    protects: ClassVar[str | None] = None
    """Key of the protected target that it reaches."""
    reads: ClassVar[bool] = False
    """Changes nothing there, so that a repeat does no harm."""
    keyed: ClassVar[bool] = False
    """A repeat under the same effect key happens once, by the provider's own means or by looking first."""
    causes: ClassVar[tuple[str, ...]] = ()
    """Events of shops (hooks.events) that the provider tells of it, so that a workflow could start itself."""
    sample: ClassVar[Any] = None
    """What it gives, such as a real one does."""
    output_schema: ClassVar[Mapping[str, Any] | None] = None

    class Config(Fields):
        """No fields."""

    @classmethod
    def facts(cls, config: Any) -> Mapping[str, Any]:
        """What its protected target is told, by the names that the target gives."""
        del config
        return {}

    def perform(self, api: Api, config: Any, effect_key: str) -> Any:
        """Do it; JSON out. `effect_key` is the same at every retry. Raises ApiError.

        Reads may go first, as many as it takes; what changes something is one request, the last one.
        """
        raise NotImplementedError  # each action says what it does
