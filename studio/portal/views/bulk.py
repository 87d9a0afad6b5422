"""Many rows of the inbox at once, and what became of each."""

from collections.abc import Callable, Sequence

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals.outcomes import Outcome
from studio.approvals.service import bulk
from studio.approvals.service.bulk import Fate, Pick, Result
from studio.core import ids, web
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.portal import addresses, zones
from studio.portal.forms import BulkForm
from studio.portal.views.blueprint import blueprint
from studio.portal.views.inbox import page

Act = Callable[[UnitOfWork, Sequence[Pick], BulkForm], list[Result]]


@blueprint.post("/inbox/selected")
@permission("approval.decide")
def selected() -> ResponseReturnValue:
    """Approve, decline, snooze or restore all that was selected. Sent twice, it does nothing twice."""
    form, picks = BulkForm(), []
    try:
        picks = _picks(form.pick.data or [])
        results = _act(form)(current_uow(), picks, form)
    except InvalidInput as error:
        web.rollback(error)
        return page(addresses.tab(), error, [pick.request_id for pick in picks])
    uow, person = current_uow(), signed_in_person()
    return render_template(
        "portal/results.html",
        act=form.act.data,
        results=results,
        counted={fate: sum(one.fate is fate for one in results) for fate in Fate},
        back=addresses.address(addresses.filters(addresses.tab(), person, uow.now)),
        section="portal.inbox",
    )


def _act(form: BulkForm) -> Act:
    act = _ACTS.get(form.act.data or "")
    if form.act.data == "":
        raise InvalidInput(_("Press one of the buttons."), code="no_act", field="act")
    if act is None:
        raise InvalidInput(_("That is not one of the choices."), field="act")
    if not form.validate():
        raise InvalidInput(_("The comment is too long."), field="comment")
    return act


def _decide(outcome: Outcome) -> Act:
    return lambda uow, picks, form: bulk.decide(uow, picks, outcome, reason=form.comment.data or "")


def _snooze(uow: UnitOfWork, picks: Sequence[Pick], form: BulkForm) -> list[Result]:
    until = zones.snooze_moment(form.choice.data, form.until.data, uow.now, signed_in_person().time_zone)
    return bulk.snooze(uow, picks, until)


_ACTS: dict[str, Act] = {
    "approved": _decide(Outcome.APPROVED),
    "declined": _decide(Outcome.DECLINED),
    "snooze": _snooze,
    "restore": lambda uow, picks, _form: bulk.restore(uow, picks),
}


def _picks(values: Sequence[str]) -> list[Pick]:
    """`<request id>:<hash of what the row showed>`; the hash is left out where it did not show all."""
    picks = []
    for value in values:
        name, _sep, shown = value.partition(":")
        request_id = ids.parse_id(name)
        if request_id is None:
            raise InvalidInput(_("What was selected is no approval."), code="not_an_approval", field="pick")
        picks.append(Pick(request_id, shown))
    return picks
