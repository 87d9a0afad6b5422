"""Secrets go in and never come out, but to the host they are bound to."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.accounts import policy
from studio.accounts.models import Secret
from studio.core import clock
from studio.core.crypto import CryptoError
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tests.factories.accounts import make_tenant, signed_in

VALUE = "sk_live_CANARY_0123456789"


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def vault(app):
    return app.extensions["studio_vault"]


@pytest.fixture
def stored(tenant, database, vault):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return vault.create(uow, name="shop_key", value=VALUE, hosts=["API.example.com", "*.shop.example"]).id


def reveal(vault, tenant, host, name="shop_key"):
    return vault.reveal(tenant.id, name, purpose="test", host=host)


@pytest.mark.parametrize("host", ["api.example.com", "API.EXAMPLE.COM", "eu.shop.example", None])
def test_it_is_revealed_to_its_hosts_and_inside(vault, tenant, stored, host):
    assert reveal(vault, tenant, host) == VALUE


@pytest.mark.parametrize(
    "host", ["evil.example", "api.example.com.evil.example", "xapi.example.com", "shop.example", "example.com", ""]
)
def test_it_goes_nowhere_else(vault, tenant, stored, host):
    with pytest.raises(Forbidden) as refused:
        reveal(vault, tenant, host)
    assert VALUE not in str(refused.value)
    assert refused.value.code == "secret_host"


def test_another_tenant_does_not_find_it(vault, database, stored):
    with pytest.raises(NotFound):
        reveal(vault, make_tenant(database), "api.example.com")


def test_a_ciphertext_moved_to_another_tenant_does_not_open(vault, tenant, database, stored):
    other = make_tenant(database)
    with database.unit(tenant.id) as uow:
        blob = uow.session.get_one(Secret, stored).ciphertext
    with database.unit(other.id, other["admin"].actor) as uow:
        made = vault.create(uow, name="shop_key", value="x", hosts=["api.example.com"])
        made.ciphertext = blob
    with pytest.raises(CryptoError):
        reveal(vault, other, "api.example.com")


def test_no_page_no_row_and_no_audit_event_holds_the_value(app, tenant, database, stored):
    client = signed_in(app, tenant.id, tenant["owner"])
    for url in ("/settings/secrets", f"/settings/secrets/{stored}"):
        assert "CANARY" not in client.get(url).text
    data = {"name": "second", "value": VALUE, "hosts": "not a host"}
    refused = client.post("/settings/secrets", data=data)
    assert refused.status_code == 422
    assert "CANARY" not in refused.text
    with database.unit(tenant.id) as uow:
        connection = uow.session.connection()
        from studio.core.db import Base  # noqa: PLC0415 - every table there is

        for table in Base.metadata.sorted_tables:
            if "workspace_id" in table.c:
                assert "CANARY" not in str([tuple(row) for row in connection.execute(select(table))]), table.name


def test_another_host_needs_the_value_again(vault, tenant, database, stored):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        with pytest.raises(InvalidInput, match="Type the value again"):
            vault.replace(uow, stored, value="", hosts=["evil.example"])
        vault.replace(uow, stored, value="", hosts=["api.example.com"])
    with pytest.raises(Forbidden):
        reveal(vault, tenant, "eu.shop.example")
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        vault.replace(uow, stored, value="fresh", hosts=["new.example"])
    assert reveal(vault, tenant, "new.example") == "fresh"


def test_use_is_noted_to_the_minute(vault, tenant, database, stored):
    def used():
        with database.unit(tenant.id, read_only=True) as uow:
            return uow.session.get_one(Secret, stored).last_used_at

    assert used() is None
    reveal(vault, tenant, None)
    first = used()
    reveal(vault, tenant, None)
    assert used() == first
    clock.shift(policy.TOUCH_EVERY + timedelta(seconds=1))
    reveal(vault, tenant, None)
    assert used() > first


@pytest.mark.parametrize("name", ["", "1st", "with space", "a/b", "x" * 100, "né"])
def test_a_bad_name_is_refused(vault, tenant, database, name):
    with pytest.raises(InvalidInput), database.unit(tenant.id, tenant["admin"].actor) as uow:
        vault.create(uow, name=name, value="x", hosts=[])


@pytest.mark.parametrize("host", ["https://a.example", "a b", "*", "*.", "a..b", "a.example/x", "*.*.example", "@"])
def test_a_bad_host_is_refused(vault, tenant, database, host):
    with pytest.raises(InvalidInput), database.unit(tenant.id, tenant["admin"].actor) as uow:
        vault.create(uow, name="n", value="x", hosts=[host])


def test_a_name_is_taken_once(vault, tenant, database, stored):
    with pytest.raises(Conflict), database.unit(tenant.id, tenant["admin"].actor) as uow:
        vault.create(uow, name="shop_key", value="x", hosts=[])


def test_a_deleted_secret_is_gone(app, vault, tenant, stored):
    admin = signed_in(app, tenant.id, tenant["admin"])
    assert admin.post(f"/settings/secrets/{stored}/delete").status_code == 302
    with pytest.raises(NotFound):
        reveal(vault, tenant, None)
