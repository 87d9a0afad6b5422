"""The schema is the one that this code was written for."""

from collections.abc import Iterator

from studio.core import migrate
from studio.core.migrate import Standing
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place

ORDER = 20


def look(place: Place) -> Iterator[Finding]:
    """Ask as the tables' owner, who may read the revision on every schema."""
    with place.asking("migrate") as connection:
        yield judge(migrate.standing(connection))


def judge(standing: Standing) -> Finding:
    """Behind is bad, ahead is a deploy under way or a machine that was forgotten."""
    if standing.current is None:
        return bad("The database has no schema.", "Run `studio migrate`.")
    if standing.missing is None:
        return warning(
            f"A newer Studio has brought the schema to {standing.current}, which this code does not know.",
            "During a deploy that is as it should be; else put the same release on this machine.",
        )
    if standing.missing:
        return bad(
            f"The schema is {standing.current}: it lacks {standing.missing} of this code's migrations.",
            "Run `studio migrate`, before processes of this release start.",
        )
    return ok(f"The schema is current ({standing.current}).")
