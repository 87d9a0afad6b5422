"""Deaths of worker and destination while events are on their way: nothing lost, order kept, repeats under the same id.

`STUDIO_EXPORT_KILLS=50` kills that often instead of ten times.
"""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from benchmarks.servers import process
from benchmarks.stack import PROJECT
from studio import audit
from studio.accounts.service.vault import SecretVault
from studio.audit import following
from studio.audit.taxonomy.audit import VERIFIED
from studio.core.crypto import Keyring
from studio.export import components
from studio.export.models import ExportDestination
from studio.export.service import configs
from studio.export.service.configs import Door
from tests.factories.exports import SIGNING
from tests.faults.drill import children, eventually
from tests.faults.drill import drill as open_drill
from tests.faults.test_sweeping import ticking
from tests.servers.http_target import http_target
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(500)]
LABELS = {"export.sent", "export.after_commit"}
KILLS = int(os.environ.get("STUDIO_EXPORT_KILLS", "10"))
PIPELINE = """
receivers: {{audit: {{start: beginning}}}}
exporters:
  webhook/sink:
    endpoint: http://127.0.0.1:{port}/
    secret: ${{secret:signing}}
    batch: {{max_items: 7}}
    retry_on_failure: {{initial_interval: 100ms, max_interval: 300ms}}
service:
  pipelines:
    logs: {{receivers: [audit], exporters: [webhook/sink]}}
"""


class Sink:
    """The destination's process, and what it has written down."""

    def __init__(self, journal: Path) -> None:
        self.port, self.journal = process.free_port(), journal
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.servers.journal_sink", str(self.port), str(self.journal)]
        self._process = subprocess.Popen(command, cwd=PROJECT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def events(self) -> list[tuple[int, str]]:
        """Number and id of each event that came; a line that a kill has cut off is none."""
        if not self.journal.exists():
            return []
        lines = self.journal.read_text().splitlines()
        found = (line.split(" ") for line in lines)
        return [(int(parts[0]), parts[1]) for parts in found if len(parts) == 2 and len(parts[1]) == 36]


class Exporting:
    """A drill whose audit trail goes to the sink."""

    def __init__(self, drill, sink: Sink) -> None:
        components.load_all()
        self.drill, self.sink = drill, sink
        drill.running.environ["STUDIO_ALLOWED_HOSTS"] = "127.0.0.1"
        vault = SecretVault(drill.database, Keyring.open(drill.running.settings.data_dir))
        with self.unit() as uow:
            vault.create(uow, name="signing", value=SIGNING, hosts=["127.0.0.1"])
            configs.save(uow, Door(("127.0.0.1",)), PIPELINE.format(port=sink.port))

    def unit(self):
        return self.drill.database.unit(self.drill.seeded.workspace_id)

    def record(self, count: int) -> None:
        with self.unit() as uow:
            for number in range(count):
                target = audit.Target("audit", uow.workspace, "audit events")
                audit.record(uow, VERIFIED, targets=[target], metadata={"checked": number})

    def through(self) -> bool:
        """Whether all that was recorded is settled."""
        with self.unit() as uow:
            return uow.session.scalar(select(ExportDestination.cursor)) == following.head(uow)

    def why(self) -> str:
        with self.unit() as uow:
            row = uow.session.scalars(select(ExportDestination)).one()
            return f"{row.state} {row.cursor} {row.last_code} {row.last_error} {row.due_at}\n{self.drill.log()}"

    def check(self) -> None:
        eventually(self.through, self.why, 120)
        came = self.sink.events()
        with self.unit() as uow:
            stored = [(event["seq"], event["id"]) for event in following.events_after(uow, 0, 1_000_000)]
        assert list(dict.fromkeys(came)) == stored  # every one, each first time in order, repeats under the same id


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def _exporting(request, tmp_path_factory):
    sink = Sink(tmp_path_factory.mktemp("sink") / "journal")
    with http_target() as target, ExitStack() as opened:
        opened.callback(sink.kill)
        drill = start_or_skip(open_drill(request.param, target, ticking, STUDIO_ALLOWED_HOSTS="127.0.0.1"), opened)
        sink.start()
        yield Exporting(drill, sink)


@pytest.fixture
def exporting(_exporting):
    yield _exporting
    _exporting.drill.end()


@pytest.mark.parametrize("label", sorted(LABELS))
def test_a_death_at_each_point(exporting, label):
    exporting.drill.begin(laid=True, FAULT=label)
    exporting.record(20)
    exporting.drill.died()
    if exporting.drill.store == "sqlite":
        exporting.drill.begin()
    exporting.check()


def test_worker_and_destination_are_killed_in_mid_batch(exporting):
    drill, sink = exporting.drill, exporting.sink
    drill.begin()
    for number in range(KILLS):
        before = len(sink.events())
        exporting.record(60)
        eventually(lambda before=before: len(sink.events()) > before, exporting.why, 120)
        if number % 2:
            sink.kill()
            sink.start()
        elif drill.store == "sqlite":
            drill.kill("studio")
            drill.start_executing()
        else:
            [child] = eventually(lambda: children(drill.running.processes["worker"].pid), drill.log)
            os.kill(child, signal.SIGKILL)
    exporting.check()
