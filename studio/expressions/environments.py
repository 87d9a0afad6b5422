"""The two environments of the CEL engine; the only module that imports it, and only `engine` imports this one.

Two, since the engine's type checker refuses what merchants write every day (``total > 99.5`` where the total is
whole): one parses without its checker, ours follows in ``check``; the other runs. The running one takes further
overloads of the built-in operators, because it never builds a checker in which they would clash.
"""

from collections.abc import Callable, Iterator

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional

from studio.expressions import library, rewrite, work

_T = cel.Type
evaluate = cel.Expression.eval
ERROR = _T.ERROR
"""The type of a value that is a fault."""
Value = cel.Value
"""An entry of a list or dict that is still to be opened."""
_TYPES: dict[library.Kind, object] = {
    "int": _T.INT,
    "double": _T.DOUBLE,
    "string": _T.STRING,
    "bool": _T.BOOL,
    "list": _T.LIST,
    "map": _T.MAP,
    "timestamp": _T.TIMESTAMP,
    "duration": _T.DURATION,
    "null": _T.NULL,
}


def _declare(name: str, overloads: list[library.Overload]) -> object:
    return cel.FunctionDecl(
        name,
        [
            cel.Overload(
                f"{name}:{'.' if one.member else ''}{','.join(one.kinds)}",
                return_type=_T.DYN if one.gives is None else _TYPES[one.gives],
                parameters=tuple(_TYPES[kind] for kind in one.kinds),
                is_member=one.member,
                impl=one.function,
            )
            for one in overloads
        ],
    )


def _function(name: str, result: object, run: Callable[..., object], *parameters: list[object]) -> object:
    overloads = [
        cel.Overload(f"{name}:{at}", return_type=result, parameters=tuple(takes), impl=run)
        for at, takes in enumerate(parameters)
    ]
    return cel.FunctionDecl(name, overloads)


_COLLECTED: dict[str, object] = {
    rewrite.COLLECT_ANY: _T.List(_T.DYN),
    rewrite.COLLECT["timestamp"]: _T.List(_T.TIMESTAMP),
    rewrite.COLLECT["duration"]: _T.List(_T.DURATION),
}


def _declarations() -> Iterator[object]:
    for name, overloads in rewrite.RENAMED.items():
        yield _declare(rewrite.renamed(name), overloads)
    for name, overloads in {**library.ADDED, **library.FUNCTIONS, **library.PREPARING}.items():
        yield _declare(name, overloads)
    yield _function(rewrite.BEGIN, _T.BOOL, work.begin_list, [_T.INT])
    yield _function(rewrite.PUSH, _T.BOOL, work.push, *([_T.INT, _T.BOOL, kind] for kind in _TYPES.values()))
    for name, result in _COLLECTED.items():
        yield _function(name, result, work.end_list, [_T.INT, _T.BOOL])


parser = cel.NewEnv(variables={}, extensions=[ext_optional.ExtOptional()])
runtime = cel.NewEnv(variables={}, extensions=[ext_optional.ExtOptional()], functions=list(_declarations()))
