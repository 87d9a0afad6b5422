"""`register` and `metrics`: what is counted, under which name and hour, and what is refused whole."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from studio.core import clock
from studio.flags.models import FlagApplication, FlagUsage
from studio.flags.serving import counting, reporting
from studio.flags.serving.wire import BadRequest

NOW = datetime(2026, 11, 27, 14, 20, tzinfo=UTC)


def body(start: datetime, toggles: object, app: str = "shop") -> dict:
    bucket = {"start": start.isoformat(), "stop": (start + timedelta(minutes=1)).isoformat(), "toggles": toggles}
    return {"appName": app, "instanceId": "i-1", "sdkVersion": "unleash-client-node:6.12.1", "bucket": bucket}


def rows(shop):
    with shop.database.unit(shop.tenant.id) as unit:
        return unit.session.scalars(select(FlagUsage).order_by(FlagUsage.hour, FlagUsage.application)).all()


def test_reports_add_up_by_hour_program_and_variant(flag_shop):
    flag_shop.put({"name": "a", "enabled": True}, *({"name": f"f{number}", "enabled": True} for number in range(12)))
    now = clock.local_now()
    many = {f"f{number}": {"yes": 1, "no": 0} for number in range(12)}
    counts = {"a": {"yes": 3, "no": 1, "variants": {"red": 2, "blue": 1}}, "unheard-of": {"yes": 9, "no": 9}, **many}
    for key, path in ((flag_shop.server, "/api/client"), (flag_shop.frontend, "/api/frontend/client")):
        for _time in range(2):
            answer = flag_shop.ask(f"{path}/metrics", key, method="POST", json=body(now, counts))
            assert (answer.status_code, answer.data) == (202, b"")
    flag_shop.ask("/api/client/metrics", method="POST", json=body(now - timedelta(hours=3), {"a": {"yes": 1, "no": 0}}))
    found = rows(flag_shop)
    assert len(found) == 14
    [earlier] = [row for row in found if row.hour < now - timedelta(hours=2)]
    [row] = [row for row in found if row.flag_id == earlier.flag_id and row is not earlier]
    assert (row.yes, row.no, row.variants) == (12, 4, {"red": 8, "blue": 4})
    assert (row.hour.minute, row.application) == (0, "shop")
    with flag_shop.database.unit(flag_shop.tenant.id) as unit:
        [known] = unit.session.scalars(select(FlagApplication))
        assert (known.name, known.sdk) == ("shop", "unleash-client-node:6.12.1")
        later = known.seen_at + timedelta(days=counting.KEPT_DAYS + 1)
        clock.shift(later - clock.local_now())
    with flag_shop.database.unit(flag_shop.tenant.id) as unit:
        counting.forget(unit)
    assert rows(flag_shop) == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_report_that_is_wrong_anywhere_counts_nothing(flag_shop):
    flag_shop.put({"name": "a", "enabled": True})
    now, good = clock.local_now(), {"yes": 1, "no": 1}
    wrong = [
        (body(now, {"a": good, "b": {"yes": -1, "no": 0}}), "bucket.toggles.b.yes"),
        (body(now, {"a": {"yes": 1.5, "no": 0}}), "bucket.toggles.a.yes"),
        (body(now, {"a": {**good, "variants": {"red": -2}}}), "bucket.toggles.a.variants.red"),
        (body(now, {"a": 5}), "bucket.toggles.a"), (body(now, [1]), "bucket.toggles"),
        (body(now + timedelta(hours=1), {"a": good}), "bucket.start"),
        (body(now - timedelta(days=8), {"a": good}), "bucket.start"),
        ({"bucket": {"start": "yesterday", "stop": now.isoformat(), "toggles": {"a": good}}}, "bucket.start"),
        ({"bucket": None}, "bucket"),
    ]  # fmt: skip
    for sent, field in wrong:
        answer = flag_shop.ask("/api/client/metrics", method="POST", json=sent)
        assert (answer.status_code, answer.json["errors"][0]["path"]) == (400, field), sent
        assert answer.json["detail"]
    for data, status in ((b"{", 400), (b'{"bucket":"' + b"x" * 1_100_000, 413)):
        assert flag_shop.ask("/api/client/metrics", method="POST", data=data).status_code == status
    assert flag_shop.ask("/api/client/metrics", flag_shop.frontend, method="POST", json={}).status_code == 403
    assert rows(flag_shop) == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_made_up_names_of_programs_do_not_fill_the_tables(flag_shop, monkeypatch):
    monkeypatch.setattr(counting, "MOST_APPLICATIONS", 3)
    flag_shop.put({"name": "a", "enabled": True})
    for number in range(6):
        sent = {"appName": f"made-up-{number}\x00", "sdkVersion": "x" * 500}
        answer = flag_shop.ask("/api/client/register", method="POST", json=sent)
        assert answer.status_code == 202
    told = body(clock.local_now(), {"a": {"yes": 1, "no": 0}}, app="made-up-9")
    assert flag_shop.ask("/api/client/metrics", method="POST", json=told).status_code == 202
    with flag_shop.database.unit(flag_shop.tenant.id) as unit:
        names = unit.session.scalars(select(FlagApplication.name).order_by(FlagApplication.name)).all()
    assert names == ["made-up-0", "made-up-1", "made-up-2", "others"]
    assert [row.application for row in rows(flag_shop)] == ["others"]


@given(st.timedeltas(min_value=-timedelta(days=9), max_value=timedelta(days=1)), st.booleans())
def test_a_moment_counts_for_an_hour_that_has_begun_or_is_refused(ago, naive):
    start = NOW + ago
    sent = body(start.replace(tzinfo=None) if naive else start, {})
    try:
        hour = reporting.report(sent, NOW).hour
    except BadRequest:
        assert start > NOW + reporting.EARLY or start < NOW - reporting.OLDEST
    else:
        assert hour == min(start, NOW).replace(minute=0, second=0, microsecond=0)


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


@given(st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_whatever_is_sent_is_read_or_refused(sent):
    for document in ({"bucket": sent}, {"appName": sent, "bucket": {"start": sent, "toggles": sent}}):
        with pytest.raises(BadRequest):
            reporting.report(document, NOW)
