"""What the decision page does, the same for a signed-in person and for one who came by an e-mail link."""

from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import people, service
from studio.approvals.models import Vote
from studio.approvals.outcomes import BY_PEOPLE, Channel, Outcome
from studio.approvals.service import attaching
from studio.approvals.service.reading import Details
from studio.core import ids
from studio.core.errors import Conflict, InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.portal import answering, chosen_files
from studio.portal.forms import DecideForm, ReassignForm, people_choices
from studio.portal.time_words import takes_effect


def decide(uow: UnitOfWork, request_id: UUID, form: DecideForm, channel: Channel) -> Vote:
    """Do what the pressed button says."""
    if not form.validate():
        raise InvalidInput(_("The comment is too long."), field="comment")
    outcomes = {outcome.value: outcome for outcome in BY_PEOPLE}
    pressed = form.outcome.data or ""
    key = answering.key_of(pressed)
    outcome = Outcome.RESPONDED if key else outcomes.get(pressed)
    if outcome is None:
        raise InvalidInput(_("That is not one of the choices."), code="unknown_outcome", field="outcome")
    checked = chosen_files.let_in(form)
    vote = service.decide(
        uow,
        request_id,
        outcome,
        shown=form.shown.data or "",
        reason=form.comment.data or "",
        channel=channel,
        option=key,
        answer=answering.typed(form.sent, key) if key else None,
        items=form.ticked if outcome is Outcome.APPROVED else None,
    )
    before = chosen_files.mine(uow, form, lock=True) if vote.at == uow.now else []
    attaching.on_vote(uow, request_id, vote, [*before, *attaching.keep(uow, checked)])
    return vote


def comment(uow: UnitOfWork, request_id: UUID, form: DecideForm) -> None:
    """Say something without deciding, with what is attached."""
    checked = chosen_files.let_in(form)
    files = [*chosen_files.mine(uow, form, lock=True), *attaching.keep(uow, checked)]
    service.comment(uow, request_id, form.comment.data or "", files)


def done_words(vote: Vote, found: Details) -> str:
    """What was done, by the same verb as the button; and that others are still asked, where they are."""
    title = found.request.title
    if vote.option_label:
        done = str(_("%(option)s: %(title)s", option=vote.option_label, title=title))
        return f"{done}. {_('Others are still asked.')}" if found.open else done
    sentences: dict[str, str] = {
        Outcome.APPROVED: _("Approved: %(title)s", title=title),
        Outcome.DECLINED: _("Declined: %(title)s", title=title),
        Outcome.CHANGES_REQUESTED: _("Changes requested: %(title)s", title=title),
    }
    done = sentences[vote.outcome]
    if found.awaited is not None:
        return f"{done}. {_('A new version is awaited.')}"
    if found.deferred:
        return f"{title}. {takes_effect(found.request)}"
    if found.between:
        return f"{done}. {_('Others may be asked after you.')}"
    return f"{done}. {_('Others are still asked.')}" if found.open else done


def reassign_form(uow: UnitOfWork, found: Details) -> ReassignForm:
    """The form with the people to whom it may be handed."""
    form = ReassignForm()
    form.to.choices = people_choices(service.targets(uow, found))
    return form


def share_to_hand_on(found: Details, share_id: str | None) -> UUID:
    """Whose share: the one that is named, else the reader's own. Raises Conflict where it has ended."""
    wanted = ids.parse_id(share_id or "")
    own = found.own
    live = [s.row for s in found.shares if s.live or s.lost]
    chosen = [row for row in live if row.id == (wanted or (own.row.id if own else None))]
    if not chosen:
        raise Conflict(_("This is no longer open."), code="closed")
    return chosen[0].id


def name_of(uow: UnitOfWork, user_id: UUID) -> str:
    """Somebody's name, for a sentence."""
    person = people.by_id(uow, user_id)
    return person.name if person else ""
