"""A document indexed for its checks: steps, types, and the edges both ways."""

from functools import cached_property

from studio.contract.graph import BODY_PORT, ERROR_PORT
from studio.contract.node import Kind, NodeType, node_type
from studio.runtime.document import Document, Fix, Link, Problem, Step


class Outline:
    """The shape of one document. Built once for all checks."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.steps: dict[str, Step] = {step.key: step for step in document.nodes}
        self.index: dict[str, int] = {step.key: index for index, step in enumerate(document.nodes)}
        self.types: dict[str, type[NodeType]] = {}
        for step in document.nodes:
            found = node_type(step.type)
            if found is not None and step.version == found.version:
                self.types[step.key] = found
        self.into: dict[str, list[Link]] = {key: [] for key in self.steps}
        self.out: dict[str, list[Link]] = {key: [] for key in self.steps}
        for edge in document.edges:
            if edge.source in self.steps and edge.target in self.steps:
                self.into[edge.target].append(edge)
                self.out[edge.source].append(edge)

    @cached_property
    def triggers(self) -> list[str]:
        """Keys of the steps that start runs."""
        return [key for key, found in self.types.items() if found.kind is Kind.TRIGGER]

    def is_loop(self, key: str) -> bool:
        """Whether other steps may stand inside this one."""
        return key in self.types and self.types[key].is_loop

    def ports(self, key: str) -> tuple[str, ...]:
        """The ports an edge may leave by; the error port included, which triggers do not have."""
        found = self.types.get(key)
        if found is None:
            return ()
        try:
            own = tuple(found.ports_of(self.steps[key].config))
        except Exception:  # noqa: BLE001 - a draft's config may be anything; its fields get their own findings
            own = found.ports
        return own if found.kind is Kind.TRIGGER else (*own, ERROR_PORT)

    def stays_inside(self, edge: Link) -> bool:
        """Whether an edge keeps to one body, or is the loop's own way into it."""
        source, target = self.steps[edge.source], self.steps[edge.target]
        if edge.port == BODY_PORT and self.is_loop(edge.source):
            return target.parent == edge.source
        return source.parent == target.parent

    def name(self, key: str) -> str:
        """What people call a step."""
        return f"“{self.steps[key].name}”" if key in self.steps else f"“{key}”"

    def problem(
        self,
        code: str,
        message: str,
        key: str,
        field: str | None = None,
        *,
        warning: bool = False,
        span: tuple[int, int] | None = None,
        fix: Fix | None = None,
    ) -> Problem:
        """A finding about one step."""
        path = f"nodes.{self.index[key]}"
        return Problem(
            code,
            message,
            "warning" if warning else "error",
            node=key,
            field=field,
            path=f"{path}.{field}" if field else path,
            span=span,
            fix=fix,
        )

    def edge_problem(self, code: str, message: str, edge: Link, *, fix: Fix | None = None) -> Problem:
        """A finding about one connection."""
        ends = {"from": edge.source, "port": edge.port, "to": edge.target}
        path = f"edges.{self.document.edges.index(edge)}"
        return Problem(code, message, "error", node=edge.source, edge=ends, path=path, fix=fix)
