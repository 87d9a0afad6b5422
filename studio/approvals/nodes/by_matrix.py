"""A step that names a matrix: who is asked by its rows, and who where those have left."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals.nodes.deciders import HowMany, MoreDeciders, When
from studio.approvals.nodes.fields.deciding import Deciding
from studio.approvals.nodes.fields.escalating import Escalating
from studio.approvals.nodes.fields.governing import restored
from studio.approvals.service.resolving import any_one
from studio.approvals.tables import choosing, document
from studio.approvals.tables.choosing import Chosen
from studio.approvals.tables.document import Row
from studio.approvals.tables.named import COLUMN, KIND, Published, column_reference, published
from studio.contract.approving import ApprovalAsk, ApprovalRule
from studio.contract.node import Context
from studio.contract.references import Reference
from studio.core.errors import InvalidInput

_UNMET = frozenset({"nobody_can_decide", "quorum_above_group", "declines_out_of_range", "group.unknown",
                    "schedule.unknown", "person.unknown"})  # fmt: skip
"""What is wrong where people of a row have left: the next who could be asked are tried."""

_KEPT = 200
"""Letters of what a matrix was told that a request keeps."""

Config = TypeVar("Config", bound=Deciding)


def references(config: Mapping[str, Any]) -> Iterator[Reference]:
    """The matrix that a raw config names, and what it tells it of."""
    name = config.get("matrix")
    if config.get("policy") or not isinstance(name, str) or not name.strip():
        return
    yield Reference("config.matrix", KIND, name.strip())
    compared = config.get("compare")
    for place, one in enumerate(compared if isinstance(compared, list) else ()):
        column = one.get("column") if isinstance(one, Mapping) else None
        if isinstance(column, str) and column.strip():
            yield Reference(f"config.compare.{place}.column", COLUMN, column_reference(name, column))


def opened(ctx: Context, config: Config, ask: Callable[[Config], ApprovalAsk]) -> tuple[UUID, ApprovalAsk]:
    """Open the request that a step asks for. Raises StudioError with the field of what makes no sense.

    A step with a matrix asks whom the rows name; where they can no longer decide, whom the row for all other cases
    names, then whom the step itself names.
    """
    if not config.matrix or config.policy:
        made = ask(config)
        return ctx.ports.approvals.request(ctx.unit, made), made
    found = published(ctx.unit, config.matrix)
    units = {one.column: one.unit.strip() for one in config.compare}
    chosen = choosing.choose(found.matrix, {one.column: one.value for one in config.compare}, units)
    refused, told = "", {one.column: None if one.value is None else str(one.value)[:_KEPT] for one in config.compare}
    for variant, said in _variants(ctx, config, found, chosen):
        made = ask(variant)
        note = {**said, "told": told, "fell_back": refused}
        made = replace(made, context={**made.context, "matrix": note}, rule=_proven(made, proof=bool(said["proof"])))
        try:
            return ctx.ports.approvals.request(ctx.unit, made), made
        except InvalidInput as error:
            if error.code not in _UNMET:
                raise
            refused = refused or _("%(rows)s: %(why)s", rows=said["rows"], why=error.message)
    message = _(
        "The matrix “%(name)s” asks nobody who can decide. %(why)s Publish a version of it that names others, or name "
        "approvers in this step for such a case.", name=found.row.name, why=refused,
    )  # fmt: skip
    raise InvalidInput(message, code="matrix.nobody", field="matrix")


def _proven(made: ApprovalAsk, *, proof: bool) -> ApprovalRule | None:
    return replace(made.rule or any_one(made.approvers), proof=True) if proof else made.rule


def _variants(
    ctx: Context, config: Config, found: Published, chosen: Chosen
) -> Iterator[tuple[Config, dict[str, Any]]]:
    """Whom to ask, one after the other, with what people read of why."""
    yield _as_rows(ctx, config, chosen), _said(found, chosen)
    if chosen.rows and found.matrix.otherwise is not None:
        other = choosing.otherwise(found.matrix, chosen.facts)
        yield _as_rows(ctx, config, other), _said(found, other)
    if config.approvers:
        own = {**_said(found, chosen), "rows": _("the step's own approvers"), "proof": False, "why": ""}
        yield config, own


def _said(found: Published, chosen: Chosen) -> dict[str, Any]:
    return {
        "id": str(found.row.id), "name": found.row.name, "version": found.version,
        "rows": choosing.labels(found.matrix, chosen), "why": chosen.why, "facts": chosen.facts,
        "proof": any(row.proof for row in chosen.asked),
    }  # fmt: skip


def _as_rows(ctx: Context, config: Config, chosen: Chosen) -> Config:
    """The config with the rows' fields in the place of its own: the first row, and the others beside it."""
    first, *others = chosen.asked
    also = [_more(row, When.TOGETHER) for row in others]
    also += [_then(row) for row in chosen.asked if row.then]
    need, number = document.need_of(first)
    fields: dict[str, Any] = {
        "approvers": list(first.approvers), "need": HowMany(need), "number": number, "also": also, "owners": [],
        "declines": 1, "due_in": choosing.due(chosen),
    }  # fmt: skip
    named = next((row.escalation for row in chosen.asked if row.escalation), "")
    if named:
        rule = restored(ctx.ports.approvals.policy(ctx.unit, named).fields)
        fields |= {name: getattr(rule, name) for name in Escalating.model_fields}
    return config.model_copy(update=fields)


def _more(row: Row, when: When) -> MoreDeciders:
    need, number = document.need_of(row)
    return MoreDeciders(when=when, approvers=list(row.approvers), need=HowMany(need), number=number, name=row.name[:60])


def _then(row: Row) -> MoreDeciders:
    return MoreDeciders(when=When.AFTER, approvers=list(row.then))
