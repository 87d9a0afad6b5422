"""Turns our syntax tree back into the engine's serialized form: the reverse of ``decode``."""

import struct
from itertools import count

from studio.expressions.syntax import Call, Const, Ident, ListNode, Loop, MapNode, Node, Select

_TYPE_URL = b"type.googleapis.com/cel.expr.ParsedExpr"


def encode(tree: Node) -> bytes:
    """A serialized ``ParsedExpr``, without positions: it is only run, never shown."""
    return _bytes(1, _TYPE_URL) + _bytes(2, _bytes(2, _Encoder().node(tree)))


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode()) if value else b""


class _Encoder:
    def __init__(self) -> None:
        self.ids = count(1)

    def node(self, node: Node) -> bytes:
        number, body = self.kind(node)
        return _number(2, next(self.ids)) + _bytes(number, body)

    def kind(self, node: Node) -> tuple[int, bytes]:
        """The field of ``Expr`` that this node is, and what is in it."""
        match node:
            case Const():
                return 3, self.const(node)
            case Ident(name):
                return 4, _text(1, name)
            case Select(operand, field, test):
                body = _bytes(1, self.node(operand)) + _text(2, field)
                return 5, body + (_number(3, 1) if test else b"")
            case Call():
                return 6, self.call(node)
            case _:
                return self.compound(node)

    def compound(self, node: ListNode | MapNode | Loop) -> tuple[int, bytes]:
        match node:
            case ListNode(items):
                return 7, b"".join(_bytes(1, self.node(item)) for item in items)
            case MapNode():
                return 8, self.map(node)
            case Loop():
                return 9, self.loop(node)

    def call(self, node: Call) -> bytes:
        body = b"" if node.target is None else _bytes(1, self.node(node.target))
        body += _text(2, node.function)
        return body + b"".join(_bytes(3, self.node(arg)) for arg in node.args)

    def const(self, node: Const) -> bytes:
        value = node.value
        match node.kind:
            case "null":
                return _number(1, 0)
            case "string":
                return _bytes(6, str(value).encode())
            case "double":
                assert isinstance(value, float)  # noqa: S101 (for mypy: the kind says so)
                return _varint(5 << 3 | 1) + struct.pack("<d", value)
            case "bytes":
                assert isinstance(value, bytes)  # noqa: S101 (for mypy: the kind says so)
                return _bytes(7, value)
            case "bool" | "int" | "uint":
                assert isinstance(value, int)  # noqa: S101 (for mypy: the kind says so)
                return _number({"bool": 2, "int": 3, "uint": 4}[node.kind], value)

    def map(self, node: MapNode) -> bytes:
        body = b""
        for key, value in node.entries:
            entry = _number(1, next(self.ids))
            entry += _bytes(3, self.node(key)) + _bytes(4, self.node(value))
            body += _bytes(2, entry)
        return body

    def loop(self, node: Loop) -> bytes:
        return (
            _text(1, node.variable)
            + _bytes(2, self.node(node.range))
            + _text(3, node.accumulator)
            + _bytes(4, self.node(node.init))
            + _bytes(5, self.node(node.condition))
            + _bytes(6, self.node(node.step))
            + _bytes(7, self.node(node.result))
            + _text(8, node.second_variable)
        )
