"""What Prometheus is told. Names begin with `studio_`; labels are few and never a tenant's data."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

ACCEPTED = Counter("studio_events_accepted", "Trigger events taken in, by verdict", ["verdict"])
HOOKS_REFUSED = Counter("studio_webhooks_refused", "Deliveries that were refused, by the answer's code", ["code"])
RUNS_FINISHED = Counter("studio_runs_finished", "Runs that ended, by state", ["state"])
STEP_SECONDS = Histogram(
    "studio_step_seconds",
    "Duration of steps, by effect",
    ["effect"],
    buckets=_SECONDS,
)
HTTP_SECONDS = Histogram(
    "studio_http_out_seconds",
    "Duration of outgoing requests, by outcome",
    ["outcome"],
    buckets=_SECONDS,
)
REQUEST_SECONDS = Histogram(
    "studio_request_seconds",
    "Duration of requests to pages and the API, by endpoint (never an address), method and class of the status",
    ["endpoint", "method", "status"],
    buckets=(0.025, 0.1, 0.25, 1, 5),
)
CALLS_HELD = Counter("studio_calls_held", "Calls out that were put off, by reason (full, paused)", ["reason"])
CIRCUITS = Counter("studio_circuits", "Targets whose calls were stopped or let through again", ["to"])
OUTBOX_LAG = Gauge("studio_outbox_lag_seconds", "Age of the oldest job that is due", multiprocess_mode="mostrecent")
OUTBOX_JOBS = Counter("studio_outbox_jobs", "Jobs tried, by topic and outcome", ["topic", "outcome"])
CHORE_SECONDS = Gauge(
    "studio_chore_seconds", "How long the sweeper's chore under way has taken so far", multiprocess_mode="mostrecent"
)
