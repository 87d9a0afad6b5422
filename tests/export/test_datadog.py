"""Datadog's limits: what it would cut or drop without a word never reaches it that way."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from studio.core import clock
from studio.export.exporters.datadog import Datadog, DatadogSettings
from studio.export.policy import cut
from tests.contract.test_exporters import wire
from tests.factories.exports import export_record, exporters_yaml
from tests.servers.datadog import DatadogIntake
from tests.servers.http_target import http_target
from tests.servers.intakes import unpacked


def test_a_full_batch_stays_within_its_limits():
    exporter = Datadog(DatadogSettings(api_key="${secret:key}"))
    record = export_record(text="x" * 4_980)
    sizes = [len(exporter.encode(record)) + 2] * 2_500
    spans = cut(sizes, most_items=exporter.item_limit, most_bytes=exporter.byte_limit)
    assert max(span.length for span in spans) <= 1_000
    dated = len('"timestamp":"2026-03-02T09:00:00.000000Z",')
    assert max(span.length * (sizes[0] + dated) for span in spans) <= 5_000_000
    assert exporter.needs().url == "https://http-intake.logs.datadoghq.com/api/v2/logs"


def test_old_events_are_filed_when_they_arrive_and_long_ones_are_not_cut():
    with wire("datadog", tags=["env:test"]) as one:
        now = clock.local_now()
        one.send_records([replace(export_record(number), occurred_at=now - timedelta(hours=hours))
                          for number, hours in ((1, 0), (2, 30))])  # fmt: skip
        assert (one.intake.dropped, [seq for seq, _id in one.intake.taken]) == (0, [1, 2])
        fresh, old = json.loads(unpacked(one.intake.requests[0]))
        assert "timestamp" in fresh
        assert "timestamp" not in old
        assert old["audit"]["seq"] == 2
        assert fresh["ddtags"] == "env:test"
        told = one.send_records([export_record(3, text="x" * 1_000_001)])
        assert (told.fate, told.code, one.intake.cut) == ("too_large", "datadog.too_large", 0)
        assert len(one.intake.requests) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_batch_that_is_too_large_is_split_until_it_passes(house):
    with http_target(DatadogIntake) as intake:
        fed = replace(house, inner=("127.0.0.1",))
        fed.configure(exporters_yaml(fed, intake))
        fed.record(30)
        intake.most_bytes = 8_000
        settled = fed.delivery().drain()
        assert [seq for seq, _id in intake.taken] == list(range(1, settled + 1))
        assert not fed.letters()
        assert len(intake.requests) > 4
