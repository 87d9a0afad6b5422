"""Walks an expression with what is known about the data: what kind it gives, what is wrong."""

from studio.core.i18n import gettext as _
from studio.expressions import rules
from studio.expressions.catalogue import FUNCTIONS, TYPE_NAMES
from studio.expressions.kinds import Kind, words_of
from studio.expressions.library import NO_DATE, is_date
from studio.expressions.paths import PathUse, chain, written
from studio.expressions.problems import Problem
from studio.expressions.schema import Environment, Schema, merged
from studio.expressions.suggest import closest, listing
from studio.expressions.syntax import Call, Const, Ident, ListNode, Loop, MapNode, Node, Select

_CONSTANTS: dict[str, Kind] = {
    "null": "null",
    "bool": "bool",
    "int": "number",
    "uint": "number",
    "double": "number",
    "string": "string",
    "bytes": "bytes",
}
Bound = dict[str, tuple[Schema, str]]
"""Loop variables: what they hold, and what to call them in a sentence."""


class Inference:
    """One walk over one expression; ``problems`` fills while it goes."""

    def __init__(self, source: str, environment: Environment) -> None:
        self.source = source
        self.environment = environment
        self.problems: list[Problem] = []

    def report(
        self,
        message: str,
        position: int | None,
        *,
        certain: bool = True,
        code: str = "expression.type",
        path: str | None = None,
    ) -> Schema:
        """Note a problem; the value is then “anything”, so that one mistake is told once."""
        severity = rules.severity(certain=certain)
        problem = Problem(code, message, self.source, path, severity, position)
        if problem not in self.problems:
            self.problems.append(problem)
        return Schema(known=certain)

    def shape(self, node: Node, bound: Bound) -> Schema:
        """What the node gives."""
        use = chain(node)
        if use is not None:
            return self.path(use, bound)
        if isinstance(node, Loop):
            return self.loop(node, bound)
        if isinstance(node, Call):
            return self.call(node, bound)
        if isinstance(node, Select):
            return self.select(self.shape(node.operand, bound), node)
        return self.written_out(node, bound)

    def written_out(self, node: Node, bound: Bound) -> Schema:
        match node:
            case Const(value, kind):
                return Schema(_CONSTANTS[kind], sample=value)
            case ListNode(items):
                return Schema.list_of(self.either([self.shape(item, bound) for item in items]))
            case MapNode(entries):
                return self.literal(entries, bound)
            case _:
                return Schema()

    def either(self, shapes: list[Schema]) -> Schema:
        if not shapes:
            return Schema()
        found = shapes[0]
        for shape in shapes[1:]:
            found = merged(found, shape)
        return found

    def literal(self, entries: tuple[tuple[Node, Node], ...], bound: Bound) -> Schema:
        fields: dict[str, Schema] = {}
        closed = True
        for key, value in entries:
            shape = self.shape(value, bound)
            if isinstance(key, Const):
                fields[str(key.value)] = shape
            else:
                self.shape(key, bound)
                closed = False
        return Schema("object", fields, closed=closed)

    # Paths

    def path(self, use: PathUse, bound: Bound) -> Schema:
        root = use.segments[0]
        if root in bound:
            found, owner = bound[root]
            return self.follow(found, owner, use, hint=root)
        if root in TYPE_NAMES and len(use.segments) == 1:
            return Schema("type")
        known = self.environment.roots.get(root)
        if known is None:
            return self.no_root(use)
        return self.follow(known, root, use, hint=root)

    def no_root(self, use: PathUse) -> Schema:
        roots = self.environment.roots
        near = closest(use.segments[0], roots)
        message = _("There is nothing called “%(segments)s” here.", segments=use.segments[0][:80])
        if near is not None:
            message += _(" Did you mean %(written)s?", written=written((near, *use.segments[1:])))
        else:
            message += _(" There is %(roots)s.", roots=listing(sorted(roots))) if roots else ""
            within = [name for name, shape in roots.items() if shape.fields.get(use.segments[0])]
            if within:
                message += _(" Did you mean %(written)s?", written=written((within[0], *use.segments)))
        return self.report(message, use.position, code="expression.unknown_path", path=use.segments[0])

    def follow(self, found: Schema, owner: str, use: PathUse, hint: str) -> Schema:
        last = len(use.segments) - 1
        for at in range(1, last + 1):
            name = use.segments[at]
            below = found.field(name)
            if below is None:
                if use.optional or (use.presence and at == last):
                    return self.absent(found, use, at)
                return self.no_field(found, owner if at == 1 else None, use, at)
            found = below
        if use.presence:
            return Schema("bool")
        return Schema("optional", entries=found, known=found.known) if use.optional else found

    def absent(self, found: Schema, use: PathUse, at: int) -> Schema:
        """Asking whether a field is there that can never be."""
        if found.kind == "object" and found.known:
            path = written(use.segments[: at + 1])
            near = closest(use.segments[at], found.fields)
            message = _("No earlier step ever gives %(path)s, so it will always be missing.", path=path)
            if near is not None:
                message += _(" Did you mean %(written)s?", written=written((*use.segments[:at], near)))
            self.report(message, use.position, certain=False, code="expression.unknown_path", path=path)
        return Schema("bool") if use.presence else Schema("optional", known=found.known)

    def no_field(self, found: Schema, owner: str | None, use: PathUse, at: int) -> Schema:
        name = use.segments[at]
        path, above = written(use.segments[: at + 1]), written(use.segments[:at])
        if found.kind != "object":
            return self.no_object(found, above, name, use, path)
        who = (
            _("%(owner)s has no field “%(name)s”.", owner=owner, name=name)
            if owner not in (None, use.segments[0])
            else None
        )
        whole = written((*use.segments[:at], near)) if (near := closest(name, found.fields)) else ""
        hint = _(" Did you mean %(whole)s?", whole=whole) if whole else ""
        if not whole and found.fields:
            hint = (
                _(" It has %(fields)s.", fields=listing(found.fields))
                if who
                else _(" %(above)s has %(fields)s.", above=above, fields=listing(found.fields))
            )
        elif not found.fields:
            hint = _(" %(above)s has no fields.", above=above)
        if found.known:
            message = who or _("No earlier step gives %(path)s.", path=path)
        else:
            message = (who or _("The sample has no %(path)s.", path=path)) + (
                _(" If it may be missing, ask has() first.")
            )
        return self.report(
            message + hint,
            use.position,
            certain=found.known,
            code="expression.unknown_path",
            path=path,
        )

    def no_object(self, found: Schema, above: str, name: str, use: PathUse, path: str) -> Schema:
        message = _(
            "%(above)s is %(words)s, so it has no field “%(name)s”.", above=above, words=words_of(found.kind), name=name
        )
        if found.kind == "list":
            message += _(" Write %(above)s[0].%(name)s or %(above)s.map(x, x.%(name)s).", above=above, name=name)
        return self.report(
            message,
            use.position,
            certain=found.known,
            code="expression.unknown_path",
            path=path,
        )

    def select(self, owner: Schema, node: Select) -> Schema:
        name = node.field
        if owner.kind == "optional":
            inner = owner.entry().field(name)
            return Schema("optional", entries=inner, known=owner.known)
        found = owner.field(name)
        if node.test:
            return Schema("bool")
        if found is not None:
            return found
        if owner.kind != "object":
            message = _("%(words)s has no field “%(name)s”.", words=words_of(owner.kind).capitalize(), name=name)
        else:
            near = closest(name, owner.fields)
            message = _("There is no field “%(name)s” here. ", name=name)
            message += (
                _("Did you mean %(near)s?", near=near)
                if near
                else _("There is %(fields)s.", fields=listing(owner.fields))
            )
        return self.report(
            message,
            node.position,
            certain=owner.known,
            code="expression.unknown_path",
            path=name,
        )

    # Loops

    def loop(self, node: Loop, bound: Bound) -> Schema:
        over = self.shape(node.range, bound)
        entry = self.entry(over, node)
        use = chain(node.range)
        owner = _("An entry of %(text)s", text=use.text) if use is not None else _("An entry of the list")
        hidden = Schema("list") if isinstance(node.init, ListNode) else Schema()
        inner = {**bound, node.variable: (entry, owner), node.accumulator: (hidden, "")}
        if isinstance(node.init, ListNode):
            return Schema.list_of(self.built(node.step, inner))
        self.shape(node.step, inner)
        result = node.result
        return Schema() if isinstance(result, Call) and result.target else Schema("bool")

    def entry(self, over: Schema, node: Loop) -> Schema:
        if over.kind == "list":
            return over.entry()
        if over.kind == "object":
            return Schema("string", known=over.known)
        if over.kind in ("any", "optional"):
            return Schema(known=over.known)
        return self.report(
            _("A list is needed here, but this is %(words)s.", words=words_of(over.kind)),
            node.position,
            certain=over.known,
        )

    def built(self, step: Node, bound: Bound) -> Schema:
        """What ``map`` and ``filter`` put into their list: the hidden ``accumulator + [entry]``."""
        match step:
            case Call("_?_:_", None, (condition, then, _)):
                self.condition(condition, bound)
                return self.built(then, bound)
            case Call("_+_", None, (Ident(), ListNode((entry,)))):
                return self.shape(entry, bound)
            case _:
                return self.shape(step, bound)

    # Calls

    def condition(self, node: Node, bound: Bound) -> None:
        shape = self.shape(node, bound)
        if shape.kind not in ("bool", "any"):
            self.report(
                _("A condition needs yes or no here, but this is %(words)s.", words=words_of(shape.kind)),
                node.position,
                certain=shape.known,
            )

    def call(self, node: Call, bound: Bound) -> Schema:
        function = node.function
        if function in ("_&&_", "_||_", "!_"):
            for arg in node.args:
                self.condition(arg, bound)
            return Schema("bool")
        if function == "_?_:_":
            condition, then, otherwise = node.args
            self.condition(condition, bound)
            return merged(self.shape(then, bound), self.shape(otherwise, bound))
        operands = node.args if node.target is None else (node.target, *node.args)
        shapes = [self.shape(operand, bound) for operand in operands]
        if function in FUNCTIONS:
            result, message = rules.function(FUNCTIONS[function], shapes)
        else:
            result, message = rules.operator(function, shapes, operands)
        if message is not None:
            certain = all(shape.known for shape in shapes) and function not in rules.DOUBTS
            self.report(message, node.position, certain=certain)
        elif function == "timestamp":
            self.dated(shapes[0], operands[0], node)
        return result

    def dated(self, shape: Schema, operand: Node, node: Call) -> None:
        """A text that is no date: an error where it is written out, else only the sample's word against it."""
        if not isinstance(shape.sample, str) or shape.kind != "string" or is_date(shape.sample):
            return
        written_out = isinstance(operand, Const)
        message = _(
            "A date such as 2026-03-31T09:00:00Z is needed here, but “%(text)s” is none.", text=shape.sample[:80]
        )
        place = operand.position if isinstance(operand, Const) else node.position
        self.report(message, place, certain=written_out, code=NO_DATE)
