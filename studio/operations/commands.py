"""`studio doctor`."""

import json
import os

import click

from studio.core.settings import SettingsError, load
from studio.operations.doctor.examining import every, examine
from studio.operations.doctor.findings import Finding, Level, worst
from studio.operations.doctor.place import Place

_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.BAD: "red"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One object: the worst level, and every finding.")
@click.option("--only", multiple=True, metavar="CHECK", help="Look at this alone; may be given several times.")
@click.option("--send-to", metavar="ADDRESS", help="Send a test mail there; otherwise the mail server is only greeted.")
@click.option("--list", "listing", is_flag=True, help="Name the checks, and look at nothing.")
@click.pass_context
def doctor(context: click.Context, *, as_json: bool, only: tuple[str, ...], send_to: str | None, listing: bool) -> None:
    """Look at everything that this installation stands on. Status 0: well; 1: warnings; 2: something is bad.

    It changes nothing and may run beside a Studio that works.
    """
    known = [check.key for check in every()]
    unknown = sorted({*only} - {*known})
    if unknown:
        raise click.BadParameter(
            f"there is no check {unknown[0]!r}; there are {', '.join(known)}.", param_hint="--only"
        )
    if listing:
        click.echo("\n".join(known))
        return
    try:
        place = Place(load(), os.environ, send_to)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    try:
        found = list(_told(place, only, aloud=not as_json))
    finally:
        place.close()
    level = worst(found)
    if as_json:
        click.echo(json.dumps({"level": level.word, "findings": [finding.as_json() for finding in found]}, indent=2))
    else:
        click.echo(_summary(found))
    context.exit(int(level))


def _told(place: Place, only: tuple[str, ...], *, aloud: bool) -> list[Finding]:
    found = []
    for finding in examine(place, only):
        found.append(finding)
        if aloud:
            word = click.style(f"{finding.level.word:<7}", fg=_COLOURS[finding.level])
            click.echo(f"{word}  {finding.check:<12} {finding.sentence}")
            if finding.remedy:
                click.echo(f"{'':22}→ {finding.remedy}")
    return found


def _summary(found: list[Finding]) -> str:
    counts = {level: sum(finding.level is level for finding in found) for level in Level}
    return f"\n{counts[Level.OK]} ok, {counts[Level.WARNING]} to look at, {counts[Level.BAD]} bad."


commands = [doctor]
