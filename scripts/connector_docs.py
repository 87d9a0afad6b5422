"""Write the table of actions in docs/connectors.md from the connectors that ship."""

from collections.abc import Iterator
from pathlib import Path

from studio.connectors.action import Action
from studio.connectors.catalogue import connectors
from studio.connectors.outcomes import ProvedBy

PAGE = Path("docs/connectors.md")
HEAD = "| action | what it does | proved | protected action |"
PROVED = {ProvedBy.VENDURE: "on Vendure", ProvedBy.CONTRACT: "by contract only"}


def main() -> None:
    PAGE.write_text(page(PAGE.read_text()))


def actions() -> dict[str, type[Action]]:
    """Every action that ships, by the name that steps give it."""
    return {f"{one.key}.{action.key}": action for one in connectors().values() for action in one.actions}


def page(text: str) -> str:
    """The page with the table of now; the rest of it is written by hand."""
    before, _head, below = text.partition(HEAD)
    lines = below.splitlines(keepends=True)
    rest = next(number for number, line in enumerate(lines) if number and not line.startswith("|"))
    return before + "".join(f"{line}\n" for line in table()) + "".join(lines[rest:])


def table() -> Iterator[str]:
    yield HEAD
    yield "| --- | --- | --- | --- |"
    for name, action in sorted(actions().items()):
        protected = f"`{action.protects}`" if action.protects else ""
        yield f"| `{name}` | {action.title} | {PROVED[action.proved]} | {protected} |"


if __name__ == "__main__":
    main()
