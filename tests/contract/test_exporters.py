"""What every exporter promises, found by discovery: a new one is held to it by being there."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
import yaml

from studio.core import clock
from studio.core.errors import InvalidInput
from studio.core.http import HttpClient
from studio.export import components
from studio.export.components import Entry, Exporter, Reach, Sending
from studio.export.pipelines import document
from studio.export.turn import attempt
from tests.factories.exports import export_record
from tests.servers.every_intake import INTAKES
from tests.servers.http_target import http_target
from tests.servers.intakes import Intake

components.load_all()
KINDS = sorted(Exporter.registry)
NO_HTTP = {"file", "syslog"}
"""They are shown by tests of their own: a file has no answer, and syslog no acknowledgement."""


def compiled(kind: str, settings: Any) -> Exporter[Any]:
    """One exporter, by the way that every document goes."""
    written = {
        "exporters": {kind: settings},
        "service": {"pipelines": {"logs": {"receivers": ["audit"], "exporters": [kind]}}},
    }
    return document.read(yaml.safe_dump(written)).pipelines["logs"].exporters[kind]


def test_every_exporter_is_held_to_this():
    assert set(KINDS) == set(INTAKES) | NO_HTTP


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_is_shown_with_works_as_it_stands(kind):
    made = compiled(kind, yaml.safe_load(Exporter.registry[kind].example))
    assert made.item_limit >= 1
    assert made.byte_limit >= 100_000


@dataclass(frozen=True)
class Given:
    """Secrets of a test, by name."""

    value: str

    def reveal(self, workspace_id: UUID, name: str, *, purpose: str, host: str | None) -> str:
        return self.value


@dataclass
class Wire:
    """An exporter with nothing but its intake: no database, no pipeline."""

    exporter: Exporter[Any]
    intake: Intake
    secret: str
    allowed: tuple[str, ...] = field(default=("127.0.0.1",))

    def send(self, numbers: Any = (1,)):
        return self.send_records([export_record(number) for number in numbers])

    def send_records(self, records: Any):
        entries = [Entry(record, self.exporter.encode(record)) for record in records]
        reach = Reach(HttpClient(self.allowed), Given(self.secret), None, self.allowed)
        return attempt(self.exporter, entries, Sending(reach, UUID(int=1), UUID(int=2), clock.local_now()))


@contextmanager
def wire(kind: str, **more: Any):
    with http_target(INTAKES[kind]) as intake:
        yield Wire(compiled(kind, intake.settings() | more), intake, intake.credential)


@pytest.mark.parametrize("kind", sorted(INTAKES))
def test_no_answer_and_no_error_repeats_a_secret(kind):
    canary = "CANARY-0d9f4b"
    with wire(kind) as one:
        one.secret = f"whsec_{canary}" if kind == "webhook" else canary
        one.intake.always(401, body=f"you said {canary}".encode())
        assert canary not in repr(one.send())
        one.secret = f"{canary}\r\nX-Injected: 1"
        before = len(one.intake.requests)
        told = one.send()
        assert canary not in repr(told)
        if kind != "webhook":  # which signs with its secret, and sends none of it
            assert (told.fate, told.code, len(one.intake.requests)) == ("hold", "export.bad_credential", before)
    literal = {name: canary if "${secret:" in str(value) else value for name, value in one.intake.settings().items()}
    if kind == "otlphttp":
        literal["headers"] = {"Authorization": canary}
    with pytest.raises(InvalidInput) as refused:
        compiled(kind, literal)
    assert "export.secret_literal" in {problem.code for problem in refused.value.problems}
    assert canary not in str(refused.value.problems)


@pytest.mark.parametrize("kind", sorted(INTAKES))
def test_it_never_goes_inside(kind):
    with wire(kind) as one:
        one.allowed = ()
        told = one.send()
        assert (told.fate, told.code) == ("hold", "http.refused_address")
        assert not one.intake.requests


@pytest.mark.parametrize("kind", sorted(INTAKES))
def test_each_answer_means_what_it_should(kind):
    with wire(kind) as one:
        for status in (401, 403, 404, 302, 429, 500):
            one.intake.answer(status)
            assert one.send().fate == ("retry" if status in (429, 500) else "hold"), status
        one.intake.answer(503, headers={"Retry-After": "77"})
        told = one.send()
        assert (told.fate, told.wait_s) == ("retry", 77)
        one.intake.answer(reset=True)
        assert one.send().fate == "retry"
        assert not one.intake.taken
        assert one.send((1, 2)).fate == "sent"
        assert [seq for seq, _id in one.intake.taken] == [1, 2]
