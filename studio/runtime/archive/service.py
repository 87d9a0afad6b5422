"""Whether ended runs are archived before they are deleted, and where: read and set by people."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from studio.audit import Target, changes_between, record
from studio.core.buckets import Bucket
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.locking import lock
from studio.core.unit_of_work import UnitOfWork
from studio.core.web_address import split
from studio.runtime.archive.outcomes import Place
from studio.runtime.models import ArchivePlace

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_REGION = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_PREFIX = re.compile(r"((?!\.+/)[A-Za-z0-9_.=-]+/)*\Z")
_KEY_ID = re.compile(r"[!-~]{1,128}\Z")
_SECRET = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}\Z")
LONGEST_PREFIX, LONGEST_ENDPOINT = 200, 300
KEEP_DAYS = range(1, 36_501)
"""What may be said of files; no days are for good."""
GRACE = timedelta(hours=1)
"""A new rule deletes nothing before: whoever mistyped it still has time."""
WHERE = ("kind", "bucket", "prefix", "endpoint")
"""What makes a place another one. The rest is how it is reached."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where runs shall be archived, and how long. All but the kind and the days are a bucket's."""

    kind: str = ""
    """`outcomes.Place`; empty: nowhere, they are deleted."""
    bucket: str = ""
    region: str = ""
    prefix: str = ""
    endpoint: str = ""
    access_key_id: str = ""
    secret_name: str = ""
    keep_days: int | None = None
    """Days that files are kept once they were written, wherever they lie; None: for good."""


def current(uow: UnitOfWork) -> ArchivePlace | None:
    """Where what is due goes now; None: nothing is archived."""
    return uow.session.scalar(select(ArchivePlace).where(ArchivePlace.active))


def places(uow: UnitOfWork) -> Sequence[ArchivePlace]:
    """Where files lie, the newest place first. A workspace has a handful."""
    return uow.session.scalars(select(ArchivePlace).order_by(ArchivePlace.id.desc())).all()


def stuck(uow: UnitOfWork) -> ArchivePlace | None:
    """A place where files that are due cannot be deleted; None: there is none."""
    return next((one for one in places(uow) if one.files_trouble is not None), None)


def wanted_now(uow: UnitOfWork) -> Wanted:
    """What somebody said last. Days hold for what lies somewhere also while nothing is archived."""
    there = places(uow)
    active = next((one for one in there if one.active), None)
    if active is None:
        return Wanted(keep_days=there[0].keep_days if there else None)
    return Wanted(**{name: getattr(active, name) for name in asdict(Wanted())})


def set_place(uow: UnitOfWork, wanted: Wanted, allowed_hosts: tuple[str, ...] = ()) -> ArchivePlace | None:
    """Archive there from now on. What lies elsewhere stays there, is still read from there, and kept as long.

    Raises InvalidInput with every field that is wrong, and changes nothing then.
    """
    wanted = _cleaned(wanted)
    problems = list(_problems(wanted, allowed_hosts))
    if problems:
        raise InvalidInput(problems[0].message, code=problems[0].code, field=problems[0].path, problems=problems)
    lock(uow.session, f"archive|{uow.workspace}")
    if not wanted.kind and not places(uow):
        wanted = replace(wanted, keep_days=None)  # nothing lies anywhere
    before, was = current(uow), wanted_now(uow)
    if was == wanted:
        return before
    changes = changes_between(asdict(was), asdict(wanted))
    place = before if replace(was, keep_days=wanted.keep_days) == wanted else _turned_to(uow, before, wanted)
    for one in places(uow):
        if one.keep_days != wanted.keep_days or one is place:
            one.keep_days = wanted.keep_days
            # Where they are for good from now on, a last look takes away those whose runs are forgotten already.
            one.files_at = uow.now + GRACE if wanted.keep_days is not None else uow.now
    record(uow, "workspace.archive_changed", targets=[Target("workspace", str(uow.workspace), "")], changes=changes)
    return place


def look_now(uow: UnitOfWork) -> None:
    """Have it tried at once, and not only at its next look; what could not be deleted, too."""
    for one in places(uow):
        if one.active:
            one.next_at = uow.now
        if one.files_trouble is not None:
            one.files_at = uow.now


def _turned_to(uow: UnitOfWork, before: ArchivePlace | None, wanted: Wanted) -> ArchivePlace | None:
    if before is not None:
        before.active = False
        uow.session.flush()  # one is active at a time
    if not wanted.kind:
        return None
    same = [getattr(ArchivePlace, name) == getattr(wanted, name) for name in WHERE]
    place, now = uow.session.scalar(select(ArchivePlace).where(*same)) or ArchivePlace(id=new_id()), uow.now
    for name, value in asdict(wanted).items():
        setattr(place, name, value)
    place.active, place.next_at = True, now
    place.proved_at = place.trouble = place.trouble_words = place.trouble_since = None
    uow.session.add(place)
    uow.session.flush()
    return place


def _cleaned(wanted: Wanted) -> Wanted:
    """What only a bucket has, of a bucket alone."""
    given = {name: value.strip() for name, value in asdict(wanted).items() if isinstance(value, str)}
    if given["kind"] != Place.S3:
        return Wanted(given["kind"], keep_days=wanted.keep_days)
    given["endpoint"] = given["endpoint"].rstrip("/")
    given["region"] = given["region"] or "us-east-1"
    if given["prefix"] and not given["prefix"].endswith("/"):
        given["prefix"] += "/"
    return Wanted(**given, keep_days=wanted.keep_days)


def _problems(wanted: Wanted, allowed_hosts: tuple[str, ...]) -> Iterator[FieldProblem]:
    if wanted.kind and wanted.kind not in set(Place):
        yield FieldProblem("kind", "archive.kind", _("Choose the folder or a bucket."))
    if wanted.keep_days is not None and wanted.keep_days not in KEEP_DAYS:
        said = _("Keep files for 1 to %(most)s days, or say nothing: for good.", most=separated(KEEP_DAYS[-1]))
        yield FieldProblem("keep_days", "archive.keep_days", said)
    if wanted.kind != Place.S3:
        return
    told = (
        ("bucket", _BUCKET, _("Give the bucket's name: 3 to 63 small letters, digits, points and dashes.")),
        ("region", _REGION, _("Give the bucket's region, such as eu-central-1.")),
        ("prefix", _PREFIX, _("Letters, digits, “_”, “.”, “=” and “-”, with a slash behind each folder.")),
        ("access_key_id", _KEY_ID, _("Give the id of the key that opens the bucket.")),
        ("secret_name", _SECRET, _("Give the name of the stored secret that belongs to this key.")),
    )
    for name, pattern, message in told:
        value = getattr(wanted, name)
        if not pattern.match(value) or len(value) > LONGEST_PREFIX:
            yield FieldProblem(name, f"archive.{name}", message)
    refused = _refused(wanted, allowed_hosts)
    if refused:
        yield FieldProblem("endpoint", "archive.endpoint", refused)


def _refused(wanted: Wanted, allowed_hosts: tuple[str, ...]) -> str | None:
    """Why its address will not be called; None: nothing speaks against it."""
    parts = split(wanted.endpoint)
    odd = parts is None or parts.path or parts.query or parts.fragment or parts.username or not parts.hostname
    if wanted.endpoint and (odd or len(wanted.endpoint) > LONGEST_ENDPOINT):
        return _("Give the store's address alone, such as https://s3.example.com.")
    if not _BUCKET.match(wanted.bucket) or not _REGION.match(wanted.region):
        return None
    url = urlsplit(Bucket(wanted.bucket, wanted.region, wanted.access_key_id, wanted.endpoint or None).url)
    try:
        from studio.core.http import addresses  # noqa: PLC0415 - what calls out is loaded at the first need

        return addresses.refusal(url.scheme, url.hostname or "", url.port, allowed_hosts)
    except ValueError:
        return _("Give the store's address alone, such as https://s3.example.com.")
