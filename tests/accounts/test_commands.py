"""Commands of an operator, and the demo workspace."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from studio.accounts import demo
from studio.accounts.commands import token_group, user_group
from studio.accounts.factor_models import TotpSecret
from studio.accounts.factors import recovery, totp
from studio.accounts.models import ApiToken, User, Workspace
from studio.accounts.outcomes import Role
from studio.accounts.service import workspaces
from studio.audit.listing import Filter, page
from tests.factories.accounts import with_token

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def run(database):
    def run(group, *words):
        return CliRunner().invoke(group, words, obj=database)

    return run


@pytest.fixture
def owner(run) -> str:
    """The printed password of a first owner."""
    done = run(
        user_group,
        *("create", "Owner@Example.com", "--name", "Ola Owner", "--new-workspace", "Småland & Co"),
    )
    assert done.exit_code == 0, done.output
    return done.output.strip().rsplit(" ", 1)[1]


def sign_in(app, email, password):
    return app.test_client().post("/sign-in", data={"email": email, "password": password}).status_code


def test_the_first_owner_is_made_with_a_workspace_and_can_sign_in(app, run, owner):
    assert sign_in(app, "owner@example.com", owner) == 302
    listed = run(user_group, "list", "--workspace", "smaland-co")
    assert "owner@example.com\tOla Owner\towner\tworks" in listed.output


def test_a_password_is_reset_by_command(app, run, owner):
    done = run(user_group, "reset-password", "owner@example.com")
    assert sign_in(app, "owner@example.com", owner) == 401
    assert sign_in(app, "owner@example.com", done.output.strip().rsplit(" ", 1)[1]) == 302


def test_whoever_has_lost_every_factor_begins_anew(app, run, owner, database):
    with database.unit() as uow:
        user_id = uow.session.scalar(select(User.id))
        totp.begin(uow, app.extensions["studio_keyring"], user_id)
        recovery.issue(uow, user_id)
    done = run(user_group, "reset-factors", "owner@example.com")
    assert done.exit_code == 0, done.output
    with database.unit() as uow:
        assert uow.session.get(TotpSecret, user_id) is None
        assert recovery.left(uow, user_id) == 0
        workspace_id = uow.session.scalar(select(Workspace.id))
    with database.unit(workspace_id) as uow:
        assert page(uow, Filter()).events[0]["action"] == "factor.all_removed"


def test_a_disabled_person_is_out_everywhere_at_once(app, run, owner):
    text = run(token_group, "create", "owner@example.com").output.strip()
    assert with_token(app, text).get("/settings").status_code == 200
    refused = run(user_group, "disable", "owner@example.com")
    assert "This is the last owner" in refused.output
    assert sign_in(app, "owner@example.com", owner) == 302
    run(user_group, "disable", "owner@example.com", "--last-owner")
    assert sign_in(app, "owner@example.com", owner) == 401
    assert with_token(app, text).get("/settings").status_code == 401
    run(user_group, "enable", "owner@example.com")
    assert sign_in(app, "owner@example.com", owner) == 302


def test_every_workspace_hears_who_was_locked_out(run, owner, database):
    run(user_group, "create", "owner@example.com", "--new-workspace", "Second")
    run(user_group, "disable", "owner@example.com", "--last-owner")
    run(user_group, "enable", "owner@example.com")
    for slug in ("smaland-co", "second"):
        with database.unit(read_only=True) as uow:
            workspace_id = workspaces.by_slug(uow, slug)
        with database.unit(workspace_id, read_only=True) as uow:
            newest = [event["action"] for event in page(uow, Filter()).events[:2]]
        assert newest == ["user.enabled", "user.disabled"]


def test_tokens_are_listed_without_their_text_and_revoked(app, run, owner):
    text = run(token_group, "create", "owner@example.com", "--name", "CI", "--scope", "settings:read").output.strip()
    listed = run(token_group, "list").output
    token_id, *rest = listed.strip().split("\t")
    assert rest == ["CI", "owner@example.com", "settings:read", "never ends"]
    assert text not in listed
    assert with_token(app, text).get("/settings").status_code == 200
    assert run(token_group, "revoke", token_id).output == "The token CI is revoked.\n"
    assert with_token(app, text).get("/settings").status_code == 401
    assert run(token_group, "list").output == ""


def test_a_token_made_by_command_is_stored_hashed(app, run, owner, database):
    text = run(token_group, "create", "owner@example.com", "--scope", "runs:read").output.strip()
    with database.unit() as uow:
        row = uow.session.connection().execute(select(ApiToken.__table__)).one()
    assert text.startswith("stu_")
    assert text not in str(row)
    assert row.scopes == ["runs:read"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("reset-password", "nobody@example.com"), "Nobody has the address nobody@example.com."),
        (("list", "--workspace", "nowhere"), "There is no workspace nowhere"),
        (("create", "not an address", "--workspace", "smaland-co"), "This is no e-mail address"),
        (("create", "owner@example.com", "--workspace", "smaland-co"), "already has a seat here"),
    ],
)
def test_a_wrong_command_says_what_is_wrong(run, owner, words, sentence):
    done = run(user_group, *words)
    assert done.exit_code == 1
    assert sentence in done.output


def test_the_demo_has_a_seat_of_each_kind_and_all_can_sign_in(app, database):
    made = demo.seed(database)
    assert [person.role for person in made].count(Role.APPROVER) == 2
    assert {person.role for person in made} == set(Role)
    assert len({person.password for person in made}) == len(made)
    for person in made:
        assert sign_in(app, person.email, person.password) == 302
