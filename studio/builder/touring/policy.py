"""Which step of the tour comes next, told by what is there. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Step(StrEnum):
    """In the order in which they are gone."""

    TEMPLATE = "template"
    FIELDS = "fields"
    TEST = "test"
    PUBLISH = "publish"
    SEND = "send"
    SEE = "see"


STEPS = tuple(Step)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A workflow of theirs."""

    id: UUID
    published: bool
    ran: bool
    """There is a real run of it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is of one person's first workflow."""

    workflow_id: UUID | None = None
    """The one that the tour follows; None: they have none yet."""
    complete: bool = False
    """Nothing keeps it from being published."""
    tried: bool = False
    published: bool = False
    run_id: UUID | None = None
    """Its newest real run."""
    seen: bool = False
    """Its person has opened a run in the history."""


def followed(newest_first: Sequence[Candidate]) -> Candidate | None:
    """The one that is furthest, of several the newest: another draft takes nobody back."""
    return max(newest_first, key=lambda one: (one.ran, one.published), default=None)


def done(facts: Facts) -> frozenset[Step]:
    """The steps that what is there bears witness to."""
    witnessed = {
        Step.TEMPLATE: facts.workflow_id is not None,
        Step.FIELDS: facts.complete,
        Step.TEST: facts.tried,
        Step.PUBLISH: facts.published,
        Step.SEND: facts.run_id is not None,
        Step.SEE: facts.seen,
    }
    return frozenset(step for step, there in witnessed.items() if there)


def next_step(facts: Facts) -> Step | None:
    """The first that is not done. None: a run was seen, which is what the tour is for, whatever was left out before."""
    finished = done(facts)
    if Step.SEE in finished:
        return None
    return next(step for step in STEPS if step not in finished)


def within_reach(facts: Facts) -> frozenset[Step]:
    """Where there is a place to go to: what was done, and what comes next."""
    upcoming = next_step(facts)
    return done(facts) | (frozenset() if upcoming is None else frozenset({upcoming}))
