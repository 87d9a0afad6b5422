"""What programs ask of flags: Studio and Unleash's server, the same fifty flags, asked in turns in one run.

Each as it starts by default (`studio web` with its two processes, `unleash-server` with its one), PostgreSQL under
both, the same load generator.
"""

import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from sqlalchemy import select

from benchmarks import seeding
from benchmarks.asking import get, per_second
from benchmarks.driving import CONNECTIONS
from benchmarks.figures import ratio, summary
from benchmarks.plan import Plan
from benchmarks.servers.postgres import postgres_server
from benchmarks.servers.unleash import unleash_server
from benchmarks.stack import Stack, stack
from studio.accounts.service import workspaces
from studio.flags.models import Flag, FlagEnvironment, FlagSetting
from studio.flags.service import environments
from studio.flags.serving import keys

FLAGS, COUNTRIES = 50, 55
_PERSON = "/api/frontend?userId=7&sessionId=s-1&properties[country]=c3"


def against_unleash(_store: str, plan: Plan) -> dict[str, float]:
    """Requests a second of each, and Studio's over Unleash's."""
    flags = [_flag(number) for number in range(FLAGS)]
    with ExitStack() as opened:
        running = opened.enter_context(stack("postgresql"))
        server, frontend = _seed(running, flags)
        running.start("web", "web")
        running.wait_ready()
        other = opened.enter_context(unleash_server(opened.enter_context(postgres_server(durable=True))))
        other.bring(flags)
        port = running.settings.port
        found = summary(list(_rounds(plan, {
            "": _asked(port, server, frontend), "unleash_": _asked(other.port, other.backend, other.frontend),
        })))  # fmt: skip
    for name in ("client_features", "not_modified", "frontend"):
        found[f"ratio_{name}"] = ratio(found[f"{name}_per_s"], found[f"unleash_{name}_per_s"]) or 0.0
    return found


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {"unleash": against_unleash}
USUAL = ("unleash",)
POSTGRESQL_ONLY = ("unleash",)


def _rounds(plan: Plan, servers: Mapping[str, list[tuple[str, int, bytes, int]]]) -> Iterator[dict[str, float]]:
    for requests in servers.values():
        for _name, port, request, status in requests:
            per_second(port, request, CONNECTIONS, plan.warm_up_s, status)
    for _ in range(plan.rounds):
        yield {
            f"{begin}{name}_per_s": per_second(port, request, CONNECTIONS, plan.seconds, status)
            for at in range(3)
            for begin, requests in servers.items()
            for name, port, request, status in [requests[at]]
        }


def _asked(port: int, server: str, frontend: str) -> list[tuple[str, int, bytes, int]]:
    """Name, port, request and due status of each kind, once the server knows all flags."""
    features = {"Authorization": server}
    etag = _etag(port, features)
    return [
        ("client_features", port, get(port, "/api/client/features", features), 200),
        ("not_modified", port, get(port, "/api/client/features", {**features, "If-None-Match": etag}), 304),
        ("frontend", port, get(port, _PERSON, {"Authorization": frontend}), 200),
    ]


def _etag(port: int, headers: dict[str, str]) -> str:
    """Asked until it stays the same, with all flags in the answer: a server may hold an older document for a second."""
    before = ""
    while True:
        request = urllib.request.Request(f"http://127.0.0.1:{port}/api/client/features", headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            body, etag = answer.read(), answer.headers["ETag"]
        if etag == before and body.count(b'"flexibleRollout"') == 2 * FLAGS:
            return str(etag)
        before = etag


def _flag(number: int) -> dict[str, Any]:
    """About a thousand bytes: a share of some countries, in two variants, and a few of everybody."""
    name = f"flag-{number}"
    variants = [
        {"name": one, "weight": 500, "weightType": "variable", "stickiness": "default",
         "payload": {"type": "string", "value": f"{one} of {name}"}}
        for one in ("blue", "red")
    ]  # fmt: skip
    countries = [f"c{at}" for at in range(COUNTRIES)]
    among = {
        "contextName": "country", "operator": "IN", "values": countries, "inverted": False, "caseInsensitive": False,
    }  # fmt: skip
    shares = [("50", [among], variants), ("10", [], [])]
    return {
        "name": name,
        "enabled": True,
        "description": f"What {name} is for, in a sentence of some length.",
        "strategies": [
            {"name": "flexibleRollout", "constraints": constraints, "variants": given,
             "parameters": {"rollout": share, "stickiness": "default", "groupId": name}}
            for share, constraints, given in shares
        ],
    }  # fmt: skip


def _seed(running: Stack, flags: list[dict[str, Any]]) -> tuple[str, str]:
    """A workspace with these flags; its keys for a server and for a frontend."""
    with seeding.application(running.settings) as app:
        database = app.extensions["studio_database"]
        with database.unit() as unit:
            workspace_id = workspaces.create(unit, workspaces.WorkspaceFacts("Flags")).id
        with database.unit(workspace_id) as unit:
            environments.ensure(unit)
            here = unit.session.scalars(select(FlagEnvironment).where(FlagEnvironment.name == "production")).one()
            now = unit.now
            for flag in flags:
                row = Flag(
                    key=flag["name"], kind="boolean", purpose="release", description=flag["description"],
                    dependencies=[], impression_data=False, version=1, created_at=now, changed_at=now,
                )  # fmt: skip
                unit.session.add(row)
                unit.session.flush()
                unit.session.add(FlagSetting(
                    flag_id=row.id, environment_id=here.id, enabled=True, strategies=flag["strategies"], variants=[],
                    changed_at=now, changed_by="the benchmark",
                ))  # fmt: skip
            made = [keys.make(unit, here.id, name=kind, kind=kind).text for kind in ("server", "frontend")]
        return made[0], made[1]
