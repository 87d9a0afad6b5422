"""Settings of one process, read once from the environment: variables named STUDIO_*, PUBLIC_URL and OTEL_*."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]", "::1")


class SettingsError(Exception):
    """A setting is missing or makes no sense; the message says which and what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know at boot. Embedded unless a database and Redis are named."""

    data_dir: Path
    database_url: str
    """As studio_app: every request and service call. SQLite in the data folder unless said."""
    engine_url: str
    """As studio_engine: accept, claim, flush across tenants. The same file on SQLite."""
    migrate_url: str
    """As studio_migrate, which owns the tables."""
    redis_url: str | None
    """None: the in-process broker."""
    public_url: str
    host: str
    port: int
    smtp_url: str | None
    """smtp[s]://[user:password@]host:port[?starttls=1]; None: mail stays in the local mailbox."""
    mail_from: str
    trusted_proxies: int
    """How many proxies in front may be believed about the client's address."""
    metrics_token: str | None
    """None: /metrics answers only this machine."""
    worker_threads: int
    lease_seconds: float
    target_calls: int = 0
    """Calls at once to one target of one workspace, in each worker process; 0: half of the threads."""
    worker_memory_mb: int = 4096
    """Address space of one worker process, in MiB; 0: no limit."""
    database_connections: int = 20
    """Most that one process opens to PostgreSQL."""
    database_patience_s: float = 60.0
    """Longest that PostgreSQL may take over one answer; a transaction in which nothing is said ends after half."""
    most_queued: int = 500_000
    """Runs that may wait to be worked off; beyond it deliveries are answered 503."""
    allowed_hosts: tuple[str, ...] = field(default=())
    """Internal hosts (host or host:port) that workflows may call although they are private addresses."""
    slack_api: str = "https://slack.com/api"
    """Where messages by a bot's token are posted; another one only for what speaks as Slack does."""
    log_level: str = "info"
    json_logs: bool = False
    release: str = ""
    """What this code is called where workers are listed; empty: by its newest migration."""
    drain_s: float = 0.0
    """How long a web process that is told to stop says "not ready" and serves on, for a balancer to notice."""
    traces: bool = False
    """An address for OpenTelemetry's traces is set (OTEL_EXPORTER_OTLP_ENDPOINT, or its own for traces)."""
    trace_share: float = 1.0
    """Of all runs; 0 to 1."""

    @property
    def embedded(self) -> bool:
        """Everything in one process: no Redis."""
        return self.redis_url is None

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, where there is one."""
        return Path(self.database_url.split("///", 1)[1]) if self.database_url.startswith("sqlite") else None

    @property
    def is_local(self) -> bool:
        """Only people on this machine use it."""
        return urlsplit(self.public_url).hostname in LOCAL_HOSTS

    @property
    def secure(self) -> bool:
        """Cookies carry Secure and the __Host- prefix."""
        return self.public_url.startswith("https://")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises SettingsError with what to write instead."""
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("STUDIO_DATA", "data")).absolute()
    database_url = env.get("STUDIO_DATABASE_URL") or f"sqlite:///{data_dir / 'studio.db'}"
    host = env.get("STUDIO_HOST", "127.0.0.1")
    port = _number(env, "STUDIO_PORT", 8000)
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        engine_url=env.get("STUDIO_ENGINE_DATABASE_URL") or database_url,
        migrate_url=env.get("STUDIO_MIGRATE_DATABASE_URL") or database_url,
        redis_url=env.get("STUDIO_REDIS_URL") or None,
        public_url=_public_url(env.get("PUBLIC_URL") or f"http://localhost:{port}"),
        host=host,
        port=port,
        smtp_url=env.get("STUDIO_SMTP_URL") or None,
        mail_from=env.get("STUDIO_MAIL_FROM", "Studio <studio@localhost>"),
        trusted_proxies=_number(env, "STUDIO_TRUSTED_PROXIES", 0),
        metrics_token=env.get("STUDIO_METRICS_TOKEN") or None,
        worker_threads=_number(env, "STUDIO_WORKER_THREADS", 8),
        lease_seconds=float(env.get("STUDIO_LEASE_SECONDS", "10")),
        target_calls=_number(env, "STUDIO_TARGET_CALLS", 0),
        worker_memory_mb=_number(env, "STUDIO_WORKER_MEMORY_MB", 4096),
        database_connections=_number(env, "STUDIO_DATABASE_CONNECTIONS", 20, least=5),
        database_patience_s=float(_number(env, "STUDIO_DATABASE_PATIENCE_SECONDS", 60, least=1)),
        most_queued=_number(env, "STUDIO_MOST_QUEUED", 500_000, least=1),
        allowed_hosts=tuple(part.strip() for part in env.get("STUDIO_ALLOWED_HOSTS", "").split(",") if part.strip()),
        slack_api=(env.get("STUDIO_SLACK_API") or "https://slack.com/api").rstrip("/"),
        log_level=env.get("STUDIO_LOG_LEVEL", "info"),
        json_logs=env.get("STUDIO_JSON_LOGS", "") == "1",
        release=env.get("STUDIO_RELEASE", ""),
        drain_s=float(_number(env, "STUDIO_DRAIN_SECONDS", 0)),
        traces=_traces(env),
        trace_share=_share(env),
    )


def _number(env: Mapping[str, str], name: str, default: int, *, least: int = 0) -> int:
    try:
        number = int(env.get(name, default))
    except ValueError as error:
        message = f"{name} must be a whole number, not {env[name]!r}."
        raise SettingsError(message) from error
    if number < least:
        message = f"{name} must be {least} or more, not {number}."
        raise SettingsError(message)
    return number


def _public_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = f"PUBLIC_URL must look like https://studio.example.com, not {url!r}."
        raise SettingsError(message)
    if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
        message = f"PUBLIC_URL {url!r} is plain http: outside localhost Studio needs https, or sign-in could be stolen."
        raise SettingsError(message)
    return url.rstrip("/")


def _traces(env: Mapping[str, str]) -> bool:
    named = env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or env.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return bool(named) and env.get("OTEL_SDK_DISABLED", "").lower() != "true"


def _share(env: Mapping[str, str]) -> float:
    said = env.get("OTEL_TRACES_SAMPLER_ARG") or "1"
    try:
        share = float(said)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        message = f"OTEL_TRACES_SAMPLER_ARG is {said!r}: write the share of runs that is sent, 0 to 1."
        raise SettingsError(message)
    return share
