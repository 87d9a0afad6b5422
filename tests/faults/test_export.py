"""Deaths of worker and destination while events are on their way: nothing lost, order kept, repeats under the same id.

Fifty kills over both databases, with a destination of every kind at once; `STUDIO_EXPORT_KILLS=50` doubles them.
Syslog acknowledges nothing, so its server is never killed: what that loses of what it has read, nobody can know.
"""

import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
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
from tests.servers.certificates import Authority
from tests.servers.http_target import http_target
from tests.servers.missing import start_or_skip
from tests.servers.rsyslog import Rsyslog, rsyslog

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(500)]
LABELS = {"export.sent", "export.after_commit"}
KILLS = int(os.environ.get("STUDIO_EXPORT_KILLS", "25"))
PIPELINE = """
receivers: {{audit: {{start: beginning}}}}
exporters:
  webhook: {{endpoint: "{url}/webhook", secret: "${{secret:signing}}", {often}}}
  splunk_hec: {{endpoint: "{url}", token: "${{secret:signing}}", ack_timeout: 1s, {often}}}
  datadog: {{endpoint: "{url}/datadog", api_key: "${{secret:signing}}", {often}}}
  otlphttp: {{endpoint: "{url}", {often}}}
  s3: {{endpoint: "{url}", bucket: audit, access_key_id: AKID, secret_access_key: "${{secret:signing}}", {often}}}
  file: {{batch: {{max_items: 7}}}}
  syslog: {{endpoint: 127.0.0.1, port: {port}, tls: {{ca_pem: {authority}}}, {often}}}
service:
  pipelines:
    logs: {{receivers: [audit], exporters: [webhook, splunk_hec, datadog, otlphttp, s3, file, syslog]}}
"""
OFTEN = "batch: {max_items: 7}, retry_on_failure: {initial_interval: 100ms, max_interval: 300ms}"
POSTED = ("webhook", "splunk_hec", "datadog", "otlphttp")


class Sink:
    """The process of all destinations that speak HTTP, and what it has written down."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = process.free_port(), folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.servers.journal_sink", str(self.port), str(self.folder)]
        self._process = subprocess.Popen(command, cwd=PROJECT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def events(self, kind: str) -> list[tuple[int, str]]:
        """Number and id of each event that came; a line that a kill has cut off is none."""
        journal = self.folder / kind
        if not journal.exists():
            return []
        found = (line.split(" ") for line in journal.read_text().splitlines())
        return [(int(parts[0]), parts[1]) for parts in found if len(parts) == 2 and len(parts[1]) == 36]

    def came(self) -> int:
        return sum(len(self.events(kind)) for kind in POSTED)

    def objects(self) -> list[tuple[int, str]]:
        """What the objects of the store hold, in the order of their keys."""
        return _numbered(gzip.decompress(one.read_bytes()) for one in sorted((self.folder / "s3").glob("*.gz")))


def _numbered(bodies: Iterable[bytes]) -> list[tuple[int, str]]:
    events = (json.loads(line) for body in bodies for line in body.splitlines())
    return [(event["seq"], event["id"]) for event in events]


class Exporting:
    """A drill whose audit trail goes to destinations of every kind at once."""

    def __init__(self, drill, sink: Sink, syslog: Rsyslog, authority: Authority) -> None:
        components.load_all()
        self.drill, self.sink, self.syslog = drill, sink, syslog
        drill.running.environ["STUDIO_ALLOWED_HOSTS"] = "127.0.0.1"
        vault = SecretVault(drill.database, Keyring.open(drill.running.settings.data_dir))
        text = PIPELINE.format(
            url=f"http://127.0.0.1:{sink.port}", port=syslog.port, authority=json.dumps(authority.text), often=OFTEN
        )
        with self.unit() as uow:
            vault.create(uow, name="signing", value=SIGNING, hosts=["127.0.0.1"])
            configs.save(uow, Door(("127.0.0.1",)), text)

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
            return set(uow.session.scalars(select(ExportDestination.cursor))) == {following.head(uow)}

    def why(self) -> str:
        with self.unit() as uow:
            rows = uow.session.scalars(select(ExportDestination))
            told = [f"{row.exporter} {row.state} {row.cursor} {row.last_code} {row.due_at}" for row in rows]
            return "\n".join([*told, self.drill.log()])

    def check(self) -> None:
        eventually(self.through, self.why, 120)
        with self.unit() as uow:
            stored = [(event["seq"], event["id"]) for event in following.events_after(uow, 0, 1_000_000)]
        for kind, came in self.all().items():  # every one, each first time in order, repeats under the same id
            assert list(dict.fromkeys(came)) == stored, kind

    def all(self) -> dict[str, list[tuple[int, str]]]:
        """What came, by kind."""
        folder = self.drill.running.settings.data_dir / "exports" / str(self.drill.seeded.workspace_id)
        texts = [one.text.lstrip("\ufeff").encode() for one in self.syslog.wait_for(1)]
        files = {"s3": self.sink.objects(), "file": _numbered([(folder / "audit.jsonl").read_bytes()]),
                 "syslog": _numbered(texts)}  # fmt: skip
        return files | {kind: self.sink.events(kind) for kind in POSTED}


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def _exporting(request, tmp_path_factory):
    sink, authority = Sink(tmp_path_factory.mktemp("sink")), Authority(tmp_path_factory.mktemp("authority"))
    with http_target() as target, ExitStack() as opened:
        opened.callback(sink.kill)
        drill = start_or_skip(open_drill(request.param, target, ticking, STUDIO_ALLOWED_HOSTS="127.0.0.1"), opened)
        syslog = start_or_skip(rsyslog(tmp_path_factory.mktemp("rsyslog"), authority), opened)
        sink.start()
        yield Exporting(drill, sink, syslog, authority)


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
        before = sink.came()
        exporting.record(30)
        eventually(lambda before=before: sink.came() > before, exporting.why, 120)
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
