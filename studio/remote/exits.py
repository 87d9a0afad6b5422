"""What a command's exit status means, and the one way out with a sentence."""

from enum import IntEnum
from typing import Any

import click


class Exit(IntEnum):
    """Statuses that scripts and CI rely on. 2 is click's, for a command that was typed wrongly."""

    OK = 0
    DIFFERS = 1
    """The question was answered, and the answer is no: problems, differences, a run that failed."""
    REFUSED = 3
    """Studio said no: a right that is missing, a name that is unknown, a state that does not allow it."""
    UNREACHABLE = 4
    """Nobody answered, or something that is not Studio, or Studio was broken: trying again may help."""


class Stopped(click.ClickException):
    """Ends a command with a sentence and a status; with `--json`, the problem goes to standard error as JSON."""

    def __init__(self, message: str, status: Exit, *, problem: dict[str, Any] | None = None) -> None:
        """`problem` is the API's own problem document, where it was the API that refused."""
        super().__init__(message)
        self.status = status
        self.problem = problem

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click has one for its class, and reads it of the object
        """What click ends the process with."""
        return int(self.status)
