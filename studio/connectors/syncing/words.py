"""What pages say of syncs."""

from studio.connectors.models import ConnectionSync
from studio.connectors.syncing.outcomes import Kind, SyncState
from studio.core.i18n import gettext as _
from studio.core.i18n import marked

STATE = {
    SyncState.IDLE: (marked("Not read yet"), ""),
    SyncState.QUEUED: (marked("Waiting to be read"), "wait"),
    SyncState.RUNNING: (marked("Reading"), "run"),
    SyncState.RATE_LIMITED: (marked("Asked to wait"), "wait"),
    SyncState.SUCCEEDED: (marked("Up to date"), "good"),
    SyncState.PARTIAL: (marked("Partly read"), "warn"),
    SyncState.FAILED: (marked("Failed"), "bad"),
    SyncState.PAUSED: (marked("Paused"), ""),
    SyncState.DISABLED: (marked("Switched off"), ""),
}
PASS = {
    SyncState.RUNNING: (marked("Under way"), "run"),
    SyncState.QUEUED: (marked("Waiting"), "wait"),
    SyncState.RATE_LIMITED: (marked("Asked to wait"), "wait"),
    SyncState.SUCCEEDED: (marked("Done"), "good"),
    SyncState.PARTIAL: (marked("Partly read"), "warn"),
    SyncState.FAILED: (marked("Failed"), "bad"),
}
KIND = {
    Kind.FIRST: marked("Everything, for the first time"),
    Kind.CHANGES: marked("What has changed"),
    Kind.FULL: marked("Everything once more"),
    Kind.SINCE: marked("What has changed since a date"),
}


def state(row: ConnectionSync) -> tuple[str, str]:
    """Its state in words, and the chip's colour."""
    said, kind = STATE[SyncState(row.state)]
    return _(said), kind
