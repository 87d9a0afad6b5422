"""Turns the engine's serialized expression into our syntax tree."""

import struct
from collections.abc import Callable

from studio.expressions import wire
from studio.expressions.syntax import Call, Const, ConstKind, Ident, ListNode, Loop, MapNode, Node, Select


def decode(serialized: bytes) -> Node:
    """The tree of a serialized ``ParsedExpr``. Raises ValueError for anything else."""
    packed = next((f for f in wire.fields(serialized, 0, len(serialized)) if f.number == 2), None)
    if packed is None:
        raise ValueError("not a parsed expression")
    expression = positions = None
    for field in wire.fields(serialized, packed.start, packed.end):
        if field.number == 2:
            expression = field
        elif field.number == 3:
            positions = _positions(serialized, field)
    if expression is None:
        raise ValueError("not a parsed expression")
    return _Decoder(serialized, positions or {}).node(expression)


def _positions(buffer: bytes, info: wire.Field) -> dict[int, int]:
    found: dict[int, int] = {}
    for entry in wire.fields(buffer, info.start, info.end):
        if entry.number == 4:
            key = value = 0
            for part in wire.fields(buffer, entry.start, entry.end):
                if part.number == 1:
                    key = part.value
                elif part.number == 2:
                    value = part.value
            found[key] = value
    return found


_CONSTANTS: dict[int, tuple[ConstKind, Callable[[int, bytes], object]]] = {
    1: ("null", lambda _value, _raw: None),
    2: ("bool", lambda value, _raw: bool(value)),
    3: ("int", lambda value, _raw: wire.signed(value)),
    4: ("uint", lambda value, _raw: value),
    5: ("double", lambda _value, raw: struct.unpack("<d", raw)[0]),
    6: ("string", lambda _value, raw: raw.decode()),
    7: ("bytes", lambda _value, raw: raw),
}


class _Decoder:
    def __init__(self, buffer: bytes, positions: dict[int, int]) -> None:
        self.buffer = buffer
        self.positions = positions

    def parts(self, field: wire.Field) -> tuple[wire.Field, ...]:
        return tuple(wire.fields(self.buffer, field.start, field.end))

    def text(self, field: wire.Field) -> str:
        return self.buffer[field.start : field.end].decode()

    def node(self, field: wire.Field) -> Node:
        position: int | None = None
        body: wire.Field | None = None
        for part in self.parts(field):
            if part.number == 2:
                position = self.positions.get(part.value)
            else:
                body = part
        if body is None:
            raise ValueError("an expression without a body")
        readers: dict[int, Callable[[wire.Field, int | None], Node]] = {
            3: self.const,
            4: self.ident,
            5: self.select,
            6: self.call,
            7: self.list,
            8: self.map,
            9: self.loop,
        }
        if body.number not in readers:
            raise ValueError(f"unknown expression kind {body.number}")
        return readers[body.number](body, position)

    def ident(self, field: wire.Field, position: int | None) -> Ident:
        return Ident("".join(self.text(part) for part in self.parts(field)), position)

    def list(self, field: wire.Field, position: int | None) -> ListNode:
        parts = self.parts(field)
        items = tuple(self.node(part) for part in parts if part.number == 1)
        return ListNode(items, any(part.number == 2 for part in parts), position)

    def const(self, field: wire.Field, position: int | None) -> Const:
        part = self.parts(field)[0]
        raw = self.buffer[part.start : part.end]
        if part.number not in _CONSTANTS:
            raise ValueError(f"unknown constant kind {part.number}")
        kind, read = _CONSTANTS[part.number]
        return Const(read(part.value, raw), kind, position)

    def select(self, field: wire.Field, position: int | None) -> Select:
        operand: Node | None = None
        name, test = "", False
        for part in self.parts(field):
            if part.number == 1:
                operand = self.node(part)
            elif part.number == 2:
                name = self.text(part)
            elif part.number == 3:
                test = bool(part.value)
        if operand is None:
            raise ValueError("a selection without an operand")
        return Select(operand, name, test, position)

    def call(self, field: wire.Field, position: int | None) -> Call:
        target: Node | None = None
        name = ""
        args: tuple[Node, ...] = ()
        for part in self.parts(field):
            if part.number == 1:
                target = self.node(part)
            elif part.number == 2:
                name = self.text(part)
            elif part.number == 3:
                args += (self.node(part),)
        return Call(name, target, args, position)

    def map(self, field: wire.Field, position: int | None) -> MapNode:
        entries: tuple[tuple[Node, Node], ...] = ()
        type_name, optional = "", False
        for part in self.parts(field):
            if part.number == 1:
                type_name = self.text(part)
            elif part.number == 2:
                entries += (self.entry(part),)
                optional = optional or any(one.number == 5 for one in self.parts(part))
        return MapNode(entries, type_name, optional, position)

    def entry(self, field: wire.Field) -> tuple[Node, Node]:
        key: Node = Const(None, "null")
        value: Node = Const(None, "null")
        for part in self.parts(field):
            if part.number == 2:
                key = Const(self.text(part), "string")
            elif part.number == 3:
                key = self.node(part)
            elif part.number == 4:
                value = self.node(part)
        return key, value

    def loop(self, field: wire.Field, position: int | None) -> Loop:
        names = {1: "", 3: "", 8: ""}
        nodes: dict[int, Node] = {}
        for part in self.parts(field):
            if part.number in names:
                names[part.number] = self.text(part)
            else:
                nodes[part.number] = self.node(part)
        return Loop(
            variable=names[1],
            second_variable=names[8],
            accumulator=names[3],
            range=nodes[2],
            init=nodes[4],
            condition=nodes[5],
            step=nodes[6],
            result=nodes[7],
            position=position,
        )
