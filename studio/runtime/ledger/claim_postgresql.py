"""Claiming on PostgreSQL: each workspace that has runnable runs gets its turn, however many another has queued.

The index `ix_run_queued` (lane, workspace, priority, time) is walked from group to group, a group being the runs of one
priority of one workspace, and each group costs one look at its oldest run: neither 50,000 runs of one workspace nor
runs that are due later are read through. The walk begins behind `:after`, where the last one ended, and goes round.
"""

from sqlalchemy import text

TENANTS = 16
"""Most workspaces that share one claim."""
TENANTS_OF_ONE = 4
"""Workspaces that are looked at for a single run: the first one's may be in another claimant's hands."""
GROUPS = 64
"""Most groups that one claim looks at, those that may not be claimed now among them."""

_NOW = "(now() + make_interval(secs => :shift))"
_QUEUED = "select workspace_id, priority, available_at from run where state = 'queued' and lane = :lane"
_OLDEST = "order by workspace_id, priority, available_at limit 1"
_NOBODY = "cast('00000000-0000-0000-0000-000000000000' as uuid)"

# `turn` is 1 once the walk has gone round; `tenants` counts the workspaces found ready, `seen` being the last of them.
_WALK = f"""
with recursive walk as (
  select 0 as turn, cast(:after as uuid) as workspace_id, 2147483647 as priority, cast(null as timestamptz) as oldest,
         false as ready, {_NOBODY} as seen, 0 as tenants, 0 as groups
  union all
  select found.turn, found.workspace_id, found.priority, found.available_at, found.ready,
         case when found.ready then found.workspace_id else walk.seen end,
         walk.tenants + cast(found.ready and found.workspace_id <> walk.seen as int), walk.groups + 1
  from walk cross join lateral (
    select next.*, available_at <= {_NOW} and workspace_id <> all(cast(:full as uuid[])) as ready from (
      (select 0 as turn, ahead.* from (
        {_QUEUED} and walk.turn = 0 and (workspace_id, priority) > (walk.workspace_id, walk.priority) {_OLDEST}
      ) ahead)
      union all
      (select 1 as turn, behind.* from (
        {_QUEUED} and workspace_id <= cast(:after as uuid) and (workspace_id, priority)
          > (case walk.turn when 1 then walk.workspace_id else {_NOBODY} end, walk.priority) {_OLDEST}
      ) behind)
    ) next limit 1
  ) found
  where walk.tenants < :tenants and walk.groups < {GROUPS}
),
stand as (
  select (select workspace_id from walk order by groups desc limit 1) as last,
         greatest(:limit / greatest((select max(tenants) from walk), 1), 1) as share
)"""  # noqa: S608 - only constants of the code go into the text, values are bound
# The runs of a group before its oldest queued one have gone on; their places in the index are not walked over again.
_GROUP = """
    select run.id, run.workflow_id from run
    where state = 'queued' and lane = :lane and workspace_id = walk.workspace_id and priority = walk.priority
      and available_at >= walk.oldest and available_at <= (now() + make_interval(secs => :shift))
    order by available_at limit (select share from stand) for update skip locked"""
# What is paused or stopped is put aside by the claim itself, so that nobody ever holds it. Its epoch stays: an intent
# that was written for the next holder is that one's still.
_DUE = """
halted as materialized (select scope_id from halt where parking),
due as (
  select id, workspace_id in (select scope_id from halted) or workflow_id in (select scope_id from halted) as parked
  from picked
)"""
_TAKE = f"""
taken as (
  update run set state = case when due.parked then 'queued' else 'running' end,
         lane = case when due.parked then 'parked' else run.lane end,
         epoch = case when due.parked then run.epoch else run.epoch + 1 end,
         lease_by = case when due.parked then null else :holder end,
         lease_until = case when not due.parked then clock_timestamp() + make_interval(secs => :lease + :shift) end,
         started_at = case when due.parked then run.started_at else coalesce(run.started_at, {_NOW}) end
  from due where run.id = due.id
  returning run.id, run.workspace_id, run.workflow_id, run.version_id, run.trigger_node, run.epoch, run.wake_seq,
            run.attempts, run.fresh, run.input, run.title, run.mode, run.lane, run.steps_used, run.respond,
            run.created_at, run.gate_key, run.place_key, run.rerun_of, run.rerun_from, run.carried,
            run.parent_run_id, run.parent_wait_id, due.parked
)
select taken.*, stand.last, {_NOW} as now from stand left join taken on not taken.parked"""  # noqa: S608 - made of constants; values are bound

CLAIM = text(f"""{_WALK},
found as (
  select one.id, walk.workspace_id, one.workflow_id,
         row_number() over (partition by walk.workspace_id order by walk.priority, one.place) as place
  from walk cross join lateral (
    select id, workflow_id, row_number() over () as place from ({_GROUP}) locked
  ) one
  where walk.ready
),
picked as (select id, workspace_id, workflow_id from found where place <= (select share from stand)),
{_DUE},
{_TAKE}
""")  # noqa: S608 - only constants of the code go into the text, values are bound
"""Up to `:limit` runs, an equal share for each of up to `:tenants` workspaces; smaller priorities first in each."""

CLAIM_ONE = text(f"""{_WALK},
picked as materialized (
  select one.id, walk.workspace_id, one.workflow_id
  from walk cross join lateral ({_GROUP}) one where walk.ready limit 1
),
{_DUE},
{_TAKE}
""")  # noqa: S608 - only constants of the code go into the text, values are bound
"""One run: of the first workspace that has one which nobody else is claiming."""
