"""An authority of a test, with certificates for servers and clients, as files and as text."""

from dataclasses import dataclass
from pathlib import Path

import trustme

from benchmarks.servers.process import HOST


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: str
    key: str
    certificate_file: Path
    key_file: Path


class Authority:
    """Signs for the test alone; nobody trusts it who is not told to."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, trustme.CA()
        self.file = folder / "ca.pem"
        self._made.cert_pem.write_to_path(self.file)

    @property
    def text(self) -> str:
        return self._made.cert_pem.bytes().decode()

    def pair(self, name: str = HOST) -> Pair:
        made = self._made.issue_cert(name)
        certificate = b"".join(blob.bytes() for blob in made.cert_chain_pems)
        files = self._folder / f"{name}.crt", self._folder / f"{name}.key"
        files[0].write_bytes(certificate)
        made.private_key_pem.write_to_path(files[1])
        return Pair(certificate.decode(), made.private_key_pem.bytes().decode(), *files)
