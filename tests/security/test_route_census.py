"""Every route by every caller: nobody passes whom the route's stated permission does not name."""

import io
import json
import zipfile
from functools import cache

import pytest

from studio.accounts.outcomes import Role
from studio.accounts.permissions import REGISTRY, SCOPES, allowed
from tests.factories.accounts import make_token, signed_in, with_token
from tests.security.bodies import BODIES
from tests.security.world import CANARY, MAKERS, NO_TENANT, Route, World

NOBODY = "00000000-0000-7000-8000-000000000000"

EVERYTHING = frozenset(SCOPES)


def ask(client, world: World, route: Route, ids: dict[str, str]):
    values = {name: ids.get(name, NO_TENANT.get(name, NOBODY)) for name in route.arguments}
    return client.open(route.url(world.app, values), method=route.method, **BODIES.get(route.rule.endpoint, {}))


class Browser:
    """One person's, who signs in again where an answer may have changed what the session holds."""

    def __init__(self, world: World, role: Role) -> None:
        self._world, self._role, self._client = world, role, None

    def ask(self, route: Route, ids: dict[str, str]):
        if self._client is None:
            self._client = signed_in(self._world.app, self._world.ours.id, self._world.ours[self._role])
        answer = ask(self._client, self._world, route, ids)
        if answer.status_code not in (403, 404):
            self._client = None
        return answer


def test_every_route_states_its_permission(world):
    unstated = [str(route) for route in world.routes() if route.access is None]
    assert unstated == []


def test_every_public_route_says_why(world):
    assert all(route.access.public.strip() for route in world.routes() if route.access.public is not None)


def test_the_census_knows_every_argument(world):
    unknown = {name for route in world.routes() for name in route.arguments} - set(MAKERS) - set(NO_TENANT)
    assert unknown == set(), "add who owns it to MAKERS in tests/security/world.py"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", list(Role))
def test_a_seat_passes_only_where_its_role_carries_the_permission(world, role):
    wrong, browser = [], Browser(world, role)
    for route in world.routes():
        if route.access.public is not None:
            continue
        answer = browser.ask(route, {})
        passes = route.access.permission is None or allowed(route.access.permission, role)
        if passes == _refused(answer) or answer.status_code >= 500:
            wrong.append(f"{route}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_anonymous_pass_nowhere_but_on_public_routes(world):
    wrong = []
    for route in world.routes():
        answer = ask(world.app.test_client(), world, route, world.our_ids)
        asked_to_sign_in = answer.status_code == 401 or (answer.location or "").startswith("/sign-in")
        if route.access.public is None and not asked_to_sign_in:
            wrong.append(f"{route}: {answer.status_code}")
        if answer.status_code >= 500:
            wrong.append(f"{route}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("given", ["every scope", "another scope"])
def test_a_token_passes_only_with_the_scope(world, given):
    wrong, token = (
        [],
        cache(lambda left_out: make_token(world.app, world.ours, "owner", sorted(EVERYTHING - {left_out}))),
    )
    for route in world.routes():
        if route.access.public is not None:
            continue
        needed = route.access.permission and REGISTRY[route.access.permission].scope
        scopes = EVERYTHING if given == "every scope" else EVERYTHING - {needed}
        client = with_token(world.app, token(None if given == "every scope" else needed))
        answer = ask(client, world, route, {})
        passes = needed is not None and needed in scopes
        if passes == _refused(answer) or answer.status_code >= 500:
            wrong.append(f"{route}: {answer.status_code}")
    assert wrong == []


def test_another_tenants_things_are_not_found_and_not_touched(world, store):
    """Whom the permission keeps out is kept out before anything is looked for: on one store that is enough."""
    before = world.rows(world.theirs)
    wrong, browsers = [], {role: Browser(world, role) for role in Role}
    for route in world.routes():
        if not route.arguments & set(MAKERS):
            continue
        needed = route.access.permission
        for role, browser in browsers.items():
            passes = needed is None or allowed(needed, role)
            if not passes and store == "postgresql":
                continue
            answer = browser.ask(route, world.their_ids)
            expected = 404 if passes else 403
            if answer.status_code != expected or CANARY in answer.text:
                wrong.append(f"{route} as {role}: {answer.status_code}")
    assert wrong == []
    assert world.rows(world.theirs) == before


def test_another_tenants_things_are_not_found_by_a_token_either(world):
    before = world.rows(world.theirs)
    token = make_token(world.app, world.ours, "owner", sorted(EVERYTHING))
    wrong = []
    for route in world.routes():
        if not route.arguments & set(MAKERS):
            continue
        answer = ask(with_token(world.app, token), world, route, world.their_ids)
        if answer.status_code not in (403, 404) or CANARY in answer.text:
            wrong.append(f"{route}: {answer.status_code}")
    assert wrong == []
    assert world.rows(world.theirs) == before


def words_of(answer):
    """All that it tells: of an archive what is in its files."""
    if answer.mimetype != "application/zip":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        return "".join(file.read(name).decode() for name in file.namelist())


def test_no_page_shows_a_word_of_another_tenant(world):
    leaking = []
    for route in world.routes():
        if route.method != "GET":
            continue
        client = signed_in(world.app, world.ours.id, world.ours["owner"])
        answer = ask(client, world, route, world.our_ids)
        if CANARY.lower() in words_of(answer).lower():
            leaking.append(str(route))
    assert leaking == []


def test_the_canary_is_seen_at_home(world):
    client = signed_in(world.app, world.theirs.id, world.theirs["owner"])
    assert CANARY in client.get("/settings").text
    assert CANARY in client.get("/settings/tokens").text
    assert CANARY in client.get("/settings/secrets").text


def test_approvers_carry_nothing_but_what_they_are_asked_and_may_ask_for_more():
    carried = {name for name in REGISTRY if allowed(name, Role.APPROVER)}
    assert carried == {"approval.read", "approval.ask", "approval.decide", "review.answer", "elevation.ask"}


def test_auditors_only_read():
    carried = {name for name in REGISTRY if allowed(name, Role.AUDITOR)} - {"elevation.ask"}  # about themselves
    assert {name.rsplit(".", 1)[1] for name in carried} <= {"read", "read_all", "export"}


def test_a_route_that_states_nothing_is_closed(store_settings, mailer):
    from tests.fixtures.app import close_app, open_app  # noqa: PLC0415 - an app of its own

    app = open_app(store_settings, mailer)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    app.testing = False
    answer = app.test_client().get("/forgotten", headers={"Accept": "application/json"})
    close_app(app)
    assert answer.status_code == 403
    assert json.loads(answer.text)["code"] == "no_permission_stated"


def _refused(answer) -> bool:
    if 'action="/step-up/' in answer.text or '"step_up_needed"' in answer.text:
        return False  # the seat may; what is asked is whether it is really its person
    return answer.status_code in (401, 403) or (answer.location or "").startswith(("/sign-in?", "/workspaces?"))
