"""What all commands share: `--url`, `--json`, and the client that they ask by."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from studio.remote import place, speaking
from studio.remote.client import Api
from studio.remote.exits import Stopped

Verb = TypeVar("Verb", bound=Callable[..., Any])


def asks(function: Verb) -> Verb:
    """Give a command its client as `api`, and `as_json`."""

    @click.option("--url", metavar="URL", help=f"The Studio; else {place.URL}, else {place.LOCAL}.")
    @click.option("--json", "as_json", is_flag=True, help="Answer, and explain a refusal, as JSON.")
    @wraps(function)
    def run(*arguments: Any, url: str | None, as_json: bool, **options: Any) -> Any:
        api = Api(place.of_environment(url))
        try:
            return function(*arguments, api=api, as_json=as_json, **options)
        except Stopped as stopped:
            if not as_json:
                raise
            click.echo(speaking.problem_as_json(stopped), err=True)
            click.get_current_context().exit(stopped.exit_code)

    return run  # type: ignore[return-value]  # click adds parameters that the type cannot say
