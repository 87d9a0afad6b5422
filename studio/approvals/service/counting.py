"""How far the running stage of a request is: its votes, and who may still give one, counted by the quorum policy."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from studio.approvals import items, people, policy, quorum
from studio.approvals.models import Assignment, Request, Vote
from studio.approvals.outcomes import WAITING, Outcome
from studio.approvals.people import Person
from studio.approvals.policy import Requester
from studio.approvals.quorum import Ballot, Tally
from studio.approvals.rule import Rule
from studio.approvals.service import rows
from studio.core.unit_of_work import UnitOfWork


def tally(
    uow: UnitOfWork,
    request: Request,
    rule: Rule,
    shares: Sequence[Assignment],
    votes: Iterable[Vote],
    stage: int | None = None,
) -> Tally:
    """Where a stage stands, the running one unless it is said."""
    index = request.stage if stage is None else stage
    waiting = [share for share in shares if share.stage == index and share.state in WAITING]
    seated = people.by_ids(uow, {share.user_id for share in waiting})
    barred = rows.barred(uow, request)
    able: dict[UUID, frozenset[UUID]] = {}
    for share in waiting:
        person = seated.get(share.user_id)
        if person is not None and may_vote(person, rule, barred):
            place = rows.place(share)
            able[place] = able.get(place, frozenset()) | {person.id}
    return quorum.count(rule.stages[index], _ballots(votes, index), able)


def progress(rule: Rule, votes: Sequence[Vote]) -> tuple[Tally, ...]:
    """How far each stage is, by what was said alone."""
    return tuple(quorum.count(stage, _ballots(votes, index), {}) for index, stage in enumerate(rule.stages))


def may_vote(person: Person, rule: Rule, barred: Iterable[Requester]) -> bool:
    """Whether a person could decide now, were they asked."""
    may = person.may_decide and person.role not in rule.exclude_roles
    return may and not policy.is_barred(barred, person.email, person.id)


def _ballots(votes: Iterable[Vote], stage: int) -> list[Ballot]:
    return [
        Ballot(one.place_id, one.user_id, one.outcome == Outcome.APPROVED, _itself(one))
        for one in votes
        if one.stage == stage and one.outcome != Outcome.CHANGES_REQUESTED
    ]


def approved_items(request: Request, rule: Rule, votes: Iterable[Vote]) -> list[str] | None:
    """Keys of the items that as many people approved as have to agree; None where the request has none."""
    if not request.items:
        return None
    ticked = {one.user_id: one.items for one in votes if one.stage == request.stage and one.items is not None}
    [part] = rule.stages[request.stage].parts
    settled = items.settle(items.restored(request.items), ticked.values(), part.required)
    return [one.key for one in settled.approved]


def _itself(vote: Vote) -> str:
    """The key of an answer that neither approves nor declines."""
    return (vote.option or "") if vote.outcome == Outcome.RESPONDED else ""


def agreed(request: Request, votes: Iterable[Vote], outcome: Outcome, option: str = "") -> Vote | None:
    """The last vote of the running stage that brought an outcome about; None where those who did answered variously."""
    brought = [
        one
        for one in votes
        if (one.stage, one.outcome) == (request.stage, outcome) and (not option or one.option == option)
    ]
    return brought[-1] if len({one.option for one in brought}) == 1 else None
