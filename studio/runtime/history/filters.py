"""Which runs a list shows, as an address says it. Pure: arguments in, a filter out, and back without loss.

A value that is none is a problem with the argument's name. Nobody gets all runs because of a slip in a filter.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from uuid import UUID

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.runtime.labels import LONGEST_VALUE
from studio.runtime.outcomes import RunState
from studio.runtime.search.words import asked

LONGEST_SEARCH = 120
MOST_LABELS = 5
"""Labels that a run must have, all of them."""
KEY = re.compile(r"[a-z][a-z0-9_.-]{0,39}\Z")
"""Of a label."""
_CODE = re.compile(r"[^\s\0]{1,80}\Z")
_NODE = re.compile(r"[A-Za-z0-9_]{1,40}\Z")
_PRINT = re.compile(r"[0-9a-f]{16}\Z")
_SPAN = re.compile(r"([1-9][0-9]{0,3})([mhd])\Z")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

Pairs = Iterable[tuple[str, str]]
"""Names and values of an address; names may repeat."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What to list. Every None, and everything empty, means "all"."""

    workflow_id: UUID | None = None
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""
    search: str = ""
    """Words of the title or of the trigger's data, or their beginnings; a whole id finds that run."""
    span: timedelta | None = None
    """Back from now; instead of `since`."""
    version: int | None = None
    """A number of that workflow."""
    error_code: str | None = None
    error_print: str | None = None
    """`insights.fingerprint`: errors of one cause."""
    error_node: str | None = None
    """The key of the step that the error came from."""
    trigger: str | None = None
    """The type of the trigger that started it."""
    connection: str | None = None
    """The name of a connection that a step of it used."""
    approver_id: UUID | None = None
    """Who answered for it."""
    labels: tuple[tuple[str, str], ...] = ()
    """Keys and values that steps gave it."""

    @property
    def run_id(self) -> UUID | None:
        """The one run that is looked for."""
        return parse_id(self.search.strip())

    @property
    def words(self) -> list[str]:
        """What is looked for otherwise."""
        return [] if self.run_id is not None else asked(self.search[:LONGEST_SEARCH])

    @property
    def narrowed(self) -> bool:
        """Whether anything but the search is asked for."""
        return self != RunFilter(search=self.search)

    def starts(self, now: datetime) -> datetime | None:
        """From when on, however that is said."""
        return now - self.span if self.span is not None else self.since


NAMES = frozenset(
    {"workflow", "version", "state", "error", "fingerprint", "node", "since", "from", "until", "trigger"}
    | {"connection", "approver", "label", "q"}
)
"""Arguments that this reads; others are not a filter's."""


class _Reading:
    """One address, argument by argument, with what is wrong about them."""

    def __init__(self, pairs: Pairs, zone: tzinfo) -> None:
        self.problems: list[FieldProblem] = []
        self._zone = zone
        self._given: dict[str, list[str]] = {}
        for name, value in pairs:
            if name in NAMES and value.strip():
                self._given.setdefault(name, []).append(value.strip())

    def wrong(self, name: str, said: str) -> None:
        self.problems.append(FieldProblem(name, f"filter.{name}", said))

    def all(self, name: str) -> Sequence[str]:
        return self._given.get(name, [])

    def one(self, name: str) -> str | None:
        values = self.all(name)
        if len(values) > 1:
            self.wrong(name, _("Give this filter once."))
            return None
        return values[0] if values else None

    def fitting(self, name: str, form: re.Pattern[str], said: str) -> str | None:
        value = self.one(name)
        if value is not None and not form.match(value):
            self.wrong(name, said)
            return None
        return value

    def id(self, name: str, said: str) -> UUID | None:
        value = self.one(name)
        found = parse_id(value) if value is not None else None
        if value is not None and found is None:
            self.wrong(name, said)
        return found

    def states(self) -> tuple[str, ...]:
        known = {state.value for state in RunState}
        if any(state not in known for state in self.all("state")):
            self.wrong("state", _("There is no such state. Choose from the list."))
        return tuple(dict.fromkeys(state for state in self.all("state") if state in known))

    def version(self, workflow_id: UUID | None) -> int | None:
        value = self.fitting("version", re.compile(r"[1-9][0-9]{0,8}\Z"), _("A version is a number, such as 3."))
        if value is None:
            return None
        if workflow_id is None:
            self.wrong("version", _("Choose the workflow as well: each one counts its own versions."))
            return None
        return int(value)

    def moment(self, name: str) -> datetime | None:
        value = self.one(name)
        return self._moment(name, value) if value is not None else None

    def start(self) -> tuple[datetime | None, timedelta | None]:
        start = self.moment("from")
        value = self.one("since")
        if start is not None:
            if value is not None:
                self.wrong("from", _("Give either a span or a beginning."))
            return start, None
        if value is None:
            return None, None
        span = _SPAN.match(value)
        if span is not None:
            return None, timedelta(**{_UNITS[span[2]]: int(span[1])})
        return self._moment("since", value), None

    def _moment(self, name: str, value: str) -> datetime | None:
        found: datetime | None
        try:
            found = datetime.fromisoformat(value.replace(" ", "+"))  # a plus sign that was not escaped
            found = (found if found.tzinfo else found.replace(tzinfo=self._zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            found = None
        if found is None or not 1970 <= found.year <= 9000:
            self.wrong(name, _("Give a day such as 2026-11-27, a moment such as 2026-11-27T14:30, or a span: 24h, 7d."))
            return None
        return found

    def labels(self) -> tuple[tuple[str, str], ...]:
        found: dict[tuple[str, str], None] = {}
        for one in self.all("label"):
            key, colon, value = one.partition(":")
            if not colon or not KEY.match(key) or not 0 < len(value) <= LONGEST_VALUE or "\0" in value:
                self.wrong("label", _("A label is a key and a value with a colon between them, such as country:DE."))
            else:
                found[key, value] = None
        if len(found) > MOST_LABELS:
            self.wrong("label", _("At most %(count)s labels can be asked for at once.", count=MOST_LABELS))
        return tuple(found)

    def search(self) -> str:
        value = (self.one("q") or "").replace("\0", "")
        if len(value) > LONGEST_SEARCH:
            self.wrong("q", _("Search for at most %(count)s letters.", count=LONGEST_SEARCH))
        return value


def read(pairs: Pairs, zone: tzinfo = UTC) -> tuple[RunFilter, list[FieldProblem]]:
    """The filter of an address, and what is wrong with it; moments without a zone are of `zone`."""
    given = _Reading(pairs, zone)
    workflow_id = given.id("workflow", _("There is no such workflow. Choose from the list."))
    since, span = given.start()
    made = RunFilter(
        workflow_id=workflow_id, states=given.states(), since=since, span=span, until=given.moment("until"),
        search=given.search(), version=given.version(workflow_id),
        error_code=given.fitting("error", _CODE, _("An error's code is one word, such as http.status.")),
        error_print=given.fitting("fingerprint", _PRINT, _("A fingerprint has 16 hexadecimal digits.")),
        error_node=given.fitting("node", _NODE, _("A step's key has letters, digits and “_”.")),
        trigger=given.fitting("trigger", _CODE, _("There is no such kind of trigger. Choose from the list.")),
        connection=given.fitting("connection", re.compile(r"[^\0]{1,60}\Z"), _("There is no such connection.")),
        approver_id=given.id("approver", _("There is no such person. Choose from the list.")),
        labels=given.labels(),
    )  # fmt: skip
    start = made.since
    if start is not None and made.until is not None and start >= made.until:
        given.wrong("until", _("The end comes after the beginning."))
    return made, given.problems


def written(wanted: RunFilter) -> list[tuple[str, str]]:
    """Names and values of an address that reads as this filter."""
    single = (
        ("workflow", wanted.workflow_id), ("version", wanted.version), ("error", wanted.error_code),
        ("fingerprint", wanted.error_print), ("node", wanted.error_node),
        ("since", _span(wanted.span) if wanted.span is not None else _iso(wanted.since)),
        ("until", _iso(wanted.until)), ("trigger", wanted.trigger), ("connection", wanted.connection),
        ("approver", wanted.approver_id), ("q", wanted.search.strip() or None),
    )  # fmt: skip
    return [
        *((name, str(value)) for name, value in single if value is not None),
        *(("state", state) for state in wanted.states),
        *(("label", f"{key}:{value}") for key, value in wanted.labels),
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    for unit, length in (("d", 1440), ("h", 60)):
        if minutes % length == 0:
            return f"{minutes // length}{unit}"
    return f"{minutes}m"
