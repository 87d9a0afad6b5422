"""Master keys by command: added, put under everything that is sealed, and taken away once nothing needs them."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from studio.audit.listing import Filter, page
from studio.audit.verifying import verify
from studio.cli import cli
from studio.core import clock, faults, rewrapping
from studio.core.crypto import Keyring
from studio.core.key_file import KeyFile
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.guard import make_guard_policy
from tests.factories.sealed import fill
from tests.faults.drill import eventually
from tests.faults.test_rotation import LABELS

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


class Died(BaseException):
    """As a process dies: nothing catches it."""


@pytest.fixture
def keys(store_settings, monkeypatch):
    """Run `studio keys …` on this installation; its output, or what it was refused with."""
    monkeypatch.setenv("STUDIO_DATA", str(store_settings.data_dir))
    monkeypatch.setenv("STUDIO_DATABASE_URL", store_settings.database_url)
    monkeypatch.setenv("STUDIO_MIGRATE_DATABASE_URL", store_settings.migrate_url)
    monkeypatch.delenv("STUDIO_MASTER_KEY", raising=False)

    def run(*words, refused=False):
        done = CliRunner().invoke(cli, ["keys", *words])
        if isinstance(done.exception, Died):
            raise done.exception
        assert (done.exit_code != 0) == refused, done.output
        return done.output

    return run


def events(database, tenant):
    with database.unit(tenant.id, read_only=True) as uow:
        found = page(uow, Filter(action="master_key")).events
        assert verify(uow).bad is None
        return [(one["action"], one["metadata"]["version"], one["metadata"].get("records")) for one in found]


def test_everything_goes_under_the_newer_key_and_nothing_else_changes(app, database, keys, store_settings):
    tenants = [make_tenant(database), make_tenant(database)]
    openers = [fill(app, tenant, secrets=3) for tenant in tenants]
    folder = store_settings.data_dir
    before = [opened(Keyring.open(folder, {})) for opened in openers]
    assert before[0]["erp-2"] == "value of 2 here"
    assert "Version 1 seals" in keys("status")
    assert "Master key 2 is in" in keys("rotate")
    told = keys("rewrap")
    # a workspace's 3 secrets, 3 answers, two addresses, connection, two of Slack; here 2 apps and the signing key
    assert "25 records were put under master key 2" in told
    assert re.search(r"1: nothing\n\s+2: ", keys("status"))
    newest_alone = Keyring({2: KeyFile.of(folder).read()[2]})
    assert [opened(newest_alone) for opened in openers] == before
    assert [opened(app.extensions["studio_keyring"]) for opened in openers] == before
    assert "0 records were put" in keys("rewrap")
    with database.unit(tenants[0].id, read_only=True) as uow:
        assert uow.session.execute(text("select distinct key_version from secret")).scalars().all() == [2]
    for tenant in tenants:
        found = events(database, tenant)
        assert found.count(("master_key.added", 2, None)) == 1
        assert sum(records or 0 for _, _, records in found) == 11 + 3


@ON_SQLITE
def test_a_key_goes_once_nothing_needs_it_and_nobody_is_signed_out_by_it(app, database, keys, store_settings):
    tenant = make_tenant(database)
    opened, file = fill(app, tenant), KeyFile.of(store_settings.data_dir)
    assert "Master key 1 seals" in keys("retire", "1", refused=True)
    keys("rotate")
    assert "Still sealed under master key 1: 2 of approval_slack_channel" in keys("retire", "1", refused=True)
    keys("rewrap")
    assert "less than 24 hours" in keys("retire", "1", refused=True)
    assert file.read().keys() == {1, 2}
    before = opened(app.extensions["studio_keyring"])
    clock.shift(timedelta(hours=25))
    assert "Master key 1 is gone" in keys("retire", "1")
    assert file.read().keys() == {2}
    assert [one.name for one in store_settings.data_dir.iterdir() if one.name.startswith(("master", ".master"))] == [
        "master.key"
    ]
    assert opened(app.extensions["studio_keyring"]) == before  # what was read before it went still opens
    assert opened(Keyring.open(store_settings.data_dir, {})) == before
    assert "There is no master key 1" in keys("retire", "1", refused=True)
    assert ("master_key.retired", 1, None) in events(database, tenant)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_what_somebody_holds_is_passed_by_and_waited_for_alone(app, database, keys):
    """As whoever refreshes a token holds its row over a call."""

    def left():
        with database.unit(tenant.id, read_only=True) as uow:
            return uow.session.scalar(text("select count(*) from secret where key_version = 1"))

    tenant = make_tenant(database)
    fill(app, tenant, secrets=3)
    keys("rotate")
    with ThreadPoolExecutor(1) as pool:
        with database.unit(tenant.id) as uow:
            uow.session.execute(text("select 1 from secret where name = 'erp-1' for update"))
            rewrapping = pool.submit(keys, "rewrap")
            eventually(lambda: left() == 1)
            assert not rewrapping.done()
        assert "were put under master key 2" in rewrapping.result(30)
    assert re.search(r"1: nothing\n", keys("status"))


@ON_SQLITE
def test_a_schema_of_before_is_said(keys, store_settings, monkeypatch, tmp_path):
    monkeypatch.setenv("STUDIO_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    monkeypatch.setenv("STUDIO_MIGRATE_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    assert "Run `studio migrate` first" in keys("rotate", refused=True)
    assert not KeyFile.of(store_settings.data_dir).path.exists()


@ON_SQLITE
def test_what_was_signed_before_is_believed_after_it(app, database, keys):
    """A browser that was signed in, a form that was open, a request that is repeated; by one process that runs on."""
    tenant = make_tenant(database)
    fill(app, tenant)
    app.config["WTF_CSRF_ENABLED"] = True
    browser = signed_in(app, tenant.id, tenant["owner"])
    shown = browser.get("/settings/secrets").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown)[1]
    old = app.config["SECRET_KEY"]
    keys("rotate")
    form = {"name": "later", "value": "typed into it", "hosts": "erp.example.com", "csrf_token": token}
    assert browser.post("/settings/secrets", data=form).status_code == 302
    assert "later" in browser.get("/settings/secrets").text
    assert app.config["SECRET_KEY"] != old
    assert "2: 1 of idempotency_key" not in keys("status")
    assert re.search(r"2: 1 of secret\n", keys("status"))  # what was typed after it was sealed under it


@ON_SQLITE
@pytest.mark.parametrize("label", sorted(LABELS))
def test_whoever_dies_on_the_way_begins_again(app, database, keys, store_settings, label):
    def die():
        faults.arm("")
        raise Died

    tenant = make_tenant(database)
    opened = fill(app, tenant, secrets=4)
    before = opened(app.extensions["studio_keyring"])
    words = {"rotate": ["rotate"], "rewrap": ["rewrap"], "retire": ["retire", "1", "--now"]}
    deaths = 0
    for verb in ("rotate", "rewrap", "retire"):
        armed = verb in label
        faults.arm(label if armed else "", die, after=2 if verb == "rewrap" else 0)
        try:
            keys(*words[verb])
        except Died:
            deaths += 1
            assert opened(Keyring.open(store_settings.data_dir, {})) == before
            if verb != "rotate":
                keys(*words[verb])
        finally:
            faults.arm("")
    assert deaths == 1
    assert opened(Keyring.open(store_settings.data_dir, {})) == before
    assert KeyFile.of(store_settings.data_dir).read().keys() == {2}
    found = events(database, tenant)
    assert [one for one in found if one[0] == "master_key.added"] == [("master_key.added", 2, None)]
    assert [one for one in found if one[0] == "master_key.retired"] == [("master_key.retired", 1, None)]


@ON_SQLITE
def test_what_does_not_open_is_named_and_the_rest_goes_on(app, database, keys, store_settings, monkeypatch):
    monkeypatch.setattr(rewrapping, "BATCH_BYTES", 1)  # one a batch
    tenant = make_tenant(database)
    fill(app, tenant, secrets=3)
    with database.unit(tenant.id) as uow:
        uow.session.execute(text("update secret set ciphertext = zeroblob(200) where name = 'erp-0'"))
        moved = (
            "update secret set ciphertext = (select ciphertext from secret where name = 'erp-2') where name = 'erp-1'"
        )
        uow.session.execute(text(moved))
    keys("rotate")
    told = keys("rewrap", refused=True)
    assert told.count("Does not open, left as it is: secret.ciphertext") == 2
    assert "records were put under master key 2" in told
    assert "damaged: 1 of secret" in keys("status")


@ON_SQLITE
def test_keys_of_the_environment_are_left_to_whoever_sets_them(app, database, keys, store_settings, monkeypatch):
    fill(app, make_tenant(database))
    one = KeyFile.of(store_settings.data_dir).path.read_text().strip()
    monkeypatch.setenv("STUDIO_MASTER_KEY", one)
    told = keys("rotate")
    assert "STUDIO_MASTER_KEY_PRIMARY=1" in told
    [two] = re.findall(r"^\s+(2:\S+)$", told, re.MULTILINE)
    monkeypatch.setenv("STUDIO_MASTER_KEY", f"{one},{two}")
    monkeypatch.setenv("STUDIO_MASTER_KEY_PRIMARY", "1")
    assert "Version 1 seals" in keys("status")
    assert "0 records were put under master key 1" in keys("rewrap")
    monkeypatch.delenv("STUDIO_MASTER_KEY_PRIMARY")
    assert "records were put under master key 2" in keys("rewrap")
    assert "less than 24 hours" in keys("retire", "1", refused=True)
    assert "take it out of STUDIO_MASTER_KEY in every process" in keys("retire", "1", "--now")
    monkeypatch.setenv("STUDIO_MASTER_KEY", one)
    assert "THIS KEY IS MISSING" in keys("status")
    monkeypatch.setenv("STUDIO_MASTER_KEY_PRIMARY", "7")
    assert "STUDIO_MASTER_KEY_PRIMARY names master key 7" in keys("status", refused=True)


@ON_SQLITE
def test_a_policy_stops_the_command_unless_somebody_says_why(app, database, keys, store_settings):
    guarded, open_to_all = make_tenant(database), make_tenant(database)
    fill(app, open_to_all)
    make_guard_policy(database, guarded, "Keys need two", "master_key.rotate")
    assert "A policy protects this: “Keys need two”" in keys("rotate", refused=True)
    assert KeyFile.of(store_settings.data_dir).read().keys() == {1}
    assert "Master key 2 is in" in keys("rotate", "--reason", "Agreed with Ola and Ben on the phone")
    keys("rewrap")
    assert "A policy protects this" in keys("retire", "1", "--now", refused=True)
    assert KeyFile.of(store_settings.data_dir).read().keys() == {1, 2}
    for tenant, reason in ((guarded, "Agreed with Ola and Ben on the phone"), (open_to_all, None)):
        with database.unit(tenant.id, read_only=True) as uow:
            [added] = page(uow, Filter(action="master_key.added")).events
            assert added["outcome"]["reason"] == reason
            assert added["metadata"].get("policy") == ("Keys need two" if reason else None)
            assert added["actor"]["name"] == "Operator"
