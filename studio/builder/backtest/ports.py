"""What nodes reach in a backtest: nothing. To look at what another workflow's form asks for changes nothing."""

from typing import Any, NoReturn, cast
from uuid import UUID

from studio.contract.ports import CallAsk, Calls, Ports


class Unreachable(RuntimeError):
    """A node reached for what a backtest does not have: a defect of its simulation."""


class _Nothing:
    def __getattr__(self, name: str) -> NoReturn:
        message = f"a backtest reached for {name}"
        raise Unreachable(message)


class _Rehearsing(_Nothing):
    """Other workflows are looked at, never started; the same question is asked once."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._known: dict[str, tuple[str, Any]] = {}

    def rehearse(self, workspace_id: UUID, ask: CallAsk) -> tuple[str, Any]:
        """The name and the sample of the workflow that a step would call. Raises StudioError for unfit inputs."""
        key = f"{ask.workflow} {ask.inputs!r}"
        if key not in self._known:
            self._known[key] = self._calls.rehearse(workspace_id, ask)
        return self._known[key]


def none(calls: Calls) -> Ports:
    """The ports of a backtest."""
    nothing = cast("Any", _Nothing())
    return Ports(
        waits=nothing, approvals=nothing, mailer=nothing, store=nothing, secrets=nothing, http=nothing,
        calls=cast("Calls", _Rehearsing(calls)), turns=nothing,
    )  # fmt: skip
