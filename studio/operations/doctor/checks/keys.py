"""The master key is there, readable by Studio alone, and opens what is sealed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from studio.audit.models import AuditSigningKey
from studio.core.crypto import KEY_VARIABLE, CryptoError, Keyring
from studio.core.key_file import KeyFile
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place

ORDER = 55


@dataclass(frozen=True, slots=True)
class Sample:
    """A sealed record and what it is bound to."""

    blob: bytes
    context: str


def look(place: Place) -> Iterator[Finding]:
    """Opening the ring would make a key where none is, so the file is looked for before."""
    if not place.environ.get(KEY_VARIABLE):
        file = KeyFile.of(place.settings.data_dir)
        if not file.path.exists():
            yield missing(sealed=_sample(place) is not None, path=str(file.path))
            return
        yield from judge_mode(str(file.path), file.path.stat().st_mode)
        if file.set_aside.exists():
            yield warning(f"`studio keys retire` has not finished: {file.set_aside} is still there.", "Run it again.")
    ring = Keyring.open(place.settings.data_dir, _as_strings(place.environ))
    yield judge_sample(ring, _sample(place))


def missing(*, sealed: bool, path: str) -> Finding:
    """There is no file of keys."""
    if sealed:
        return bad(
            f"There is no master key in {path}, but the database holds what was sealed under one.",
            "Put the backup of master.key back before you start Studio: a new key would open nothing of it.",
        )
    return warning(f"There is no master key in {path} yet.", "Studio makes one at its first start: back it up then.")


def judge_mode(path: str, mode: int) -> Iterator[Finding]:
    """`mode`: of the file."""
    if mode & 0o077:
        yield bad(f"Others on this machine may read {path}.", f"chmod 600 {path}")


def judge_sample(ring: Keyring, sample: Sample | None) -> Finding:
    """Open what was sealed before, or, where nothing was, something of now."""
    versions = ", ".join(map(str, ring.versions))
    try:
        if sample is None:
            ring.unseal(ring.seal(b"doctor", context="doctor"), context="doctor")
        else:
            ring.unseal(sample.blob, context=sample.context)
    except CryptoError as error:
        return bad(
            f"What is sealed does not open with the master keys that are here ({versions}): {error}",
            "Put the backup of master.key back, or set STUDIO_MASTER_KEY to the keys of this installation.",
        )
    return ok(f"The master key opens what is sealed; versions {versions}, {ring.current} seals.")


def _sample(place: Place) -> Sample | None:
    with place.asking() as connection:
        newest = select(AuditSigningKey.number, AuditSigningKey.private).order_by(AuditSigningKey.number.desc())
        row = connection.execute(newest.limit(1)).first()
    return Sample(row.private, f"audit_signing_key|{row.number}") if row is not None else None


def _as_strings(environ: Mapping[str, str]) -> dict[str, str]:
    return dict(environ)
