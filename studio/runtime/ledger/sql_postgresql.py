"""The statements of the PostgreSQL ledger.

`now()` is the transaction's start, `:shift` the seconds by which a test has moved the clock (0 otherwise).
"""

from sqlalchemy import text

from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.stages.policy import PARTS

_NOW = "(now() + make_interval(secs => :shift))"
_BY = f"coalesce(cast(:by as timestamptz), {_NOW})"
_EVENT = (
    "event_id uuid, run_id uuid, workspace_id uuid, workflow_id uuid, subscription_id uuid, version_id uuid,"
    " node_key text, type text, body jsonb, meta jsonb, dedup_key text, dedup_seconds float8, respond boolean,"
    " verdict text, reason text, held_by uuid, lane text, gate_key text, order_key text, place_key text, rate_key text,"
    " part int"
)

# Safe to repeat under the same ids: where the answer to it was lost, a second try gives the first one's result.
# The subscription's own row says whether it is on and which version it starts: a cached look-up can be a second old.
ACCEPT = text(f"""
with input as (select * from jsonb_to_recordset(cast(:rows as jsonb)) as x({_EVENT})),
live as (
  select i.*, s.priority, case when s.staged_version_id is not null and i.part < s.staged_share * {PARTS // 100}
    then s.staged_version_id else s.version_id end as current_version
  from input i
  join trigger_subscription s on s.id = i.subscription_id and s.active and s.halt is null
  where i.verdict = 'started'
),
claimed as (
  insert into event_dedup (subscription_id, key, event_id, run_id, workspace_id, expires_at)
  select distinct on (subscription_id, dedup_key) subscription_id, dedup_key, event_id, run_id, workspace_id,
         {_NOW} + make_interval(secs => dedup_seconds)
  from live where dedup_key is not null order by subscription_id, dedup_key, event_id
  on conflict (subscription_id, key) do update
    set event_id = excluded.event_id, run_id = excluded.run_id, expires_at = excluded.expires_at
    where event_dedup.expires_at < {_NOW} or event_dedup.event_id = excluded.event_id
  returning event_id
),
started as (
  select * from live where dedup_key is null or event_id in (select event_id from claimed)
),
runs as (
  insert into run (id, workspace_id, workflow_id, version_id, event_id, trigger_node, state, mode, lane, priority,
                   gate_key, order_key, place_key, rate_key, available_at, input, respond, created_at)
  select run_id, workspace_id, workflow_id, current_version, event_id, node_key, 'queued', 'live',
         coalesce(lane, 'main'), priority, gate_key, order_key, place_key, rate_key, {_NOW}, body, respond, {_NOW}
  from started
  on conflict (id) do nothing
)
insert into event (id, workspace_id, workflow_id, subscription_id, type, verdict, run_id, dedup_key, meta, received_at)
select event_id, workspace_id, workflow_id, subscription_id, type, 'started', run_id, dedup_key, meta, {_NOW}
from started
on conflict (id) do update set verdict = excluded.verdict
returning id
""")  # noqa: S608 - only constants of the code go into the text, values are bound

NOT_STARTED = text(f"""
insert into event (id, workspace_id, workflow_id, subscription_id, type, verdict, reason, run_id, dedup_key, body,
                   meta, received_at)
select i.event_id, i.workspace_id, i.workflow_id, i.subscription_id, i.type,
       case when i.verdict <> 'started' then i.verdict when s.halt = 'hold' then 'held' when s.halt = 'refuse'
            then 'refused' when d.run_id is not null then 'duplicate' else 'refused' end,
       case when i.verdict <> 'started' then i.reason when s.halt is not null then s.halt_why
            when d.run_id is not null then null else 'The workflow is turned off.' end,
       case when i.verdict <> 'started' then i.held_by when s.halt is null then d.run_id end, i.dedup_key, i.body,
       i.meta, {_NOW}
from jsonb_to_recordset(cast(:rows as jsonb)) as i({_EVENT})
left join trigger_subscription s on s.id = i.subscription_id and s.active
left join event_dedup d on d.subscription_id = s.id and d.key = i.dedup_key
returning id, run_id, verdict, reason
""")  # noqa: S608 - only constants of the code go into the text, values are bound

_STEP_COLUMNS = (
    "id, run_id, workspace_id, node_key, path, attempt, state, type, port, input, output, error, note, effect_key,"
    " fingerprint, intent_epoch, wait_id, reused_from, started_at, finished_at"
)
_STEP = (
    "id uuid, run_id uuid, workspace_id uuid, node_key text, path text, attempt int, state text, type text, port text,"
    " input jsonb, output jsonb, error jsonb, note text, effect_key text, fingerprint text, intent_epoch bigint,"
    " wait_id uuid, reused_from uuid, started_at timestamptz, finished_at timestamptz"
)
_WAIT_COLUMNS = (
    "id, workspace_id, run_id, step_id, node_key, path, kind, match, state, due_at, note, detail, created_at"
)
_WAIT = (
    "id uuid, workspace_id uuid, run_id uuid, step_id uuid, node_key text, path text, kind text, match text,"
    " state text, due_at timestamptz, note text, detail jsonb, created_at timestamptz"
)

# One statement, so one round trip and one commit for many runs. The fence comes first: what lags behind is written of
# those runs alone that it let through. A wake-up that came since the claim moved wake_seq: such a run is queued again
# instead of parked.
_FENCE = f"""
with ours as (
  update run set
    state = case when x.state = 'waiting' and run.wake_seq <> x.wake_seq then 'queued' else x.state end,
    lane = x.lane, title = x.title, error = x.error, error_code = left(x.error ->> 'code', 80),
    error_node = left(x.error ->> 'node', 40), error_print = x.error_print, waiting_for = x.waiting_for,
    steps_used = x.steps_used,
    fresh = false, attempts = case when x.progress then 0 else run.attempts end,
    lease_until = case when x.state = 'running' then run.lease_until end,
    lease_by = case when x.state = 'running' then run.lease_by end,
    available_at = {_NOW} + make_interval(secs => x.delay_s), finished_at = case when x.ended then {_NOW} end
  from jsonb_to_recordset(cast(:runs as jsonb)) as x(id uuid, epoch bigint, state text, lane text, wake_seq bigint,
    title text, error jsonb, error_print text, waiting_for text, steps_used int, ended boolean, progress boolean,
    delay_s float8)
  where run.id = x.id and run.epoch = x.epoch and run.state = 'running'
  returning run.id
),
begun as (
  insert into step ({_STEP_COLUMNS})
  select {_STEP_COLUMNS} from jsonb_to_recordset(cast(:new_steps as jsonb)) as x({_STEP})
  where x.run_id in (select ours.id from ours)
  on conflict (id) do nothing
)"""  # noqa: S608 - only constants of the code go into the text, values are bound
_REST = f""",
moved as (
  update step set state = x.state, port = x.port, input = x.input, output = x.output, error = x.error, note = x.note,
    effect_key = x.effect_key, fingerprint = x.fingerprint, intent_epoch = x.intent_epoch, wait_id = x.wait_id,
    finished_at = x.finished_at
  from jsonb_to_recordset(cast(:old_steps as jsonb)) as x({_STEP})
  where step.id = x.id and x.run_id in (select ours.id from ours)
),
waits as (
  insert into wait ({_WAIT_COLUMNS})
  select {_WAIT_COLUMNS} from jsonb_to_recordset(cast(:waits as jsonb)) as x({_WAIT})
  where x.run_id in (select ours.id from ours)
  on conflict (id) do update set state = excluded.state, due_at = excluded.due_at
),
blobs as (
  insert into payload_blob (id, workspace_id, run_id, data)
  select id, workspace_id, run_id, data from jsonb_to_recordset(cast(:blobs as jsonb))
    as x(id uuid, workspace_id uuid, run_id uuid, data jsonb)
  where x.run_id in (select ours.id from ours)
  on conflict (id) do nothing
)"""  # noqa: S608 - only constants of the code go into the text, values are bound
FLUSH_NEW = text(f"{_FENCE} select id from ours")  # noqa: S608 - made of constants; values are bound
"""Runs that wrote nothing before and wait for nothing: the usual case, and cheaper to plan."""
FLUSH = text(f"{_FENCE}{_REST} select id from ours")  # noqa: S608 - made of constants; values are bound

# Several rows are locked here in no particular order, and others (a flush, a person's cancelling) hold some of them:
# what is locked is passed over, so that the two never wait for each other. The next round comes well within a lease.
RENEW = text("""
update run set lease_until = clock_timestamp() + make_interval(secs => :lease + :shift)
from (
  select run.id from run
  join jsonb_to_recordset(cast(:rows as jsonb)) as x(id uuid, epoch bigint) on run.id = x.id and run.epoch = x.epoch
  where run.state = 'running' for update of run skip locked
) held
where run.id = held.id
returning run.id
""")

PUT_BACK = text(f"""
update run set state = 'queued', lease_until = null, lease_by = null,
  available_at = coalesce({_NOW} + make_interval(secs => :delay), run.available_at)
from jsonb_to_recordset(cast(:rows as jsonb)) as x(id uuid, epoch bigint)
where run.id = x.id and run.epoch = x.epoch and run.state = 'running'
returning run.id
""")  # noqa: S608 - only constants of the code go into the text, values are bound

_LOST = f"""
update run set attempts = run.attempts + 1, lease_until = null, lease_by = null,
  state = case when run.attempts + 1 >= :lost then 'quarantined' else 'queued' end,
  error = case when run.attempts + 1 >= :lost then
    jsonb_build_object('code', 'run.quarantined', 'message',
      'Its worker died ' || (run.attempts + 1) || ' times in a row while running it. Studio stopped trying.')
    else run.error end,
  error_code = case when run.attempts + 1 >= :lost then 'run.quarantined' else run.error_code end,
  error_print = case when run.attempts + 1 >= :lost then '{fingerprint({"code": "run.quarantined"})}'
    else run.error_print end,
  finished_at = case when run.attempts + 1 >= :lost then {_NOW} else run.finished_at end
"""  # noqa: S608 - only constants of the code go into the text, values are bound
LOSE = text(f"""
{_LOST}, available_at = {_NOW} + make_interval(secs => :pause * run.attempts)
from jsonb_to_recordset(cast(:rows as jsonb)) as x(id uuid, epoch bigint)
where run.id = x.id and run.epoch = x.epoch and run.state = 'running'
returning run.id, run.state
""")
RELEASE_EXPIRED = text(f"""
{_LOST} from (
  select id from run where state = 'running' and lease_until < {_BY}
  order by lease_until limit :limit for update skip locked
) lost
where run.id = lost.id
returning run.id, run.state
""")  # noqa: S608 - only constants of the code go into the text, values are bound
RELEASE_HOLDER = text(f"{_LOST} where state = 'running' and lease_by = :holder returning id")
HAND_OVER = text("""
update run set lease_until = null, lease_by = null, state = 'queued'
where state = 'running' and lease_by = :holder returning id
""")

# Everywhere else a run is locked before its waits. Here both are taken only where nobody holds them.
FIRE_DUE = text(f"""
with due as (
  select wait.id, wait.run_id from wait join run on run.id = wait.run_id
  where wait.state = 'open' and wait.due_at <= {_BY}
  order by wait.due_at limit :limit for update of run, wait skip locked
),
fired as (update wait set state = 'fired' from due where wait.id = due.id returning wait.run_id)
update run set wake_seq = wake_seq + 1, state = case when state = 'waiting' then 'queued' else state end,
  available_at = case when state = 'waiting' then {_NOW} else available_at end
where id in (select run_id from fired)
returning id
""")  # noqa: S608 - only constants of the code go into the text, values are bound

QUEUED = text(f"""
select lane, (select count(*) from (
  select from run where state = 'queued' and run.lane = known.lane and available_at <= {_NOW} limit :most
) counted)
from unnest(cast(:lanes as text[])) as known(lane)
""")  # noqa: S608 - only constants of the code go into the text, values are bound
