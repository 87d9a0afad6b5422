"""What browsers report of people: counted as a server's reports are, bounded, and told nothing about groups."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.core import clock
from studio.core.errors import TooManyRequests
from studio.flags.models import FlagExposure, FlagMeasurement
from studio.flags.ramps.states import Verb
from studio.flags.rollouts import driving, planning
from studio.flags.rollouts.planning import Wanted
from studio.flags.service import creating, environments
from studio.flags.serving.pacing import Pace
from studio.flags.serving.watching import OF_ADDRESS
from studio.flags.studies import metrics
from tests.factories.flag_rows import make_client_key
from tests.factories.flags import make_segment

EXPOSURES, MEASUREMENTS = "/api/frontend/client/exposures", "/api/frontend/client/measurements"
HALF = {"steps": [{"share": 50, "dwell": 3_600}, {"share": 100}]}


@pytest.fixture(autouse=True)
def _own_clock():
    yield
    clock.reset()


@pytest.fixture
def studied(app, flag_shop):
    """Half of all have it; each unit is in one of two groups."""
    tenant = flag_shop.tenant
    make_segment(app, tenant, "Pros")
    with flag_shop.database.unit(tenant.id, tenant["owner"].actor) as uow:
        flag = creating.create(uow, key="new-checkout")
        place = next(one for one in environments.listed(uow) if one.id == flag_shop.environment_id)
        metrics.create(uow, key="errors", title="Errors", kind="proportion", worse="up")
        constraints = [{"contextName": "country", "operator": "IN", "values": ["DE"]}]
        wanted = Wanted(HALF, constraints=constraints, segments=[1])
        driving.act(uow, planning.create(uow, flag, place, wanted), Verb.START)
    return flag_shop


def send(shop, path, body, key=None, **more):
    return shop.ask(path, key or shop.frontend, method="POST", json=body, **more)


def counted(shop, model=FlagExposure):
    with shop.database.unit(shop.tenant.id, read_only=True) as uow:
        return len(uow.session.scalars(select(model)).all())


def of(*users, **more):
    return {"exposures": [{"flag": "new-checkout", "unit": one} for one in users], **more}


def test_whoever_the_rollout_means_is_counted_once_and_others_are_not(studied):
    meant = {"userId": "somebody else", "properties": {"country": "DE", "plan": "pro"}}
    first = send(studied, EXPOSURES, of("1", "2", "1", context=meant))
    assert (first.status_code, first.json) == (202, {"refused": []})
    assert counted(studied) == 2
    send(studied, EXPOSURES, of("1", "2", context=meant))
    send(studied, EXPOSURES, of("3", context={"country": "FR", "plan": "pro"}))
    send(studied, EXPOSURES, of("4", context={"country": "DE"}))
    send(studied, EXPOSURES, of("5", context={}))
    assert counted(studied) == 2, "known, of another country, of no segment, and of nothing at all"
    send(studied, EXPOSURES, of("6"))
    assert counted(studied) == 3, "where no context is sent the program's word is taken"


def test_times_and_names_that_cannot_be_are_refused_one_by_one_and_the_others_count(studied):
    now = clock.local_now()
    given = [
        {"flag": "new-checkout", "unit": "1", "at": (now + timedelta(minutes=6)).isoformat()},
        {"flag": "new-checkout", "unit": "2", "at": (now - timedelta(days=8)).isoformat()},
        {"flag": "none", "unit": "3"}, {"flag": "new-checkout", "unit": "4", "at": now.isoformat()},
    ]  # fmt: skip
    told = send(studied, EXPOSURES, {"exposures": given})
    assert [(one["path"], one["code"]) for one in told.json["refused"]] == [
        ("exposures.0.at", "study.future"), ("exposures.1.at", "study.too_old"),
        ("exposures.2.flag", "study.unknown_flag"),
    ]  # fmt: skip
    assert counted(studied) == 1
    value = {"id": "1", "metric": "errors", "unit": "4", "value": 1}
    given = [value, value, value | {"id": "2", "metric": "none"}]
    told = send(studied, MEASUREMENTS, {"measurements": given})
    assert [(one["path"], one["code"]) for one in told.json["refused"]] == [
        ("measurements.2.metric", "study.unknown_metric")
    ]
    assert send(studied, MEASUREMENTS, {"measurements": [value | {"id": "4", "value": 1e13}]}).json["refused"]
    assert counted(studied, FlagMeasurement) == 1


def test_a_report_that_cannot_be_read_counts_nothing(studied):
    one, value = {"flag": "new-checkout", "unit": "1"}, {"id": "1", "metric": "errors", "unit": "4", "value": 1}
    bad = [
        (EXPOSURES, {}, "exposures"), (EXPOSURES, {"exposures": []}, "exposures"),
        (EXPOSURES, {"exposures": [one] * 101}, "exposures"), (EXPOSURES, {"exposures": [one, 1]}, "exposures.1"),
        (EXPOSURES, {"exposures": [one, {"flag": "x"}]}, "exposures.1.unit"),
        (EXPOSURES, {"exposures": [one | {"unit": "x" * 201}]}, "exposures.0.unit"),
        (EXPOSURES, {"exposures": [one | {"at": "soon"}]}, "exposures.0.at"),
        (EXPOSURES, {"exposures": [one | {"variant": 7}]}, "exposures.0.variant"),
        (EXPOSURES, {"exposures": [one], "context": "x"}, "context"),
        (MEASUREMENTS, {"measurements": [value | {"value": True}]}, "measurements.0.value"),
        (MEASUREMENTS, {"measurements": [value | {"id": ""}]}, "measurements.0.id"),
    ]  # fmt: skip
    for path, body, field in bad:
        refused = send(studied, path, body)
        assert (refused.status_code, refused.json["code"]) == (400, "flags.study"), body
        assert refused.json["errors"][0]["path"] == field
    assert send(studied, EXPOSURES, {"exposures": [one], "more": "x" * 1_100_000}).status_code == 413
    assert (counted(studied), counted(studied, FlagMeasurement)) == (0, 0)


def test_only_frontend_keys_and_pages_that_they_name_report(studied):
    assert send(studied, EXPOSURES, of("1"), studied.server).status_code == 403
    assert send(studied, EXPOSURES, of("1"), "nobody").status_code == 401
    key = make_client_key(
        studied.database, studied.tenant, studied.environment_id, "frontend", ("https://shop.example.com",)
    )
    evil = send(studied, EXPOSURES, of("1"), key, headers={"Origin": "https://evil.example.com"})
    assert (evil.status_code, evil.json["code"]) == (403, "flags.origin")
    assert counted(studied) == 0
    own = send(studied, EXPOSURES, of("1"), key, headers={"Origin": "https://shop.example.com"})
    assert (own.status_code, own.headers["Access-Control-Allow-Origin"]) == (202, "https://shop.example.com")
    for path in (EXPOSURES, MEASUREMENTS):
        asked = studied.ask(path, "", method="OPTIONS", headers={"Origin": "https://shop.example.com"})
        assert (asked.status_code, asked.headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_an_address_reports_so_much_a_minute_and_then_is_told_when_to_come_again(studied):
    many = {"exposures": [{"flag": "new-checkout", "unit": str(number)} for number in range(100)]}
    for _report in range(OF_ADDRESS // 100):
        assert send(studied, EXPOSURES, many).status_code == 202
    full = send(studied, EXPOSURES, of("more"))
    assert full.status_code == 429
    assert 1 <= int(full.headers["Retry-After"]) <= 60
    assert counted(studied) == 100
    other = send(studied, EXPOSURES, of("more"), environ_overrides={"REMOTE_ADDR": "192.0.2.9"})
    assert (other.status_code, counted(studied)) == (202, 101)


def test_a_pace_counts_each_name_for_itself_and_begins_anew(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    pace = Pace(3, 60)
    pace.spend("a", 3)
    pace.spend("b", 2)
    now[0] = 20.5
    for name, amount in (("a", 1), ("b", 2)):
        with pytest.raises(TooManyRequests) as full:
            pace.spend(name, amount)
        assert full.value.retry_after_s == 40
    pace.spend("b", 1)
    now[0] = 60.0
    pace.spend("a", 3)
