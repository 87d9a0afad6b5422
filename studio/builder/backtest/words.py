"""What a backtest says to people. Counts become sentences; the first one is the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from studio.builder.backtest.facts import BY_DATA
from studio.builder.backtest.outcomes import DAYS, Decisions, Kind, State, Wanted, What
from studio.builder.backtest.tally import OTHERS, Tally
from studio.builder.models import Backtest, BacktestEvent
from studio.builder.picture import Overlay
from studio.contract import node
from studio.contract.wording import port_name
from studio.core.formats import number as _n
from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Document

STATES = {
    State.RUNNING: (_l("Under way"), "run"),
    State.DONE: (_l("Done"), "good"),
    State.CANCELLED: (_l("Stopped"), ""),
    State.FAILED: (_l("Failed"), "bad"),
}
KINDS = {
    Kind.SAME: (_l("Same"), ""),
    Kind.DIFFERS: (_l("Differs"), "warn"),
    Kind.NEWLY: (_l("Newly matches"), "run"),
    Kind.NO_LONGER: (_l("No longer matches"), "wait"),
    Kind.AWAITED: (_l("Its run goes on"), "run"),
    Kind.GONE: (_l("No longer kept"), ""),
}
_ENDS = {"succeeded": _l("Succeeded"), "failed": _l("Failed"), "cancelled": _l("Cancelled")}
_MOST_NAMED = 3


def percent(row: Backtest, tally: Tally) -> int:
    """How far it is."""
    return 100 if not row.total else min(100, 100 * tally.events // row.total)


def stretch(row: Backtest) -> str:
    """Which events it is about."""
    wanted = Wanted.model_validate(row.wanted)
    if wanted.last is None:
        return gettext("The events of the last %(days)s days", days=DAYS)
    return str(ngettext("The last event", "The last %(count)s events", wanted.last, count=_n(wanted.last)))


def sentence(row: Backtest, tally: Tally) -> str:
    """The answer."""
    if not tally.events:
        return gettext("No events were there to try.")
    given = {"events": _n(tally.events), "acted": _n(tally.acted), "days": DAYS}
    if Wanted.model_validate(row.wanted).last is None:
        head = ngettext(
            "Of %(events)s event of the last %(days)s days, %(acted)s would have led to something",
            "Of %(events)s events of the last %(days)s days, %(acted)s would have led to something",
            tally.events, **given,
        )  # fmt: skip
    else:
        head = ngettext(
            "Of the last %(events)s event, %(acted)s would have led to something",
            "Of the last %(events)s events, %(acted)s would have led to something",
            tally.events, **given,
        )  # fmt: skip
    return "; ".join([head, *clauses(tally)]) + "."


def clauses(tally: Tally) -> Iterator[str]:
    """What follows on how many events would have led to something."""
    if tally.matched < tally.events:
        yield gettext("%(count)s would have started a run", count=_n(tally.matched))
    for ref, count in ranked(tally)[:_MOST_NAMED]:
        yield gettext("%(count)s would have asked %(who)s", count=_n(count), who=who(ref))
    yield gettext("%(count)s would have failed", count=_n(tally.failed))


def beside(row: Backtest, tally: Tally) -> str:
    """What the published version made of the same events."""
    if row.version_number is None:
        return gettext("Nothing is published yet, so there is nothing to compare with.")
    told = gettext(
        "Version %(version)s, which is published, led to something for %(acted)s of them, asked somebody for %(asked)s "
        "and failed for %(failed)s.",
        version=row.version_number, acted=_n(tally.then_acted), asked=_n(tally.then_asked),
        failed=_n(tally.then_failed),
    )  # fmt: skip
    return f"{told} {otherwise(tally)}"


def otherwise(tally: Tally) -> str:
    """How many events come out otherwise than before."""
    other = tally.differs + tally.newly + tally.no_longer
    if not other:
        return gettext("Every event comes out the same.")
    said: str = ngettext(
        "%(count)s event comes out otherwise.", "%(count)s events come out otherwise.", other, count=_n(other)
    )
    return said


def ranked(tally: Tally) -> list[tuple[str, int]]:
    """Whom the events would ask, most often first."""
    return sorted(tally.people.items(), key=lambda one: (-one[1], one[0]))


def who(ref: str) -> str:
    """A group, a person or a rule, as people call it."""
    kind, _sep, name = ref.partition(":")
    if ref == BY_DATA:
        return gettext("somebody whom the event names")
    if kind == "policy":
        return gettext("those of the policy “%(name)s”", name=name)
    if kind == "matrix":
        return gettext("those of the matrix “%(name)s”", name=name)
    return name or ref


def assumptions(row: Backtest, tally: Tally, document: Document) -> list[str]:
    """Everything that was not really so."""
    said = [gettext("Nothing was sent, asked or written, and no secret was used.")]
    deciding, rest = dict[str, int](), dict[str, int]()
    for key, counts in tally.assumed.items():
        step = document.step(key)
        kind = node.node_type(step.type) if step is not None else None
        mine = deciding if kind is not None and kind.kind is node.Kind.APPROVAL else rest
        for how, count in counts.items():
            mine[how] = mine.get(how, 0) + count
    said += _decided(deciding, Wanted.model_validate(row.wanted).approvals)
    if rest:
        said.append(
            gettext(
                "Calls and whatever else steps would have been told: %(recorded)s times what the live run was told, "
                "%(sample)s times the step's sample.",
                recorded=_n(rest.get("recorded", 0)), sample=_n(sum(rest.values()) - rest.get("recorded", 0)),
            )
        )  # fmt: skip
    if tally.waits:
        said.append(
            ngettext(
                "A wait was skipped: the clock moved on.",
                "Waits were skipped %(count)s times: the clock moved on.",
                tally.waits, count=_n(tally.waits),
            )
        )  # fmt: skip
    if row.version_number is not None and tally.worked_out:
        said.append(
            gettext(
                "Compared with what version %(version)s really did for %(recorded)s events. For %(other)s it was tried "
                "in the same way, as another version ran then, or none, or the run is not over.",
                version=row.version_number, recorded=_n(tally.recorded), other=_n(tally.worked_out),
            )
        )  # fmt: skip
    elif row.version_number is not None and tally.recorded:
        said.append(gettext("Compared with what version %(version)s really did.", version=row.version_number))
    if tally.gone:
        said.append(
            ngettext(
                "Of %(count)s event the data are no longer kept: not tried.",
                "Of %(count)s events the data are no longer kept: not tried.",
                tally.gone, count=_n(tally.gone),
            )
        )  # fmt: skip
    return said


def _decided(counts: dict[str, int], wish: Decisions) -> list[str]:
    if not counts:
        return []
    assumed = _n(sum(counts.values()) - counts.get("recorded", 0))
    if wish is Decisions.RECORDED:
        said = gettext(
            "Approvals: %(recorded)s as it was really decided, %(assumed)s taken as approved.",
            recorded=_n(counts.get("recorded", 0)), assumed=assumed,
        )  # fmt: skip
    elif wish is Decisions.APPROVED:
        said = gettext("Approvals: %(assumed)s taken as approved.", assumed=assumed)
    else:
        said = gettext("Approvals: %(assumed)s taken as declined.", assumed=_n(counts.get("declined", 0)))
    return [said]


def difference(one: BacktestEvent, names: "Names") -> str:
    """Where an event parts from what became of it before."""
    step = names.step(one.node) if one.node else ""
    said = ""
    match one.what:
        case What.MATCHED if one.kind == Kind.NEWLY:
            said = gettext("Would start a run; before it would have started none.")
        case What.MATCHED:
            said = gettext("Would no longer start a run.")
        case What.PORT:
            said = gettext(
                "At “%(step)s”: %(after)s instead of %(before)s.", step=step, after=names.port(one.node, one.becomes),
                before=names.port(one.node, one.was),
            )  # fmt: skip
            assumed = gettext("That answer was assumed.")
            said = f"{said} {assumed}" if one.assumed else said
        case What.SENT:
            said = gettext("“%(step)s” would be set up otherwise by the data.", step=step)
        case What.STARTED:
            said = gettext("“%(step)s” would be reached.", step=step)
        case What.NOT_STARTED:
            said = gettext("“%(step)s” would no longer be reached.", step=step)
        case What.STATE:
            said = gettext(
                "Would end as “%(after)s” instead of “%(before)s”.", after=_ended(one.becomes), before=_ended(one.was)
            )
        case _:
            pass
    return said


def _ended(state: str | None) -> str:
    """How a run ends, in the reader's language."""
    return str(_ENDS.get(state or "", state or ""))


@dataclass(frozen=True, slots=True)
class Names:
    """What steps and ports are called: in the draft, else in the published version."""

    draft: Outline
    published: Outline | None

    def step(self, key: str | None) -> str:
        """The step's name."""
        for one in (self.draft, self.published):
            if one is not None and key in one.steps:
                return str(one.steps[key].name)
        return key or ""

    def port(self, key: str | None, port: str | None) -> str:
        """What people read at a port; the run's end where there was none."""
        if not port:
            return gettext("the end of the run")
        for one in (self.draft, self.published):
            if one is not None and key in one.types:
                return port_name(one.types[key].port_names_of(one.steps[key].config), port)
        return port


def error_words(error: dict[str, object]) -> str:
    """An error without what differs from event to event."""
    if error.get("code") == OTHERS:
        return gettext("Further errors")
    return str(error.get("words") or error.get("code") or "")


def errors(tally: Tally) -> list[tuple[str, dict[str, Any]]]:
    """By fingerprint, the most frequent first."""
    return sorted(tally.errors.items(), key=lambda one: (-one[1]["n"], one[0]))


def target(document: Document, key: str) -> str:
    """What a step reaches, as its set-up says it: a connection with its action, or what its type does."""
    step = document.step(key)
    kind = node.node_type(step.type) if step is not None else None
    if step is None or kind is None:
        return ""
    parts = [step.config.get(name) for name in ("connection", "action", "method", "url")]
    fixed = [one for one in parts if isinstance(one, str) and one and "{{" not in one]
    return " · ".join(fixed) or str(kind.title)


def asked_sums(tally: Tally) -> list[tuple[str, str]]:
    """The amounts that approvals name, by currency: of all steps that ask."""
    sums = Tally()
    for key, amounts in tally.amounts.items():
        for currency, amount in amounts.items() if key in tally.asks else ():
            sums.amount("", currency, Decimal(amount))
    return sorted(sums.amounts.get("", {}).items())


def overlay(document: Document, tally: Tally) -> tuple[Overlay, dict[str, str]]:
    """Counts on the picture's lines, and which steps were reached or failed."""
    ways, marks, words, lines, states = {}, {}, {}, {}, {}
    failed = {str(one["node"]) for one in tally.errors.values()}
    for step in document.nodes:
        count = sum(tally.ports.get(step.key, {}).values())
        states[step.key] = "failed" if step.key in failed else "reached" if count else "not_reached"
        lines[step.key] = ngettext("%(count)s time", "%(count)s times", count, count=_n(count))
        refs = tally.asks.get(step.key)
        if refs:
            lines[step.key] += " · " + ", ".join(who(ref) for ref in list(refs)[:_MOST_NAMED])
    for edge in document.edges:
        way = (edge.source, edge.port, edge.target)
        count = tally.ports.get(edge.source, {}).get(edge.port, 0)
        ways[way], marks[way] = "taken" if count else "dead", _n(count)
        words[way] = ngettext("%(count)s time", "%(count)s times", count, count=_n(count))
    return Overlay(lines=lines, ways=ways, marks=marks, words=words), states
