"""One delivery, from bytes to an accepted run. No request, session or ORM: this is the hot path."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.contract.ports import Secrets
from studio.core import clock, signatures
from studio.core.errors import InvalidInput, NotFound, NotSignedIn, StudioError, TooLarge
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.metrics import ACCEPTED
from studio.core.unit_of_work import Database
from studio.runtime.engine.answers import Answers
from studio.runtime.hooks.addresses import Addresses, Hook
from studio.runtime.ledger.rows import Accepted, Admission
from studio.runtime.models import Run, Step
from studio.runtime.outcomes import ENDED, STUCK
from studio.runtime.triggers.deliveries import dedup_key, read_body

MAX_BYTES = 1_048_576
SECRET_FRESH_S = 10.0


class WrongMethod(StudioError):
    """This address does not take that method."""

    status = 405
    code = "webhook.method"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in. Header names are lower case."""

    method: str
    content_type: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back."""

    status: int
    data: dict[str, Any]


class Receiver:
    """Accepts deliveries for one process."""

    def __init__(
        self,
        database: Database,
        addresses: Addresses,
        accept: Callable[[Accepted], Admission],
        answers: Answers,
        secrets: Secrets,
        count_forged: Callable[[], None],
    ) -> None:
        self._database, self._addresses, self._accept = database, addresses, accept
        self._answers, self._secrets, self._count_forged = answers, secrets, count_forged
        self._known_secrets: dict[tuple[UUID, str], tuple[float, str]] = {}

    def receive(self, address: str, delivery: Delivery) -> Reply:
        """Answer after the commit. Raises StudioError for what is refused before anything is written."""
        hook = self._addresses.find(address)
        if hook is None:
            raise NotFound(_("There is no webhook at this address."), code="webhook.unknown")
        config = hook.config
        if delivery.method not in config.methods:
            raise WrongMethod(
                _(
                    "This address takes %(methods)s, not %(method)s.",
                    methods=", ".join(config.methods),
                    method=delivery.method,
                )
            )
        delivery_id = self._verify(hook, delivery)
        if len(delivery.body) > MAX_BYTES:
            raise TooLarge(
                _("The body is larger than %(max_bytes)s KiB.", max_bytes=f"{MAX_BYTES // 1024:,}"),
                code="webhook.too_large",
            )
        data = read_body(config, delivery.content_type, delivery.body)
        event = self._event(hook, data, delivery, delivery_id)
        admission = self._accept(event)
        ACCEPTED.labels(admission.verdict).inc()
        if admission.verdict == "started" and event.respond:
            return self._result(hook, event.run_id, config.wait_s)
        return _reply(admission)

    def _verify(self, hook: Hook, delivery: Delivery) -> str | None:
        config = hook.config
        if config.signature == "none":
            return None
        try:
            verified = signatures.verify(
                config.signature,
                delivery.headers,
                delivery.body,
                [self._secret(hook.workspace_id, config.secret)] if config.secret else [],
                header=config.header,
                now=clock.local_now(),
            )
        except (signatures.SignatureError, NotFound) as error:
            self._count_forged()
            raise NotSignedIn(
                _("The signature does not fit: %(message)s", message=error.message), code=error.code
            ) from None
        return verified.delivery_id

    def _secret(self, workspace_id: UUID, name: str) -> str:
        known = self._known_secrets.get((workspace_id, name))
        if known is not None and known[0] > clock.monotonic():
            return known[1]
        value = self._secrets.reveal(workspace_id, name, purpose="verify a webhook", host=None)
        self._known_secrets[workspace_id, name] = (clock.monotonic() + SECRET_FRESH_S, value)
        return value

    def _event(self, hook: Hook, data: Any, delivery: Delivery, delivery_id: str | None) -> Accepted:
        config, verdict, reason, key = hook.config, "started", None, None
        try:
            key = dedup_key(config, data, delivery.headers, delivery.query)
        except InvalidInput as error:
            verdict, reason = "refused", error.message
        meta = {"method": delivery.method, "content_type": delivery.content_type}
        if delivery_id:
            meta["delivery_id"] = delivery_id
        return Accepted(
            new_id(), new_id(), hook.workspace_id, hook.workflow_id, hook.subscription_id, hook.version_id,
            hook.node_key, "trigger.webhook", data, meta, key or delivery_id,
            config.dedup_hours * 3600.0, config.answer == "result", verdict, reason,
        )  # fmt: skip

    def _result(self, hook: Hook, run_id: UUID, limit_s: float) -> Reply:
        def has_ended() -> bool:
            return self._state(hook, run_id) in (*ENDED, *STUCK)

        if not self._answers.wait(run_id, has_ended, limit_s):
            return Reply(202, {"run_id": str(run_id), "state": "running"})
        with self._database.unit(hook.workspace_id, read_only=True) as unit:
            run = unit.session.execute(select(Run.state, Run.error).where(Run.id == run_id)).one()
            last = select(Step.output).where(Step.run_id == run_id).order_by(Step.id.desc()).limit(1)
            output = unit.session.execute(last).scalar()
        return Reply(
            200 if run.state == "succeeded" else 502,
            {"run_id": str(run_id), "state": run.state, "output": output, "error": run.error},
        )

    def _state(self, hook: Hook, run_id: UUID) -> str | None:
        with self._database.unit(hook.workspace_id, read_only=True) as unit:
            return unit.session.execute(select(Run.state).where(Run.id == run_id)).scalar()


def _reply(admission: Admission) -> Reply:
    run_id = str(admission.run_id) if admission.run_id else None
    match admission.verdict:
        case "started":
            return Reply(202, {"run_id": run_id})
        case "duplicate":
            return Reply(200, {"run_id": run_id, "duplicate": True})
        case _:
            return Reply(
                409,
                {
                    "code": f"webhook.{admission.verdict}",
                    "detail": admission.reason,
                    "event_id": str(admission.event_id),
                },
            )
