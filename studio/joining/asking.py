"""Joins what people are asked: approvals, guard, elevation, Slack."""

from uuid import UUID

from studio.accounts import elevation
from studio.accounts.service import seat_changes
from studio.approvals import askers
from studio.approvals.jobs import Post
from studio.approvals.outcomes import AGREED, Outcome
from studio.approvals.service import gathering, leaving, seats, withdraw_for_wait
from studio.approvals.slack.channels import Channels
from studio.approvals.slack.posting import Posting
from studio.approvals.slack.pressing import Pressing
from studio.approvals.slack.wire import Slack
from studio.contract import gates, proving
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.crypto import Keyring
from studio.core.ids import parse_id
from studio.core.settings import Settings
from studio.core.unit_of_work import UnitOfWork
from studio.guard import acting as guard_acting
from studio.guard import proving as guard_proving
from studio.guard.elevation import asking as elevated_asking
from studio.guard.elevation import ending as elevated_ending
from studio.guard.elevation import rows as elevated_rows
from studio.guard.elevation import running as elevated_running
from studio.guard.elevation import using
from studio.guard.gates import GuardGates
from studio.guard.service import holding, passing
from studio.guard.settings import service as protected_settings
from studio.oversight.alerts import slack as alerts_in_slack
from studio.oversight.alerts.slack import AlertsInSlack
from studio.runtime.engine.engine import Engine
from studio.runtime.service import ending
from studio.runtime.service.outputs import outputs_of
from studio.runtime.service.starters import starter_of


def join_approvals(engine: Engine, post: Post) -> None:
    post.register()
    askers.register(askers.RUN, askers.resume_run(engine.waits))
    askers.register(askers.PERSON, askers.nobody)
    askers.find_starters(starter_of)
    wake = gathering.wake(engine.waits)
    askers.register(askers.LATER, askers.each(lambda uow, ended: wake(uow, ended.request_id)), withdrawn=wake)
    engine.endings.withdraw["approval"] = withdraw_for_wait
    seat_changes.listen("approvals", seats.changed)
    engine.endings.withdraw[ending.OVER] = leaving.cancelled
    engine.endings.over = leaving.ended

    def emit(uow: UnitOfWork, ended: askers.Ended) -> None:
        data = {"title": ended.title, **ended.payload()}
        engine.app_events.approval_decided(uow, data, parse_id(ended.ref.get("run_id", "")))

    askers.watch("app_events", askers.each(emit))


def join_guard(engine: Engine, mailer: Mailer, public_url: str) -> None:
    gates.join(GuardGates())
    proving.join(guard_proving.gaps)
    holding.join(engine.ports.approvals)
    protected_settings.join()

    def hear(uow: UnitOfWork, ended: askers.Ended) -> None:
        agreed = ended.outcome in AGREED
        holding.ended(uow, UUID(ended.ref["hold_id"]), agreed=agreed, reason=ended.reason)

    askers.register(holding.ASKER, askers.each(hear))
    passing.join(passing.Reach(engine.waits, engine.ports.approvals, mailer, public_url, starter_of, outputs_of))
    engine.endings.withdraw[passing.WAIT] = passing.withdraw
    engine.judge = guard_acting.judge

    def pass_on(uow: UnitOfWork, ended: askers.Ended) -> None:
        agreed = ended.outcome in AGREED
        passing.answered(
            uow, UUID(ended.ref["pass_id"]), outcome=ended.outcome.value, agreed=agreed, by=ended.by,
            by_email=ended.by_email,
        )  # fmt: skip

    askers.register(passing.ASKER, askers.each(pass_on))


def join_elevation(engine: Engine) -> None:
    elevated_rows.join(engine.ports.approvals, engine.database, engine.waits)
    engine.endings.withdraw[elevated_running.WAIT] = elevated_running.withdraw
    elevation.join(using.find, elevated_ending.session_ended)
    engine.database.finishers.insert(0, using.recheck)
    seat_changes.listen("elevation", elevated_ending.seat_changed)
    outbox.register(elevated_rows.DUE, elevated_ending.due)

    def hear(uow: UnitOfWork, ended: askers.Ended) -> None:
        outcome = Outcome.APPROVED if ended.outcome is Outcome.BYPASSED else ended.outcome
        elevated_asking.decided(uow, UUID(ended.ref["elevation_id"]), outcome.value, ended.reason)

    askers.register(elevated_asking.ASKER, askers.each(hear))


def join_slack(engine: Engine, settings: Settings, mailer: Mailer, keyring: Keyring) -> Pressing:
    slack = Slack(engine.ports.http, settings.slack_api)
    channels = Channels(keyring, settings.allowed_hosts)
    posting = Posting(engine.database, slack, channels, mailer, settings.public_url)
    posting.register()
    AlertsInSlack(posting).register()
    return Pressing(posting, alerts_in_slack.BUTTONS)
