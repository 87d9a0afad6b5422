"""Tokens, components and macros out of the files that define them. Pure: text in, records out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r"^\s*(--[a-z0-9-]+):\s*([^;]+);", re.MULTILINE)
_HEAD = re.compile(r"\A/\*(.*?)\*/", re.DOTALL)
_MACRO = re.compile(r"{%-?\s*macro\s+([a-z_]+)\((.*?)\)\s*-?%}")
_COLOUR = re.compile(r"^(?:light-dark\(|#|rgb\(|var\(--(?:accent))")


@dataclass(frozen=True, slots=True)
class Token:
    """One of tokens.css."""

    name: str
    value: str

    @property
    def kind(self) -> str:
        """What it is shown as: `colour`, `radius`, `space`, `shadow`, or `other`."""
        if _COLOUR.match(self.value):
            return "colour"
        return {"--r": "radius", "--s": "space"}.get(self.name[:3], "other") if self.value.endswith("px") else (
            "shadow" if self.name.startswith("--shadow") else "other"
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of components with what it says of its classes."""

    name: str
    classes: str


@dataclass(frozen=True, slots=True)
class Macro:
    """One that pages call."""

    file: str
    name: str
    takes: str


def tokens(css: str) -> list[Token]:
    """In the file's order; a name that a theme or a setting says anew counts once."""
    found: dict[str, Token] = {}
    for name, value in _TOKEN.findall(css):
        found.setdefault(name, Token(name, " ".join(value.split())))
    return list(found.values())


def sheets(files: Mapping[str, str]) -> list[Sheet]:
    """By name: the words at the head of each file that has some."""
    heads = {name: _HEAD.match(text) for name, text in sorted(files.items())}
    return [Sheet(name, _flush(head[1])) for name, head in heads.items() if head is not None]


def macros(files: Mapping[str, str]) -> list[Macro]:
    """Of every file, in its order."""
    return [
        Macro(file, name, " ".join(takes.split()))
        for file, text in sorted(files.items())
        for name, takes in _MACRO.findall(text)
    ]


def _flush(head: str) -> str:
    """Lines of a comment without the three blanks below its `/*`."""
    return "\n".join(line.removeprefix("   ").rstrip() for line in head.strip().splitlines())
