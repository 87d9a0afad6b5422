"""Completion in a shell: the script that a shell loads, and names that only Studio knows."""

import click
from click.shell_completion import CompletionItem, get_completion_class

from studio.remote import place
from studio.remote.client import Api
from studio.remote.exits import Stopped

SHELLS = ("bash", "zsh", "fish")
MOST = 50
VARIABLE = "_STUDIO_COMPLETE"


class Named(click.ParamType[str]):
    """An id or a name of something; Tab asks Studio for names that begin so, and stays silent where it cannot."""

    def __init__(self, name: str) -> None:
        """Of a workflow."""
        self.name = name

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Names with what was typed in them."""
        del ctx, param
        try:
            rows = Api(place.of_environment(None)).each("/workflows", {"q": incomplete[:120]}, MOST)
            return [CompletionItem(row["name"]) for row in rows if row["name"].startswith(incomplete)]
        except (Stopped, click.UsageError):
            return []  # a shell shows nothing but names


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete this command, such as `eval "$(studio completion bash)"`."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"{shell} is not known.")
    root = context.find_root()
    click.echo(kind(root.command, {}, root.info_name or "studio", VARIABLE).source())
