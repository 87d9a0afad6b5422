"""A newer master key, and the end of an old one: what has to be there before, and what each workspace's trail hears."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from studio.audit import record
from studio.audit.models import AuditEvent, AuditTarget
from studio.console.keys.walking import Walk, key_target
from studio.contract import gates
from studio.contract.gates import Act
from studio.core.crypto import KEY_VARIABLE, Keyring
from studio.core.errors import Conflict, Forbidden
from studio.core.faults import fault_point
from studio.core.key_file import KeyFile
from studio.core.unit_of_work import UnitOfWork
from studio.guard.service import checking

TARGET = "master_key.rotate"
LIVES = timedelta(hours=24)
"""How long a cookie, or an answer under an Idempotency-Key, may have been signed under a key that seals no more."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """The keys of an installation, and everybody who has to hear of them."""

    walk: Walk
    keyring: Keyring

    def add(self, reason: str | None) -> int:
        """Add a newer key to the file, tell every workspace, and return its version. Forbidden: a policy stops it."""
        file, after = self._file(), self.keyring.versions[-1]
        passed = self._pass(after + 1, reason)
        version = file.add()
        fault_point("keys.rotate.added")
        self._tell("master_key.added", version, passed, reason)
        return version

    def tell_added(self) -> None:
        """Tell workspaces that have not heard of the newest key: whoever added it may have died of it."""
        version = self.keyring.versions[-1]
        if version > 1:
            self._tell("master_key.added", version, {}, None)

    def retire(self, version: int, reason: str | None, *, at_once: bool) -> None:
        """Take a key out of the file, once nothing is sealed under it. Raises Conflict, and Forbidden as above."""
        self.check_unused(version, at_once=at_once)
        passed = self._pass(version, reason)
        with self._file().without(version):
            fault_point("keys.retire.removed")
            self._nothing_under(version)  # somebody may have committed what they had sealed before
        self._tell("master_key.retired", version, passed, reason)

    def check_unused(self, version: int, *, at_once: bool) -> None:
        """Whether a key may go. Raises Conflict with what still needs it."""
        half = self.keyring.file.half_retired() if self.keyring.file is not None else {}
        if version not in self.keyring.versions and version not in half:
            raise Conflict(f"There is no master key {version}; there are {_listed(self.keyring.versions)}.")
        if version == self.keyring.current:
            raise Conflict(f"Master key {version} seals. Add a newer one first: studio keys rotate")
        self._nothing_under(version)
        if not at_once and not self._long_enough(version):
            raise Conflict(
                f"Master key {version} sealed until less than {LIVES // timedelta(hours=1)} hours ago: who signed in "
                "before that would have to sign in again. Wait, or say --now."
            )

    def _nothing_under(self, version: int) -> None:
        found = self.walk.counted()
        tables = found.get(version)
        if tables:
            told = ", ".join(f"{number:,} of {table}" for table, number in sorted(tables.items()))
            raise Conflict(
                f"Still sealed under master key {version}: {told}. Put them under the newest: studio keys rewrap"
            )

    def _long_enough(self, version: int) -> bool:
        """Whether a newer key was added long enough ago, as far as the trail knows."""
        newer = [str(one) for one in self.keyring.versions if one > version]
        for workspace_id in self.walk.workspaces():
            with self.walk.database.unit(workspace_id, self.walk.actor, read_only=True) as uow:
                first = uow.session.scalar(_about("master_key.added", newer))
                if first is not None and first > uow.now - LIVES:
                    return False
        return True

    def _pass(self, version: int, reason: str | None) -> dict[UUID, str]:
        """Ask each workspace's policies. Those that stood before it by workspace, where a reason passes them by."""
        stopped: dict[UUID, str] = {}
        what = f"Replace master key {version}"
        for workspace_id in self.walk.workspaces():
            with self.walk.database.unit(workspace_id, self.walk.actor) as uow:
                act = Act(TARGET, what, {"version": version}, {"name": str(version)})
                try:
                    gates.current().require(uow, act)
                except Forbidden:
                    held = checking.check(uow, TARGET, act.facts).policies
                    stopped[workspace_id] = ", ".join(one.name for one in held)
        if stopped and not reason:
            names = "; ".join(f"“{name}” (workspace {workspace_id})" for workspace_id, name in stopped.items())
            raise Forbidden(
                f"A policy protects this: {names}. A command is no person who could agree or prove who they are. Agree "
                "with those whom it names, then say so: --reason TEXT. The audit trail keeps the reason.",
                code="guarded",
            )
        return stopped

    def _tell(self, action: str, version: int, passed: dict[UUID, str], reason: str | None) -> None:
        def note(uow: UnitOfWork) -> None:
            if uow.session.scalar(_about(action, [str(version)])) is None:
                policy = passed.get(uow.workspace)
                facts = {"version": version, "policy": policy}
                record(uow, action, targets=[key_target(version)], metadata=facts, reason=reason if policy else None)

        self.walk.tell(note)

    def _file(self) -> KeyFile:
        if self.keyring.file is None:
            raise Conflict(f"The keys come from {KEY_VARIABLE}: see docs/operations.md, “Master keys”.")
        return self.keyring.file


def _about(action: str, versions: list[str]) -> Select[datetime]:
    """When one of these keys was first told of in a workspace's trail."""
    return (
        select(AuditEvent.occurred_at)
        .join(AuditTarget, AuditTarget.event_id == AuditEvent.id)
        .where(AuditEvent.action == action, AuditTarget.type == "master_key", AuditTarget.target_id.in_(versions))
        .order_by(AuditEvent.occurred_at)
        .limit(1)
    )


def _listed(versions: list[int]) -> str:
    return ", ".join(map(str, versions))
