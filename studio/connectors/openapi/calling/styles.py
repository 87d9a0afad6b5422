"""How values are written into addresses, headers and forms: the styles of OpenAPI, after RFC 6570. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import orjson

_DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}


def written(value: Any) -> str:
    """A value as text: JSON's words for what is no text, nothing for null."""
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()


def escaped(value: Any) -> str:
    """As text in which nothing has a meaning of its own in an address."""
    return quote(written(value), safe="")


def in_path(name: str, value: Any, style: str, *, explode: bool) -> str:
    """What stands in an address in place of `{name}`."""
    if style == "label":
        return "." + _joined(value, "." if explode else ",", explode=explode)
    if style == "matrix":
        return _matrix(escaped(name), value, explode=explode)
    return _joined(value, ",", explode=explode)


def in_header(value: Any, *, explode: bool) -> str:
    """What stands in a header; headers are not escaped."""
    if isinstance(value, Mapping):
        parts = (f"{name}={written(one)}" if explode else f"{name},{written(one)}" for name, one in value.items())
        return ",".join(parts)
    return ",".join(map(written, value)) if isinstance(value, list) else written(value)


def in_query(name: str, value: Any, style: str, *, explode: bool) -> list[str]:
    """Pairs `name=value`, escaped; none for an empty list or object."""
    if style == "deepObject" and isinstance(value, Mapping | list):
        return list(_deep(name, value))
    if isinstance(value, Mapping):
        if explode and style == "form":
            return [f"{escaped(key)}={escaped(one)}" for key, one in value.items()]
        flat = [part for key, one in value.items() for part in (key, one)]
        return _pair(name, flat, style)
    if isinstance(value, list):
        return [f"{escaped(name)}={escaped(one)}" for one in value] if explode else _pair(name, value, style)
    return [f"{escaped(name)}={escaped(value)}"]


def _pair(name: str, values: list[Any], style: str) -> list[str]:
    delimiter = _DELIMITERS.get(style, ",")
    return [f"{escaped(name)}={delimiter.join(map(escaped, values))}"] if values else []


def _deep(name: str, value: Any) -> Iterator[str]:
    """`name[field]=value`, as deep as it goes; lists by their places, as PHP and Rails read them."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _deep(f"{name}[{key}]", one)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _deep(f"{name}[{index}]", one)
    else:
        yield f"{escaped(name)}={escaped(value)}"


def _joined(value: Any, delimiter: str, *, explode: bool) -> str:
    if isinstance(value, Mapping):
        if explode:
            return delimiter.join(f"{escaped(key)}={escaped(one)}" for key, one in value.items())
        return ",".join(escaped(part) for pair in value.items() for part in pair)
    return delimiter.join(map(escaped, value)) if isinstance(value, list) else escaped(value)


def _matrix(name: str, value: Any, *, explode: bool) -> str:
    if explode and isinstance(value, Mapping):
        return "".join(f";{escaped(key)}={escaped(one)}" for key, one in value.items())
    if explode and isinstance(value, list):
        return "".join(f";{name}={escaped(one)}" for one in value)
    return f";{name}={_joined(value, ',', explode=False)}"
