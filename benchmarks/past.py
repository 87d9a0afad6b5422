"""A shop's past: millions of runs of twenty workflows over thirty days, six steps each, with all that finds them.

What a run is (its customer, its end, its error, its label) follows from its number alone, so that both databases hold
the same past, and a measurement knows what it looks for.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine, text

from benchmarks.history import TABLES, outside, without_indexes
from benchmarks.past_sql import Dialect, PostgreSQL, Span, Sqlite
from studio.runtime.insights.facets import Facet, number

FILLED = ("run", "step", "run_search", "run_facet", "run_label")
STEPS = (
    ("large", "condition.if", "true"), ("country", "run.label", "next"), ("fields", "data.set", "next"),
    ("call", "data.set", "next"), ("total", "data.set", "next"), ("remark", "action.note", "next"),
)  # fmt: skip
"""Key, type and port."""
CONNECTION = "main-shop"
FAILED = "n % 25 = 0"
_STATE = (
    f"case when {FAILED} then 'failed' when n % 101 = 0 then 'waiting' when n % 211 = 0 then 'cancelled' "
    "when n % 1009 = 0 then 'needs_review' else 'succeeded' end"
)
_CODE, _PRINT = "'http.status_' || (500 + n % 7)", "'0123456789abcd' || (10 + n % 60)"
_ORDER, _NAME, _CITY, _SKU = "1000000 + n", "'name' || (n * 31 % 2003)", "'city' || (n * 17 % 307)", "n * 13 % 5003"
_INPUT = (
    f"""'{{"order": {{"id": "' || ({_ORDER}) || '", "total": ' || (n % 997) || ', "customer": {{"name": "' || {_NAME}"""
    f""" || '", "city": "' || {_CITY} || '"}}, "lines": [{{"sku": "sku' || ({_SKU}) || '", "quantity": 1}}]}}}}'"""
)
_ERROR = f"""'{{"code": "' || {_CODE} || '", "message": "The shop had an error.", "node": "call", "path": ""}}'"""
_WORDS = f"'order ' || ({_ORDER}) || ' ' || (n % 997) || ' 1 ' || {_NAME} || ' ' || {_CITY} || ' sku' || ({_SKU})"
_DATA = """'{"customer": "anna@example.com", "total": ' || (n % 997) || ', "note": "as it came from the shop"}'"""

_LEAVES = text("""
    select c.oid::regclass::text from pg_class c left join pg_inherits i on i.inhrelid = c.oid
    where c.relkind = 'r' and coalesce(i.inhparent, c.oid)::regclass::text = any(:tables)
""")
"""Tables, and of those by month their partitions."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A workflow of the past."""

    workflow_id: UUID
    version_id: UUID


def seed(engine: Engine, workspace_id: UUID, flows: Sequence[Flow], approver_id: UUID, span: Span) -> None:
    """Write it, as nobody of Studio: no row security, indexes made at the end, tables that a crash would empty."""
    if engine.dialect.name == "postgresql":
        _postgresql(engine, _statements(PostgreSQL(span), workspace_id, flows, approver_id))
        return
    statements = _statements(Sqlite(span), workspace_id, flows, approver_id)
    words = f"insert into run_words (rowid, words) {_words_of_sqlite(span)}"
    for group in (*statements, [words]):
        _run(engine, group)


def _postgresql(engine: Engine, groups: Sequence[Sequence[str]]) -> None:
    """As many sessions at once as there are groups: each writes tables of its own."""
    with outside(engine) as connection:
        for table in connection.scalars(_LEAVES, {"tables": list(FILLED)}).all():
            connection.exec_driver_sql(f"alter table {table} set unlogged")
    with without_indexes(engine, FILLED), ThreadPoolExecutor(len(groups)) as several:
        list(several.map(lambda group: _run(engine, group), groups))
    with ThreadPoolExecutor(2) as several:
        list(several.map(lambda table: _vacuum(engine, table), {*FILLED, *TABLES}))


def _vacuum(engine: Engine, table: str) -> None:
    with outside(engine) as connection:
        connection.exec_driver_sql(f"vacuum (analyze) {table}")


def _run(engine: Engine, statements: Sequence[str]) -> None:
    with engine.begin() as connection:
        driver = connection.connection.cursor()
        for statement in statements:
            driver.execute(statement)  # the driver's own: percent signs and colons are text
        driver.close()


def _words_of_sqlite(span: Span) -> str:
    return (
        f"with recursive g(n) as (select 1 union all select n + 1 from g where n < {span.count}) "
        f"select n, {_WORDS} from g"
    )


def _statements(
    dialect: Dialect, workspace_id: UUID, flows: Sequence[Flow], approver_id: UUID
) -> tuple[list[str], ...]:
    """In groups that need nothing of one another."""
    uuid = _uuid(dialect)
    workspace = uuid(workspace_id)
    steps = [dialect.insert("step", _step(dialect, workspace, at)) for at in range(len(STEPS))]
    run = dialect.insert("run", _run_row(dialect, workspace, flows))
    words = {"run_id": dialect.id(), "workspace_id": workspace, "words": dialect.words(_WORDS)}
    if isinstance(dialect, Sqlite):
        words["seq"] = "n"
    label = {"run_id": dialect.id(), "workspace_id": workspace, "key": "'country'", "value": "'C' || (n * 7 % 40)"}
    facets = [
        (number(Facet.TRIGGER, "trigger.webhook"), "true"), (number(Facet.CONNECTION, CONNECTION), "true"),
        (number(Facet.APPROVER, approver_id), "n % 500 = 0"),
        *((number(Facet.VERSION, one.version_id), f"n % {len(flows)} = {at}") for at, one in enumerate(flows)),
    ]  # fmt: skip
    marked = [
        dialect.insert("run_facet", {"workspace_id": workspace, "facet": str(facet), "run_id": dialect.id()}, where)
        for facet, where in sorted(facets)
    ]
    rest = [run, dialect.insert("run_search", words), dialect.insert("run_label", label, "n % 20 = 1"), *marked]
    edge = f"insert into run_walk (name, run_id) select 'insights', {_newest(dialect)}"
    return steps, [*rest, edge]


def _uuid(dialect: Dialect):
    return (lambda one: f"'{one.hex}'") if isinstance(dialect, Sqlite) else (lambda one: f"'{one}'::uuid")


def _newest(dialect: Dialect) -> str:
    span = dialect.span
    values = f"(select {span.count} as n, {span.begin_ms + span.count * span.step_ms} as ms) newest"
    return f"{dialect.id()} from {values}"


def _run_row(dialect: Dialect, workspace: str, flows: Sequence[Flow]) -> dict[str, str]:
    uuid = _uuid(dialect)

    def of_flow(values: Sequence[UUID]) -> str:
        cases = " ".join(f"when {at} then {uuid(one)}" for at, one in enumerate(values))
        return f"case n % {len(values)} {cases} end"

    def failed(expression: str) -> str:
        return f"case when {FAILED} then {expression} end"

    ended = f"case when n % 101 <> 0 or {FAILED} then {dialect.at(900)} end"
    return {
        "id": dialect.id(), "workspace_id": workspace, "workflow_id": of_flow([one.workflow_id for one in flows]),
        "version_id": of_flow([one.version_id for one in flows]), "trigger_node": "'hook'", "state": _STATE,
        "available_at": dialect.at(), "fresh": "false", "input": dialect.json(_INPUT),
        "title": f"'Order ' || ({_ORDER})", "error": failed(dialect.json(_ERROR)), "error_code": failed(_CODE),
        "error_node": failed("'call'"), "error_print": failed(_PRINT),
        "waiting_for": f"case when n % 101 = 0 and not ({FAILED}) then 'approval' end", "steps_used": "6",
        "created_at": dialect.at(), "started_at": dialect.at(5), "finished_at": ended,
    }  # fmt: skip


def _step(dialect: Dialect, workspace: str, at: int) -> dict[str, str]:
    key, kind, port = STEPS[at]
    state = f"case when {FAILED} then 'failed' else 'succeeded' end" if key == "call" else "'succeeded'"
    return {
        "id": dialect.id(at + 1, at), "workspace_id": workspace, "run_id": dialect.id(), "node_key": f"'{key}'",
        "path": "''", "state": state, "type": f"'{kind}'", "port": f"'{port}'", "attempt": "1",
        "input": dialect.json(_DATA), "output": dialect.json(_DATA), "started_at": dialect.at(10 * at + 10),
        "finished_at": dialect.at(10 * at + 18),
    }  # fmt: skip
