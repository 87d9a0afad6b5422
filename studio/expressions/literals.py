"""What can be said about a value from its spelling alone, before any data is known."""

from studio.expressions.arithmetic import is_numeric_text
from studio.expressions.catalogue import FUNCTIONS, TYPE_NAMES
from studio.expressions.syntax import Call, Const, Ident, ListNode, MapNode, Node, Select

_YES_NO = frozenset({"_&&_", "_||_", "!_", "_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_", "@in"})
_PLAIN_RESULTS = frozenset({"bool", "timestamp", "duration", "type"})


def is_no_number(node: Node) -> bool:
    """Whether the node surely gives neither a number nor a text that holds one."""
    match node:
        case Const(value, "string"):
            return not is_numeric_text(str(value))
        case Const(_, kind):
            return kind in ("null", "bool", "bytes")
        case Ident(name):
            return name in TYPE_NAMES
        case Select(test=test):
            return test
        case Call(function):
            known = FUNCTIONS.get(function)
            return function in _YES_NO or (known is not None and known.gives in _PLAIN_RESULTS)
        case MapNode():
            return True
        case ListNode(items):
            return all(is_no_number(item) for item in items)
        case _:
            return False
