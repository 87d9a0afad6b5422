"""The commands of this package, for the `studio` command to find."""

from studio.remote.completing import completion
from studio.remote.run_commands import runs
from studio.remote.workflow_commands import workflow

commands = [completion, runs, workflow]
