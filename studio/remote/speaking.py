"""Answers for people as aligned columns, for programs as JSON: one document, or a line each where something follows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
import orjson

from studio.remote.exits import Stopped

GAP = "  "
LONGEST = 60
"""Characters of a cell; the JSON has all of it."""


def document(value: Any) -> None:
    """One JSON document, indented."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def line(value: Any) -> None:
    """One JSON line, at once: whoever follows reads it while the command goes on."""
    click.echo(orjson.dumps(value).decode())


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, empty: str) -> None:
    """Rows under headings; the sentence where there are none."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    if not cells:
        click.echo(empty)
        return
    headings = [column.replace("_", " ").upper() for column in columns]
    widths = [max(len(line[index]) for line in [headings, *cells]) for index in range(len(columns))]
    for each in [headings, *cells]:
        click.echo(GAP.join(text.ljust(width) for text, width in zip(each, widths, strict=True)).rstrip())


def one_line(cells: Iterable[Any]) -> str:
    """Cells of a line that follows another."""
    return GAP.join(_cell(cell) for cell in cells).rstrip()


def problem_as_json(stopped: Stopped) -> str:
    """What a program reads from standard error: the API's own problem, or the sentence alone."""
    return orjson.dumps(stopped.problem or {"detail": stopped.message, "code": "cli.stopped"}).decode()


def _cell(value: Any) -> str:
    """One line of text, without control characters: a run's title comes from outside and must not drive a terminal."""
    text = "-" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
