"""The tour as pages show it: the checklist of Home, and the marks that stand at the controls it leads to.

A link of the checklist brings `?tour=1`; from then on this browser is led from mark to mark, until the tour is over.
"""

from dataclasses import dataclass
from uuid import UUID

from flask import g, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from studio.accounts.identity import Person, known_person
from studio.builder import touring
from studio.builder.touring import STEPS, Facts, Step
from studio.core import web
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run
from studio.runtime.service import subscriptions

_LED = "touring"
"""Key of the browser's session: the workspace in which its person is led."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the checklist says of a step."""

    title: LazyString
    sentence: LazyString
    verb: LazyString


WORDS = {
    Step.TEMPLATE: Words(
        _l("Choose a template"), _l("Begin with something that you do by hand today."), _l("Open the gallery")
    ),
    Step.FIELDS: Words(
        _l("Fill in what is yours"), _l("The editor says below what is still missing."), _l("Open the editor")
    ),
    Step.TEST: Words(
        _l("Test it on a sample"), _l("Every step is tried; what would be sent is only shown."), _l("Open the editor")
    ),
    Step.PUBLISH: Words(
        _l("Publish it"), _l("From then on it answers to what happens in your shop."), _l("Open the editor")
    ),
    Step.SEND: Words(
        _l("Send a test event"), _l("One event by hand, and a real run of it begins."), _l("Send a sample…")
    ),
    Step.SEE: Words(
        _l("See the run"), _l("What happened, why, and what each step got and gave."), _l("Open the run")
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the checklist."""

    step: Step
    words: Words
    done: bool
    next: bool
    url: str | None
    """Where it is gone; None: something else comes before it."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """What Home shows of the tour."""

    lines: tuple[Line, ...]

    @property
    def next(self) -> Line | None:
        """What to do now; None: it is all done."""
        return next((line for line in self.lines if line.next), None)

    @property
    def done(self) -> int:
        return sum(line.done for line in self.lines)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mark stands, and what it says."""

    anchor: str
    """A selector: the first that is seen."""
    title: LazyString
    text: LazyString
    beside: bool = False
    """To the right of its control, where more fields follow below."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One that a page brings."""

    step: Step
    number: int
    place: Place
    last: bool = False


_GALLERY = (_l("Choose a template"), _l("Look at what it does and what it needs. “Use” makes it yours."))
_ANSWERS = Place(
    ".wizard .form :is(input:not([type=hidden]), select, textarea)",
    _l("Fill in what is yours"),
    _l("What stands here already is what most shops take. Change what is different for you, then make the draft."),
    beside=True,
)
PLACES: dict[str, dict[Step, Place]] = {
    "gallery.index": {Step.TEMPLATE: Place(".template-card .card-ways .btn", *_GALLERY)},
    "gallery.template": {Step.TEMPLATE: Place(".page-head .btn.primary", *_GALLERY)},
    "gallery.wizard": {Step.FIELDS: _ANSWERS},
    "builder.edit": {
        Step.FIELDS: Place(
            ".problems .problem",
            _l("Fill in what is yours"),
            _l("This is still missing. It leads to the field that it is about."),
        ),
        Step.TEST: Place(
            "[data-tour=test]",
            _l("Test it on a sample"),
            _l("The draft runs on an event as your shop sends it. Nothing leaves Studio."),
        ),
        Step.PUBLISH: Place(
            "[data-tour=publish]",
            _l("Publish it"),
            _l("Version 1 begins to answer to real events. Every version is kept, so there is a way back."),
        ),
        Step.SEND: Place(
            "[data-tour=send]",
            _l("Send a test event"),
            _l("It is published. Send it one event by hand, and look at what becomes of it."),
        ),
    },
    "console.workflow": {
        Step.SEND: Place("#starts-list .btn", _l("Send a test event"), _l("One event by hand starts a real run."))
    },
    "console.start_page": {
        Step.SEND: Place(
            ".form .actions .btn.primary",
            _l("Send a test event"),
            _l("What is filled in is a sample; change it as you like. Its run opens at once."),
        )
    },
    "console.runs": {
        Step.SEE: Place("#runs .row-link", _l("See the run"), _l("The newest stands first. Open it."))
    },
}  # fmt: skip
_OF_ONE_WORKFLOW = ("builder.edit", "console.workflow", "console.start_page")
_ON_THE_WAY = ("builder.edit",)
"""Pages on which one step follows the other: the marks of those that come after are brought along."""
_AT_ITS_END = Place(
    ".page .stacking .row-link",
    _l("This is your run"),
    _l("Every step is here with what it got and gave. This run and all later ones stay under “Runs”."),
)


def checklist(uow: UnitOfWork, person: Person) -> Checklist | None:
    """What Home shows; None: not to this person, or not any more."""
    if not _may_build(person) or not touring.is_shown(uow):
        return None
    facts = touring.facts(uow)
    finished, upcoming, reach = touring.done(facts), touring.next_step(facts), touring.within_reach(facts)
    return Checklist(
        tuple(
            Line(
                step, WORDS[step], step in finished, step is upcoming, _url(uow, step, facts) if step in reach else None
            )
            for step in STEPS
        )
    )


def marks() -> tuple[Mark, ...]:
    """Those of the page that is being made, the one to begin with first. For templates."""
    person = known_person()
    if person is None or person.seat is None or not _may_build(person):
        return ()
    here = str(person.seat.workspace_id)
    if "tour" in request.args:
        session[_LED] = here
    if session.get(_LED) != here:
        return ()
    if g.get(_LED):  # this very page ends the tour
        session.pop(_LED)
        return (Mark(Step.SEE, len(STEPS), _AT_ITS_END, last=True),)
    places = PLACES.get(request.endpoint or "")
    return _marks(web.current_uow(), places) if places else ()


def note_sight(uow: UnitOfWork, person: Person, run: Run) -> None:
    """Somebody opens a run: kept after the reading transaction, where it is the one that the tour leads to."""
    if not _may_build(person) or not touring.is_first_sight(uow, run):
        return
    g.touring = True
    database, workspace, actor = web.database(), uow.workspace, uow.actor

    def note() -> None:
        with database.unit(workspace, actor) as unit:
            touring.seen(unit)

    uow.after_commit(note)


def _marks(uow: UnitOfWork, places: dict[Step, Place]) -> tuple[Mark, ...]:
    if not touring.is_shown(uow):
        session.pop(_LED)
        return ()
    facts = touring.facts(uow)
    upcoming = touring.next_step(facts)
    if upcoming is Step.TEMPLATE and Step.FIELDS in places:
        upcoming = Step.FIELDS  # whoever answers a template's questions has chosen it, though nothing is kept of it yet
    if upcoming not in places or not _is_about(facts):
        return ()
    later = STEPS[STEPS.index(upcoming) :] if request.endpoint in _ON_THE_WAY else (upcoming,)
    return tuple(Mark(step, STEPS.index(step) + 1, places[step]) for step in later if step in places)


def _is_about(facts: Facts) -> bool:
    """A page of one workflow counts where it is the one that the tour follows."""
    asked = (request.view_args or {}).get("workflow_id")
    return request.endpoint not in _OF_ONE_WORKFLOW or asked == facts.workflow_id


def _url(uow: UnitOfWork, step: Step, facts: Facts) -> str:
    if facts.workflow_id is None:
        return url_for("gallery.index", tour=1)
    match step:
        case Step.TEMPLATE:
            return url_for("gallery.index", tour=1)
        case Step.SEND:
            return _start(uow, facts.workflow_id)
        case Step.SEE if facts.run_id is not None:
            return url_for("console.run", run_id=facts.run_id, tour=1)
        case _:
            return url_for("builder.edit", workflow_id=facts.workflow_id, tour=1)


def _start(uow: UnitOfWork, workflow_id: UUID) -> str:
    """What a trigger that is on is started by; else the workflow's page, where it is turned on."""
    found = (row for row in subscriptions.of_workflow(uow, workflow_id) if row.active)
    key = next((row.node_key for row in found), None)
    if key is None:
        return url_for("console.workflow", workflow_id=workflow_id, tour=1)
    return url_for("console.start_page", workflow_id=workflow_id, trigger_key=key, tour=1)


def _may_build(person: Person) -> bool:
    return person.may("workflow.edit") and person.may("workflow.publish")
