"""Settings: groups of approvers."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.approvals import people
from studio.approvals.service import groups
from studio.core import ids, web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.portal.forms import GroupForm, people_choices
from studio.portal.views.blueprint import blueprint


@blueprint.get("/settings/groups")
@permission("group.read")
def approver_groups() -> ResponseReturnValue:
    """List the groups with their people."""
    return _list(_form())


@blueprint.post("/settings/groups")
@permission("group.manage")
def create_group() -> ResponseReturnValue:
    """Make a group."""
    form = _form()
    if not form.validate_on_submit():
        return _list(form), 422
    try:
        made = groups.create(current_uow(), form.name.data or "", _chosen(form))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _list(form), error.status
    flash(_("The group %(name)s is made.", name=made.name), "good")
    return redirect(url_for("portal.approver_groups"))


@blueprint.get("/settings/groups/<uuid:group_id>")
@permission("group.manage")
def approver_group(group_id: UUID) -> ResponseReturnValue:
    """Change a group's name and people."""
    group = groups.get(current_uow(), group_id)
    form = _form()
    form.name.data, form.members.data = group.name, [str(one.id) for one in group.members]
    return render_template("portal/group.html", group=group, form=form)


@blueprint.post("/settings/groups/<uuid:group_id>")
@permission("group.manage")
def change_group(group_id: UUID) -> ResponseReturnValue:
    """Store the name and the people."""
    form = _form()
    group = groups.get(current_uow(), group_id)
    if not form.validate_on_submit():
        return render_template("portal/group.html", group=group, form=form), 422
    try:
        groups.rename(current_uow(), group_id, form.name.data or "")
        groups.set_members(current_uow(), group_id, _chosen(form))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return render_template("portal/group.html", group=group, form=form), error.status
    flash(_("The group is changed. Requests that are open keep whom they asked, until you apply it to them."), "good")
    return redirect(url_for("portal.approver_groups"))


@blueprint.post("/settings/groups/<uuid:group_id>/delete")
@permission("group.manage")
def delete_group(group_id: UUID) -> ResponseReturnValue:
    """Take a group away."""
    groups.remove(current_uow(), group_id)
    flash(_("The group is gone. Requests that are open keep whom they asked."), "good")
    return redirect(url_for("portal.approver_groups"))


def _list(form: GroupForm) -> str:
    found = groups.all_groups(current_uow())
    return render_template("portal/groups.html", groups=found, form=form)


def _form() -> GroupForm:
    form = GroupForm()
    form.members.choices = people_choices(people.deciders(current_uow()))
    return form


def _chosen(form: GroupForm) -> list[UUID]:
    return [found for text in form.members.data or () if (found := ids.parse_id(text)) is not None]


def _show(form: GroupForm, error: StudioError) -> None:
    """Take back what the service had begun, and say why under the name."""
    web.rollback(error)
    form.name.errors = [*form.name.errors, error.message]
