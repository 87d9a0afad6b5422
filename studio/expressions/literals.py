"""What can be said about a value from its spelling alone, before any data is known."""

from studio.expressions.arithmetic import is_numeric_text
from studio.expressions.catalogue import FUNCTIONS, TYPE_NAMES
from studio.expressions.syntax import Call, Const, Ident, ListNode, MapNode, Node, Select

_YES_NO = frozenset({"_&&_", "_||_", "!_", "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_", "@in"})
_PLAIN_RESULTS = frozenset({"bool", "timestamp", "duration", "type"})


def is_no_number(node: Node) -> bool:
    """Whether the node surely gives neither a number nor a text that holds one."""
    if isinstance(node, Call):
        known = FUNCTIONS.get(node.function)
        return node.function in _YES_NO or (known is not None and known.gives in _PLAIN_RESULTS)
    if isinstance(node, ListNode):
        return all(is_no_number(item) for item in node.items)
    return (
        isinstance(node, MapNode)
        or (isinstance(node, Select) and node.test)
        or (isinstance(node, Ident) and node.name in TYPE_NAMES)
        or (isinstance(node, Const) and _is_plain(node))
    )


def _is_plain(const: Const) -> bool:
    if const.kind == "string":
        return not is_numeric_text(str(const.value))
    return const.kind in ("null", "bool", "bytes")
