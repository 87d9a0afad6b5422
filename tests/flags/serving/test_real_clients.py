"""The libraries that programs really use, unmodified, over a running Studio: they see flags, changes, and report."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.error import HTTPError
from uuid import UUID

import pytest
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import ErrorCode
from sqlalchemy import func, select
from UnleashClient import UnleashClient

from studio.app import create_app
from studio.cli import STOP_S
from studio.core.unit_of_work import Database
from studio.flags.models import Flag, FlagApplication, FlagClientKey, FlagUsage
from studio.flags.serving import streaming
from tests.counterparts.node import HERE, node_server
from tests.e2e.studio import running_studio
from tests.factories.accounts import MadeTenant, make_tenant
from tests.factories.flag_rows import make_client_key, make_environment, move, put_flag, put_segment
from tests.faults.shop import wait_for
from tests.servers.missing import start_or_skip

pytestmark = pytest.mark.slow

PERSON = {"userId": "7", "properties": {"plan": "gold"}}
CHECKOUT = {
    "name": "new-checkout", "enabled": True,
    "strategies": [
        {"name": "flexibleRollout", "segments": [1],
         "parameters": {"rollout": "100", "stickiness": "default", "groupId": "new-checkout"}},
    ],
    "variants": [{"name": "fast", "weight": 1000, "weightType": "variable", "stickiness": "default"}],
}  # fmt: skip
GOLD = [{"contextName": "plan", "operator": "IN", "values": ["gold"]}]


@dataclass
class Served:
    """A Studio with four flags."""

    base: str
    database: Database
    tenant: MadeTenant
    environment_id: UUID
    server: str
    frontend: str

    def switch(self, *, on: bool) -> None:
        with self.database.unit(self.tenant.id) as unit:
            put_flag(unit, self.environment_id, {**CHECKOUT, "enabled": on})
            move(unit, self.environment_id)

    def counted(self, application: str) -> dict[str, int]:
        """What a program has reported of the flag."""
        with self.database.unit(self.tenant.id) as unit:
            query = select(func.coalesce(func.sum(FlagUsage.yes), 0), func.coalesce(func.sum(FlagUsage.no), 0))
            query = query.join(Flag, Flag.id == FlagUsage.flag_id).where(Flag.key == "new-checkout")
            yes, no = unit.session.execute(query.where(FlagUsage.application == application)).one()
            return {"yes": yes, "no": no}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running_studio() as studio:
        app = create_app(studio.stack.settings)
        database = app.extensions["studio_database"]
        tenant = make_tenant(database)
        environment_id = make_environment(database, tenant)
        with database.unit(tenant.id) as unit:
            put_segment(unit, 1, GOLD)
            put_flag(unit, environment_id, CHECKOUT)
            for name, kind, type_, value in (
                ("greeting", "string", "string", "hello"), ("limit", "number", "number", "3"),
                ("rate", "number", "number", "1.0"), ("theme", "json", "json", '{"dark":true}'),
            ):  # fmt: skip
                variant = {"name": "one", "weight": 1000, "payload": {"type": type_, "value": value}}
                flag = {"name": name, "enabled": True, "strategies": [{"name": "default"}], "variants": [variant]}
                put_flag(unit, environment_id, flag, kind=kind)
        keys = [make_client_key(database, tenant, environment_id, kind) for kind in ("server", "frontend")]
        yield Served(studio.url, database, tenant, environment_id, *keys)
        with wait_for(lambda: opened(f"{studio.url}/api/client/streaming", keys[0])):
            studio.stack.processes["studio"].terminate()
            studio.stack.processes["studio"].wait(timeout=STOP_S)
        assert "refused" not in studio.log  # with a stream open, a process ends in time
        app.extensions["studio_engine"].stop()


def opened(address: str, key: str) -> HTTPResponse | None:
    """A stream; None while the ones of a client that has gone are still counted."""
    try:
        return urllib.request.urlopen(urllib.request.Request(address, headers={"Authorization": key}), timeout=60)
    except HTTPError as full:
        if full.code == 429:
            return None
        raise


def test_unleash_for_python_polls_picks_variants_and_reports(served, tmp_path):
    served.switch(on=True)
    client = UnleashClient(
        url=f"{served.base}/api", app_name="python", custom_headers={"Authorization": served.server},
        refresh_interval=1, metrics_interval=1, cache_directory=str(tmp_path),
    )  # fmt: skip
    client.initialize_client()
    try:
        wait_for(lambda: client.is_enabled("new-checkout", PERSON))
        assert client.is_enabled("new-checkout", {"userId": "7"}) is False
        assert client.get_variant("new-checkout", PERSON)["name"] == "fast"
        assert client.get_variant("limit", PERSON)["payload"] == {"type": "number", "value": "3"}
        wait_for(lambda: served.counted("python")["yes"] >= 2 and served.counted("python")["no"] >= 1)
        served.switch(on=False)
        wait_for(lambda: not client.is_enabled("new-checkout", PERSON))
    finally:
        client.destroy()
    with served.database.unit(served.tenant.id) as unit:
        row = unit.session.scalar(select(FlagApplication).where(FlagApplication.name == "python"))
        key = unit.session.scalar(select(FlagClientKey).where(FlagClientKey.kind == "server"))
        assert row.sdk.startswith("unleash-")
        assert key.used_at is not None


def test_openfeature_for_python_gets_every_kind_and_every_error(served):
    served.switch(on=True)
    headers = {"Authorization": f"Bearer {served.frontend}"}
    api.set_provider(OFREPProvider(served.base, headers_factory=lambda: headers))
    client = api.get_client()
    gold, nobody = EvaluationContext("7", {"plan": "gold"}), EvaluationContext()
    wait_for(lambda: client.get_boolean_value("new-checkout", False, gold))
    details = client.get_boolean_details("new-checkout", False, gold)
    assert (details.value, details.variant, details.reason) == (True, "fast", "TARGETING_MATCH")
    assert client.get_boolean_value("new-checkout", True, nobody) is False
    assert client.get_string_value("greeting", "?") == "hello"
    assert client.get_integer_value("limit", -1) == 3
    assert client.get_float_value("rate", -1.0) == 1.0
    assert client.get_object_value("theme", {}) == {"dark": True}
    assert client.get_boolean_details("not-there", False).error_code == ErrorCode.FLAG_NOT_FOUND
    assert client.get_boolean_details("greeting", False).error_code == ErrorCode.TYPE_MISMATCH
    api.set_provider(OFREPProvider(served.base, headers_factory=lambda: {"Authorization": "Bearer nobody"}))
    assert client.get_boolean_details("new-checkout", False).error_code == ErrorCode.GENERAL
    api.shutdown()


def test_libraries_for_javascript_follow_a_change_polling_and_streaming(served, tmp_path):
    served.switch(on=True)
    settings = {
        "base": served.base, "server": served.server, "frontend": served.frontend, "streams": streaming.MOST + 2,
    }  # fmt: skip
    with ExitStack() as stack:
        port = start_or_skip(node_server(HERE / "flags" / "clients.mjs", tmp_path, settings), stack)

        def told(who: str) -> dict:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=20) as answer:
                return json.load(answer)[who]

        on = {"on": True, "variant": "fast"}
        for who in ("polling", "streaming", "browser"):
            wait_for(lambda who=who: told(who) == on, why=lambda: told("warnings"))
        wait_for(lambda: told("provider") == {
            "on": True, "text": "hello", "number": 3, "object": {"dark": True}, "missing": "FLAG_NOT_FOUND",
        }, why=lambda: told("provider"))  # fmt: skip
        matched = {"on": True, "text": "hello", "reason": "TARGETING_MATCH"}
        wait_for(lambda: told("web") == matched, why=lambda: told("web"))
        wait_for(lambda: all(told("crowd")["on"]), why=lambda: told("crowd"))
        for application in ("node-polling", "node-streaming", "browser"):
            wait_for(lambda application=application: served.counted(application)["yes"] > 0)
        served.switch(on=False)
        for who in ("polling", "streaming", "browser", "provider", "web"):
            wait_for(lambda who=who: told(who)["on"] is False, why=lambda: told("warnings"))
        wait_for(lambda: not any(told("crowd")["on"]), why=lambda: told("crowd"))
