"""Lost connections, failing syncs, webhooks, audit exports and archives open, are told and recover as workflows do."""

from datetime import timedelta

import pytest

from studio.connectors.models import Connection, ConnectionHook, ConnectionSync
from studio.connectors.service import state
from studio.connectors.syncing import notices as syncs
from studio.connectors.webhooks import notices as hooks
from studio.core.ids import new_id
from studio.export import notices as exports
from studio.export.models import ExportDestination
from studio.oversight.alerts import verbs
from studio.oversight.alerts.kinds import registry
from studio.runtime.archive import notices as archive_notices
from studio.runtime.archive import service as archives
from studio.runtime.models import ArchivePlace
from tests.factories.connections import make_connection
from tests.factories.exports import make_export
from tests.factories.syncs import make_sync
from tests.oversight.alerts.conftest import Night

WHY = "The provider says: <b>no</b>."


class Lost:
    title = "“Shop of {name}” has to be connected again"
    told = "owner"

    def __init__(self, night: Night):
        self.id = make_connection(night.app, night.tenant).id

    def breaks(self, uow):
        state.lose(uow, uow.session.get_one(Connection, self.id), "oauth.invalid_grant", WHY)

    def mends(self, uow):
        uow.session.get_one(Connection, self.id).status = "active"


class Failing:
    title = "The sync of orders of {name} of “Shop of {name}” goes on failing"
    told = "admin"

    def __init__(self, night: Night):
        self.id = make_sync(night.app, night.tenant)
        with night.unit() as uow:
            row = uow.session.get_one(ConnectionSync, self.id)
            row.state, row.created_by = "failed", night.tenant["admin"].user_id

    def breaks(self, uow):
        row = uow.session.get_one(ConnectionSync, self.id)
        row.failures, row.error = 12, WHY
        syncs.queue(uow, row, syncs.FAILING)

    def mends(self, uow):
        row = uow.session.get_one(ConnectionSync, self.id)
        row.failures, row.state, row.succeeded_at = 0, "succeeded", uow.now


class Unregistered:
    title = "“Shop of {name}” does not tell Studio what happens there"
    told = "builder"

    def __init__(self, night: Night):
        connection = make_connection(night.app, night.tenant)
        with night.unit() as uow:
            hook = ConnectionHook(
                id=new_id(), connection_id=connection.id, scope="", topics=["orders/create"], state="failed",
                revision=1, address_hash=new_id().hex, sealed=b"", key_version=1, refused=0, created_at=uow.now,
                updated_at=uow.now, asked_by=night.tenant["builder"].user_id, error=WHY,
            )  # fmt: skip
            uow.session.add(hook)
            self.id = hook.id

    def breaks(self, uow):
        hooks.queue(uow, uow.session.get_one(ConnectionHook, self.id), hooks.FAILED)

    def mends(self, uow):
        row = uow.session.get_one(ConnectionHook, self.id)
        row.state, row.seen_at = "active", uow.now


class Held:
    title = "Audit events no longer reach logs → file"
    told = None

    def __init__(self, night: Night):
        self.id = make_export(night.app, night.tenant).id

    def breaks(self, uow):
        row = uow.session.get_one(ExportDestination, self.id)
        row.state, row.failed_at, row.last_error = "held", uow.now, WHY
        exports.held(uow, row.id)

    def mends(self, uow):
        row = uow.session.get_one(ExportDestination, self.id)
        row.state, row.failed_at, row.sent_at = "active", None, uow.now


class Unarchived:
    title = "Archive of runs: ended runs cannot be archived"
    told = None

    def __init__(self, night: Night):
        with night.unit() as uow:
            self.id = archives.set_place(uow, archives.Wanted("folder")).id

    def breaks(self, uow):
        row = uow.session.get_one(ArchivePlace, self.id)
        row.trouble, row.trouble_words = "archive.io", WHY
        archive_notices.failing(uow, row.id, archive_notices.WRITING)

    def mends(self, uow):
        row = uow.session.get_one(ArchivePlace, self.id)
        row.trouble, row.trouble_words, row.proved_at = None, None, uow.now


@pytest.mark.parametrize("made", [Lost, Failing, Unregistered, Held, Unarchived])
def test_it_is_told_once_whom_it_concerns_and_that_it_works_again(night, made):
    broken = made(night)
    with night.unit() as uow:
        broken.breaks(uow)
    night.later(minutes=1)
    title = made.title.format(name=night.tenant.name)
    told = sorted(night.tenant[one].email for one in ([made.told] if made.told else ["owner", "admin"]))
    assert sorted(night.sent()) == [(to, title) for to in told]
    assert WHY in next(iter(night.mailer.sent.values())).text
    row = night.alert()
    assert row.state == "open"
    assert registry()[row.kind].path(row).startswith("/")
    with night.unit(night.tenant["admin"]) as uow:
        verbs.snooze(uow, row.id, timedelta(hours=1))
    night.later(minutes=50)
    assert len(night.sent()) == len(told), "it was put off, and still goes on"
    with night.unit() as uow:
        broken.mends(uow)
    night.later(minutes=1)
    assert night.alert().state == "resolved"
    assert {subject for _to, subject in night.sent()[len(told) :]} == {f"Works again: {row.thing_name}"}
    night.later(hours=2)
    assert len(night.sent()) == 2 * len(told)


def test_a_sync_that_is_switched_off_while_it_failed_says_so_in_the_same_alert(night):
    broken = Failing(night)
    with night.unit() as uow:
        broken.breaks(uow)
    night.later(minutes=1)
    with night.unit() as uow:
        row = uow.session.get_one(ConnectionSync, broken.id)
        row.state, row.failures = "disabled", 30
        syncs.queue(uow, row, syncs.OFF)
    night.later(minutes=1)
    [alert] = night.alerts()
    assert registry()[alert.kind].title(alert).endswith("was switched off")
    assert (alert.state, alert.count, len(night.sent())) == ("open", 2, 1)


def test_a_webhook_that_was_dropped_is_told_although_it_stands_again(night):
    hook = Unregistered(night)
    with night.unit() as uow:
        row = uow.session.get_one(ConnectionHook, hook.id)
        row.state, row.seen_at = "wanted", uow.now - timedelta(days=1)
        hooks.queue(uow, row, hooks.DROPPED)
    night.later(seconds=1)
    with night.unit() as uow:
        hook.mends(uow)
    night.later(minutes=1)
    name = night.tenant.name
    assert [subject for _to, subject in night.sent()] == [
        f"“Shop of {name}” had dropped Studio's webhook", f"Works again: Shop of {name}",
    ]  # fmt: skip


def test_whoever_stops_it_ends_the_alert_without_hearing_that_it_works(night):
    held = Held(night)
    with night.unit() as uow:
        held.breaks(uow)
    night.later(minutes=1)
    with night.unit() as uow:
        uow.session.get_one(ExportDestination, held.id).state = "paused"
    night.later(minutes=1)
    assert [row.state for row in night.alerts()] == ["resolved"]
    assert {subject for _to, subject in night.sent()[2:]} == {"Over: Audit events no longer reach logs → file"}
