"""The places themselves: a folder of this installation, and a bucket. No transaction is open while they are asked."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import urlsplit

from studio.contract.ports import Http, Secrets
from studio.core.buckets import Bucket, checksum, code_in
from studio.core.errors import StudioError
from studio.core.http.messages import HttpRequest, HttpResponse
from studio.core.i18n import gettext as _
from studio.runtime.archive.outcomes import ArchiveTrouble, Place
from studio.runtime.models import ArchivePlace

TIMEOUT_S = 60.0
"""For one file, sent or read."""
ASIDE = 4_096
"""Bytes that an answer may hold beside what was asked for."""
_CHUNK = 262_144
_ANY = 10**17


@dataclass(frozen=True, slots=True)
class Reach:
    """What places are reached by."""

    http: Http
    secrets: Secrets
    folder: Path
    """Where files of all workspaces lie."""
    allowed_hosts: tuple[str, ...] = ()
    """Inner hosts that the operator lets be called."""


class Store(Protocol):
    """One place. Whatever it cannot do raises ArchiveTrouble."""

    def put(self, name: str, data: IO[bytes]) -> None:
        """Write a file as a whole, and come back once it is safe there. The same name again replaces it."""
        ...

    def size(self, name: str) -> int | None:
        """Bytes of a file, as the place says; None: it is not there."""
        ...

    def read(self, name: str, offset: int, length: int) -> bytes:
        """Some bytes of a file, all of those that were asked for."""
        ...

    def delete(self, name: str) -> None:
        """Take a file away. One that is not there is no trouble."""
        ...


def store_of(place: ArchivePlace, reach: Reach) -> Store:
    """The place behind a row."""
    if place.kind == Place.FOLDER:
        return Folder(reach.folder)
    bucket = Bucket(place.bucket, place.region, place.access_key_id, place.endpoint or None)
    workspace_id, name = place.workspace_id, place.secret_name

    def secret() -> str:
        host = urlsplit(bucket.url).hostname
        return reach.secrets.reveal(workspace_id, name, purpose="archive", host=host).strip()

    return S3(bucket, reach.http, secret)


@dataclass(frozen=True, slots=True)
class Folder:
    """Files below the data folder. Implements `Store`."""

    root: Path

    def put(self, name: str, data: IO[bytes]) -> None:
        """Beside it first, and in its place once the disk has it."""
        path = self.root / name
        part = path.with_name(path.name + ".part")
        with _said():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            data.seek(0)
            with part.open("wb") as file:
                while chunk := data.read(_CHUNK):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _sync(path.parent)

    def size(self, name: str) -> int | None:
        """By the file itself."""
        with _said(), suppress(FileNotFoundError):
            return (self.root / name).stat().st_size
        return None

    def read(self, name: str, offset: int, length: int) -> bytes:
        """From the file."""
        with _said(), (self.root / name).open("rb") as file:
            file.seek(offset)
            found = file.read(length)
        return _whole(found, length)

    def delete(self, name: str) -> None:
        """The file, and what a write that broke off has left beside it."""
        path = self.root / name
        with _said():
            path.unlink(missing_ok=True)
            path.with_name(path.name + ".part").unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class S3:
    """Objects of a bucket. Implements `Store`."""

    bucket: Bucket
    http: Http
    secret: Callable[[], str]

    def put(self, name: str, data: IO[bytes]) -> None:
        """With its checksum: the store answers well only to what it has got whole."""
        data.seek(0)
        body = data.read()
        headers = {"Content-Type": "application/gzip"} | checksum(body)
        self._judged(self._send("PUT", name, headers, body=body))

    def size(self, name: str) -> int | None:
        """As its headers say."""
        answer = self._send("HEAD", name, {}, most=_ANY)  # its length is that of the file, which does not come
        if answer.status == 404:
            return None
        self._judged(answer)
        told = next((value for key, value in answer.headers.items() if key.lower() == "content-length"), "")
        return int(told) if told.isascii() and told.isdigit() else None

    def read(self, name: str, offset: int, length: int) -> bytes:
        """By its range."""
        headers = {"Range": f"bytes={offset}-{offset + length - 1}", "Accept-Encoding": "identity"}
        answer = self._judged(self._send("GET", name, headers, most=length + ASIDE))
        return _whole(answer.body[offset:] if answer.status == 200 else answer.body, length)

    def delete(self, name: str) -> None:
        """The object."""
        answer = self._send("DELETE", name, {})
        if answer.status != 404:
            self._judged(answer)

    def _send(
        self, method: str, name: str, headers: dict[str, str], *, body: bytes | None = None, most: int = ASIDE
    ) -> HttpResponse:
        url = self.bucket.address(name)
        try:
            signed = self.bucket.signed(method, url, headers, self.secret(), body)
            return self.http.send(HttpRequest(method, url, signed, body, TIMEOUT_S, most))
        except StudioError as error:
            raise ArchiveTrouble(error.message, code=error.code) from error

    def _judged(self, answer: HttpResponse) -> HttpResponse:
        if 200 <= answer.status < 300:
            return answer
        code = code_in(answer.body) or f"HTTP {answer.status}"
        said = _("The store refuses (%(code)s). Check bucket, region and keys.", code=code)
        raise ArchiveTrouble(said, code=f"s3.{code.replace(' ', '_')}")


@contextmanager
def _said() -> Iterator[None]:
    """What the disk says becomes a trouble with words."""
    try:
        yield
    except OSError as error:
        said = _("The folder cannot be used: %(why)s.", why=error.strerror or type(error).__name__)
        raise ArchiveTrouble(said, code="archive.io") from error


def sha256_of(data: IO[bytes]) -> str:
    """Of the whole file, in hex."""
    data.seek(0)
    found = hashlib.sha256()
    while chunk := data.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()


def _whole(found: bytes, length: int) -> bytes:
    if len(found) != length:
        raise ArchiveTrouble(_("The archived file is shorter than it was."), code="archive.short")
    return found


def _sync(folder: Path) -> None:
    """A name is safe once its folder is written, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
