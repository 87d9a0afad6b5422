"""YAML that says exactly what JSON can say: no aliases, no tags, no dates, no yes and no.

The round trip is exact, so reader and writer share one idea of which plain words are numbers.
"""

import re
from typing import Any

import yaml

from studio.core.errors import InvalidInput
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.runtime.document.bounds import MAX_BYTES, MAX_DEPTH, refuse

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"^[-+]?(\d[\d_]*)?\.?\d+([eE][-+]?\d+)?$|^[-+]?\d+\.([eE][-+]?\d+)?$")
_BLOCK = re.compile(r"(?:[!-~][ -~]*\n)+(?:[!-~][ -~]*)?")
"""Plain lines without trailing or leading blanks: what a block can show exactly."""
_INT = re.compile(r"^-?(0|[1-9]\d*)$")
_FLOAT = re.compile(r"^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$")


class _Reader(_Base):
    """JSON's scalars alone: YAML 1.1 would read `on`, `1_000` and `2026-01-01` as something else."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own name


class _Writer(yaml.SafeDumper):
    """Quotes whatever any YAML reader might take for something other than text."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _style(text: str) -> str | None:
    """Quoted where a YAML 1.1 reader would take a character for a line break, a block where people read lines."""
    if any(character in "\x85\u2028\u2029\ufeff" for character in text):
        return '"'
    return "|" if "\n" in text and _BLOCK.fullmatch(text) else None


for _letter in "-0123456789":
    _Reader.yaml_implicit_resolvers.setdefault(_letter, []).extend(
        [("tag:yaml.org,2002:int", _INT), ("tag:yaml.org,2002:float", _FLOAT)]
    )
_Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
_Reader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(null|~|)$"), ["n", "~", ""])
_Reader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(loader.construct_scalar(node)))
_Reader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node)))
_Writer.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-+.0123456789"))
_Writer.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, _style(text)))
_Writer.add_representer(float, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", repr(number)))


def read(text: str | bytes) -> Any:
    """The plain value of a YAML text. Raises InvalidInput."""
    if len(text) > 2 * MAX_BYTES:
        raise refuse(
            "document.too_large",
            _("A workflow may have at most %(max_bytes)s KiB.", max_bytes=separated(MAX_BYTES // 1024)),
        )
    try:
        _look_over(text)
        return yaml.load(text, Loader=_Reader)  # noqa: S506 - _Reader is a SafeLoader with fewer types
    except InvalidInput:
        raise
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = _(" in line %(line)s", line=where.line + 1) if where is not None else ""
        raise refuse("document.not_yaml", _("This is neither JSON nor readable YAML%(line)s.", line=line)) from None


def write(value: Any) -> str:
    """A plain value as YAML, in the order it has."""
    return yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)


def _look_over(text: str | bytes) -> None:
    """Refuse aliases, which can multiply, tags, and depth, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.AliasEvent):
            raise refuse("document.alias", _("YAML aliases (*name) are not allowed here; write the value out."))
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None) not in (None, "!"):
            raise refuse("document.tag", _("YAML tags (!name) are not allowed here."))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise refuse(
                    "document.too_deep",
                    _("The workflow is nested more than %(max_depth)s levels deep.", max_depth=MAX_DEPTH),
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
