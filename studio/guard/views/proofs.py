"""What runs wait for a person to prove: the list, and the page of one."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import signed_in
from studio.contract.protecting import Strength
from studio.core.web import current_uow
from studio.guard import words
from studio.guard.outcomes import PassState
from studio.guard.service import passing
from studio.guard.views.blueprint import blueprint


@blueprint.get("/prove")
@signed_in
def proofs() -> ResponseReturnValue:
    """What waits for this person's proof."""
    uow = current_uow()
    rows = passing.of_person(uow, signed_in_person().user_id)
    return render_template("guard/proofs.html", rows=rows)


@blueprint.get("/prove/<uuid:guard_pass_id>")
@signed_in
def proof(guard_pass_id: UUID) -> ResponseReturnValue:
    """Show what it is about; prove it, or say no."""
    row = passing.find(current_uow(), guard_pass_id)
    waits = row.state == PassState.OPEN and row.proven_at is None and row.due_at > current_uow().now
    how, known = words.proof(Strength(row.needed)), words.facts(row.target, row.facts)
    return render_template("guard/proof.html", row=row, waits=waits, how=how, known=known)


@blueprint.post("/prove/<uuid:guard_pass_id>")
@signed_in
def give_proof(guard_pass_id: UUID) -> ResponseReturnValue:
    """Take the proof of this session for just this; where there is none, ask for it first."""
    uow = current_uow()
    passing.prove(uow, passing.find(uow, guard_pass_id))
    flash(_("Thank you. The workflow goes on."), "good")
    return redirect(url_for("guard.proof", guard_pass_id=guard_pass_id))


@blueprint.post("/prove/<uuid:guard_pass_id>/refuse")
@signed_in
def refuse_proof(guard_pass_id: UUID) -> ResponseReturnValue:
    """Say no."""
    uow = current_uow()
    passing.refuse(uow, passing.find(uow, guard_pass_id))
    flash(_("You said no. The workflow goes on without it."), "info")
    return redirect(url_for("guard.proof", guard_pass_id=guard_pass_id))
