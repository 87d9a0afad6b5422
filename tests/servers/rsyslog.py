"""A real rsyslog that takes RFC 5424 over TLS and writes what it made of each message."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import process
from benchmarks.servers.process import ServerMissing
from tests.servers.certificates import Authority
from tests.servers.patience import PATIENCE_S

_CONFIG = """
global(workDirectory="{folder}" maxMessageSize="{longest}" defaultNetstreamDriver="gtls"
  defaultNetstreamDriverCAFile="{authority}" defaultNetstreamDriverCertFile="{certificate}"
  defaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="{clients}")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="parsed" type="string" string="%pri%\\t%protocol-version%\\t%timestamp:::date-rfc3339%\\t%hostname%\\t\
%app-name%\\t%procid%\\t%msgid%\\t%structured-data%\\t%msg%\\n")
action(type="omfile" file="{journal}" template="parsed")
"""


@dataclass(frozen=True)
class Message:
    """One message as rsyslog read it."""

    priority: str
    version: str
    at: str
    hostname: str
    app_name: str
    process: str
    id: str
    elements: str
    text: str


@dataclass(frozen=True)
class Rsyslog:
    """What a test asks of it."""

    port: int
    journal: Path
    log: Path

    def messages(self) -> Sequence[Message]:
        """What came so far, in order."""
        if not self.journal.exists():
            return []
        return [Message(*line.split("\t")) for line in self.journal.read_text().splitlines()]

    def wait_for(self, count: int) -> Sequence[Message]:
        until = time.monotonic() + PATIENCE_S
        while len(found := self.messages()) < count:
            assert time.monotonic() < until, f"{len(found)} of {count} came\n{self.log.read_text()}"
            time.sleep(0.02)  # between two looks at the file
        return found


@contextmanager
def rsyslog(
    folder: Path, authority: Authority, *, ask_clients: bool = False, longest: int = 8_192
) -> Iterator[Rsyslog]:
    """Run one. `ask_clients`: whoever shows no certificate of the authority is refused. Raises ServerMissing."""
    if not any(Path("/usr/lib").glob("*/rsyslog/lmnsd_gtls.so")):
        raise ServerMissing("rsyslog-gnutls is not installed (make test-system installs it)")
    found = Rsyslog(process.free_port(), folder / "journal", folder / "rsyslog.log")
    pair = authority.pair()
    config = folder / "rsyslog.conf"
    config.write_text(_CONFIG.format(
        folder=folder, longest=longest, authority=authority.file, certificate=pair.certificate_file,
        key=pair.key_file, port=found.port, journal=found.journal, clients="x509/certvalid" if ask_clients else "anon",
    ))  # fmt: skip
    command = [process.program("rsyslogd", Path("/usr/sbin")), "-n", "-f", config, "-i", folder / "rsyslog.pid"]
    child = process.start(command, found.log, cwd=folder)
    try:
        process.wait_until(lambda: process.accepts(found.port), child, found.log)
        yield found
    finally:
        process.stop(child)
