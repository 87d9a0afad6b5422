"""Commands for operators: people and API tokens. `studio user …`, `studio token …`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import click
from sqlalchemy import select

from studio.accounts import passwords
from studio.accounts.factors import enrolment
from studio.accounts.models import Seat, User, Workspace
from studio.accounts.outcomes import Role
from studio.accounts.permissions import SCOPES
from studio.accounts.service import credentials, members, sessions, tokens, workspaces
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.audit import chain
from studio.core.actor import Actor, ActorType
from studio.core.db import open_engine
from studio.core.errors import StudioError
from studio.core.settings import SettingsError, load
from studio.core.unit_of_work import Database, UnitOfWork

OPERATOR = Actor(ActorType.SYSTEM, "operator", "Operator")
"""Whoever may run commands on the machine; the trail says so."""

_ROLES = click.Choice([role.value for role in Role])


@contextmanager
def _database() -> Iterator[Database]:
    """The database of this installation, or the one that a caller has put into the context.

    An expected refusal becomes one line.
    """
    given = click.get_current_context().find_object(Database)
    try:
        if given is not None:
            yield given
            return
        settings = load()
        engine = open_engine(settings.database_url)
        yield Database(app=engine, engine=engine, finishers=[chain.finish])
        engine.dispose()
    except (StudioError, SettingsError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _unit(workspace: str | None = None) -> Iterator[UnitOfWork]:
    """A unit of work as the operator, in the workspace that was named or is the only one."""
    with _database() as database:
        workspace_id = _workspace_id(database, workspace)
        with database.unit(workspace_id, OPERATOR) as uow:
            yield uow


@contextmanager
def _unit_of_no_workspace() -> Iterator[UnitOfWork]:
    with _database() as database, database.unit(actor=OPERATOR) as uow:
        yield uow


def _workspace_id(database: Database, slug: str | None) -> UUID | None:
    with database.unit(read_only=True) as uow:
        known = dict(uow.session.execute(select(Workspace.slug, Workspace.id).limit(1000)).all())
    if slug is None:
        return next(iter(known.values())) if len(known) == 1 else None
    if slug not in known:
        raise click.ClickException(f"There is no workspace {slug}; known: {', '.join(sorted(known)) or 'none'}.")
    return known[slug]


def _needs_workspace(uow: UnitOfWork) -> None:
    if uow.workspace_id is None:
        raise click.ClickException("Say which workspace: --workspace SLUG.")


@click.group("user")
def user_group() -> None:
    """People and their seats."""


@user_group.command("create")
@click.argument("email")
@click.option("--name", help="As colleagues see it; the address unless said.")
@click.option("--role", type=_ROLES, default=Role.OWNER.value, show_default=True)
@click.option("--workspace", help="Short name of the workspace; not needed where there is one.")
@click.option("--new-workspace", help="Make a workspace of this name first.")
@click.option("--currency", default="EUR", show_default=True, help="Of the new workspace.")
@click.option("--time-zone", default="UTC", show_default=True, help="Of the new workspace.")
def create_user(
    email: str,
    name: str | None,
    role: str,
    workspace: str | None,
    new_workspace: str | None,
    currency: str,
    time_zone: str,
) -> None:
    """Give somebody a seat; prints a first password where they have none."""
    with _unit(workspace) as uow:
        if new_workspace:
            workspaces.create(uow, WorkspaceFacts(new_workspace, currency, time_zone))
        _needs_workspace(uow)
        _, user = members.add(uow, email=email, name=name or email, role=Role(role))
        password = None
        if user.password_hash is None:
            password = passwords.readable()
            credentials.set_password(uow, user, password)
        address = user.email
    click.echo(f"{address} has a seat as {role}.")
    if password:
        click.echo(f"Password, shown this once: {password}")


@user_group.command("reset-password")
@click.argument("email")
def reset_password(email: str) -> None:
    """Set a new password, print it, and end the person's sessions."""
    password = passwords.readable()
    with _unit_of_no_workspace() as uow:
        credentials.set_password(uow, _user(uow, email), password)
    click.echo(f"New password, shown this once: {password}")


@user_group.command("reset-factors")
@click.argument("email")
def reset_factors(email: str) -> None:
    """Take away somebody's passkeys, authenticator app and recovery codes, and end their sessions."""
    _in_each_workspace(email, enrolment.take_all)
    click.echo(f"{email} proves who they are by the password alone until they set up something stronger.")


@user_group.command("list")
@click.option("--workspace", help="Short name of the workspace; not needed where there is one.")
def list_users(workspace: str | None) -> None:
    """Everybody with a seat."""
    with _unit(workspace) as uow:
        _needs_workspace(uow)
        query = select(Seat, User).join(User, User.id == Seat.user_id).order_by(User.email)
        for seat, user in uow.session.execute(query):
            state = "no seat any more" if seat.disabled_at else "disabled" if user.disabled_at else "works"
            click.echo(f"{user.email}\t{user.name}\t{seat.role}\t{state}")


@user_group.command("disable")
@click.argument("email")
@click.option("--last-owner", is_flag=True, help="Even the last owner of a workspace, such as of a stolen account.")
def disable_user(email: str, *, last_owner: bool) -> None:
    """Lock somebody out of every workspace at once; refused where one would be left without an owner."""
    if not last_owner:  # looked at in all of them before the first is changed
        _in_each_workspace(email, lambda uow, user: members.refuse_last_owner(uow, user.id))
    _in_each_workspace(email, lambda uow, user: credentials.lock(uow, user, last_owner=last_owner))
    click.echo(f"{email} cannot sign in any more.")


@user_group.command("enable")
@click.argument("email")
def enable_user(email: str) -> None:
    """Let somebody in again."""
    _in_each_workspace(email, credentials.unlock)
    click.echo(f"{email} may sign in again.")


@click.group("token")
def token_group() -> None:
    """API tokens."""


@token_group.command("create")
@click.argument("email")
@click.option("--name", default="Made by command", show_default=True)
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="May be repeated; all unless said.")
@click.option("--days", type=int, help="Ends after so many days; never unless said.")
@click.option("--workspace", help="Short name of the workspace; not needed where there is one.")
def create_token(email: str, name: str, scopes: tuple[str, ...], days: int | None, workspace: str | None) -> None:
    """Make a token that acts for somebody, and print it."""
    with _unit(workspace) as uow:
        _needs_workspace(uow)
        member = members.by_email(uow, email)
        if member is None:
            raise click.ClickException(f"{email} has no seat in this workspace.")
        ends = uow.now + timedelta(days=days) if days else None
        made = tokens.create(uow, name=name, scopes=scopes or SCOPES, user_id=member.user_id, expires_at=ends)
        text = made.text
    click.echo(text)


@token_group.command("list")
@click.option("--workspace", help="Short name of the workspace; not needed where there is one.")
def list_tokens(workspace: str | None) -> None:
    """The tokens that work, newest first; never their text."""
    with _unit(workspace) as uow:
        _needs_workspace(uow)
        page = tokens.live(uow)
        while page.rows:
            for row in page.rows:
                ends = row.expires_at.date().isoformat() if row.expires_at else "never ends"
                click.echo(f"{row.id}\t{row.name}\t{row.user.email}\t{' '.join(row.scopes)}\t{ends}")
            page = tokens.live(uow, before=page.rows[-1].id)


@token_group.command("revoke")
@click.argument("token_id", type=click.UUID)
@click.option("--workspace", help="Short name of the workspace; not needed where there is one.")
def revoke_token(token_id: UUID, workspace: str | None) -> None:
    """End a token at once. `studio token list` shows its id."""
    with _unit(workspace) as uow:
        _needs_workspace(uow)
        name = tokens.revoke(uow, token_id).name
    click.echo(f"The token {name} is revoked.")


def _in_each_workspace(email: str, change: Callable[[UnitOfWork, User], None]) -> None:
    """Do it once for each workspace of a person, so that every trail tells of it; once where there is none."""
    with _database() as database:
        with database.unit(actor=OPERATOR, read_only=True) as uow:
            seats = sessions.seats_of(uow, _user(uow, email).id)
        workspace_ids: list[UUID | None] = [seat.workspace_id for seat in seats]
        for workspace_id in workspace_ids or [None]:
            with database.unit(workspace_id, OPERATOR) as uow:
                change(uow, _user(uow, email))


def _user(uow: UnitOfWork, email: str) -> User:
    user = uow.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    return user


commands = [user_group, token_group]
