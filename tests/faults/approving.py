"""Approvals in a Studio whose processes die: who is asked, how they answer, and what must hold afterwards.

I5 one decision an approval, and with it: each mail once, the run woken once, one event in the audit trail.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import requests
from sqlalchemy import func, select, update

from benchmarks import workloads
from studio.accounts.outcomes import Role
from studio.accounts.permissions import SCOPES
from studio.accounts.service import tokens
from studio.approvals.models import Assignment, Decision, Escalation, Link, Request
from studio.approvals.outcomes import LIVE
from studio.approvals.rule import Changes, Kind, Need, from_json, to_json
from studio.approvals.service import applying, groups, plans, timers
from studio.audit.models import AuditEvent, AuditTarget
from studio.audit.verifying import verify
from studio.contract.approving import ApprovalDelay, ApprovalEscalation, ApprovalLevel
from studio.core.models import LocalMail, OutboxRow
from studio.runtime.models import Resolution, RunNote, Step, WaitRow
from tests.factories.accounts import MadePerson, make_person
from tests.factories.proofs import on_session, prove
from tests.faults.drill import Drill, eventually

GROUP = "Deciders"
PORTS = ("approved", "declined", "changes_requested", "expired")
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SHOWN = re.compile(r'name="shown"[^>]*value="([^"]+)"')
LINK = re.compile(r"(/a/[\w-]{64})")
CODE = re.compile(r"^(\d{6})$", re.MULTILINE)
REQUESTER = "anna@example.com"
ANSWER_S = 20.0
"""Longest that an answer may take on this machine."""


def asking(_url: str) -> dict[str, Any]:
    """Webhook → approval → a note that says by which port the run went on."""
    config = {
        "title": "{{ trigger.order.id }}", "approvers": [f"group:{GROUP}"], "requester": REQUESTER,
        "due_in": {"amount": 1, "unit": "hours"},
    }  # fmt: skip
    return {
        "schema": "studio.workflow/1",
        "name": "Ask",
        "nodes": [
            {
                "key": "hook", "type": "trigger.webhook", "name": "Order",
                "config": {"sample": workloads.SAMPLE, "dedup_key": "trigger.order.id"},
            },
            {"key": "ask", "type": "approval.request", "name": "ask", "config": config},
            *({"key": port, "type": "action.note", "name": port, "config": {"text": port}} for port in PORTS),
        ],
        "edges": [
            {"from": "hook", "port": "next", "to": "ask"},
            *({"from": "ask", "port": port, "to": port} for port in PORTS),
        ],
    }  # fmt: skip


class Approving:
    """Two people who are asked, a third to hand on to, an owner; and their programs and browsers."""

    def __init__(self, drill: Drill):
        self.drill, self.database = drill, drill.database
        self.workspace_id = drill.seeded.workspace_id
        settings = drill.running.settings
        self.address = f"http://{settings.host}:{settings.port}"
        names = {"jonas": Role.APPROVER, "lena": Role.APPROVER, "mara": Role.APPROVER, "owner": Role.OWNER}
        self.people = {name: make_person(self.database, self.workspace_id, role, name) for name, role in names.items()}
        owner = self.people["owner"].actor
        with self.database.unit(self.workspace_id, owner) as unit:
            groups.create(unit, GROUP, [self.people["jonas"].user_id, self.people["lena"].user_id])
        self.token_ids: dict[str, UUID] = {}
        self.tokens = {name: self._token(person) for name, person in self.people.items()}

    def _token(self, person: MadePerson) -> str:
        with self.database.unit(self.workspace_id, person.actor) as unit:
            made = tokens.create(unit, name="Drill", scopes=list(SCOPES), user_id=person.user_id)
            self.token_ids[person.name] = made.row.id
            return made.text

    def prove_for_bypass(self, request_id: UUID, shown: str) -> None:
        """As if the owner had answered the question that a bypass by their program asks."""
        person, key = self.people["owner"], self.token_ids["owner"]
        bound = {"request": str(request_id), "shown": shown}
        prove(self.database, on_session(person, key), "approval.bypass", bound)

    # -- what people do -----------------------------------------------------------------------------------------

    def asked(self, order: str) -> UUID:
        """Deliver an order and wait until its run waits and both were mailed. Returns the request."""
        self.drill.deliver(order)
        eventually(lambda: self.drill.run(order).state == "waiting", lambda: self.drill.story(order))
        eventually(lambda: len(self.mails(f"Decide: {order}")) == 2, self.drill.log)
        return self.request_of(order)

    def call(self, who: str, path: str, body: object, key: str | None = None) -> requests.Response | None:
        """One POST of somebody's program; None where no answer came."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} | ({"Idempotency-Key": key} if key else {})
        try:
            return requests.post(f"{self.address}/api/v1{path}", json=body, headers=headers, timeout=ANSWER_S)
        except requests.RequestException:
            return None

    def insist(self, who: str, path: str, body: object, key: str | None = None) -> list[int | None]:
        """Repeat until an answer comes that is not 503. Returns each try's status."""
        tried: list[int | None] = []

        def answered() -> bool:
            answer = self.call(who, path, body, key)
            tried.append(answer.status_code if answer is not None else None)
            return tried[-1] not in (None, 503)

        eventually(answered, lambda: f"{tried}\n{self.drill.log()}")
        return tried

    def decide(self, who: str, request_id: UUID, outcome: str) -> list[int | None]:
        """Decide by the API, until there is an answer."""
        body = {"outcome": outcome, "shown": self.shown(request_id), "comment": "Because."}
        return self.insist(who, f"/approvals/{request_id}/decision", body)

    def need_all(self, request_id: UUID) -> None:
        """As if both had to agree."""
        with self.database.unit(self.workspace_id) as unit:
            request = unit.session.get_one(Request, request_id)
            rule = from_json(request.rule)
            [stage] = rule.stages
            both = replace(stage, parts=(replace(stage.parts[0], need=Need(Kind.ALL)),))
            request.rule = to_json(replace(rule, stages=(both,)))

    def wait_for_versions(self, request_id: UUID) -> None:
        """As if asking for changes did not end it."""
        with self.database.unit(self.workspace_id) as unit:
            request = unit.session.get_one(Request, request_id)
            request.rule = to_json(replace(from_json(request.rule), changes=Changes.WAIT))

    def standing(self, request_id: UUID) -> tuple[str, int, int]:
        """Where an open request is: its state, its version, and how often its clock stood still."""
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            request = unit.session.get_one(Request, request_id)
            return request.state, request.revision, request.pauses

    def late(self, request_id: UUID) -> None:
        """As if its hour had passed."""
        with self.database.unit(self.workspace_id) as unit:
            past = unit.now - timedelta(seconds=1)
            unit.session.execute(update(Request).where(Request.id == request_id).values(due_at=past))
        with self.database.across() as unit:
            job = OutboxRow.key == f"approval.expire:{request_id}"
            unit.session.execute(update(OutboxRow).where(job).values(due_at=past))

    def escalating(self, request_id: UUID) -> None:
        """As if it had been asked with a plan: after an hour mara is asked as well, after another it is declined."""
        asked = ApprovalEscalation(
            [ApprovalLevel(ApprovalDelay(1, "hours"), [f"user:{self.people['mara'].email}"])], then="decline"
        )
        with self.database.unit(self.workspace_id) as unit:
            timers.add(unit, unit.session.get_one(Request, request_id), plans.resolve(unit, asked))

    @contextmanager
    def group_gains(self, who: str) -> Iterator[tuple[UUID, str]]:
        """Somebody more is in the group of those who decide, for a while; its id, and what its page shows then."""
        owner, more = self.people["owner"].actor, self.people[who].user_id
        with self.database.unit(self.workspace_id, owner) as unit:
            [group_id] = [one.id for one in groups.all_groups(unit) if one.name == GROUP]
            before = [one.id for one in groups.get(unit, group_id).members]
            groups.set_members(unit, group_id, [*before, more])
        with self.database.unit(self.workspace_id, owner) as unit:
            shown = applying.fingerprint(groups.get(unit, group_id))
        yield group_id, shown
        with self.database.unit(self.workspace_id, owner) as unit:
            groups.set_members(unit, group_id, before)

    def next_step(self, request_id: UUID) -> None:
        """As if the time had passed until what comes next of its escalation."""
        with self.database.unit(self.workspace_id) as unit:
            past = unit.now - timedelta(seconds=1)
            row = unit.session.get_one(Escalation, request_id)
            row.next_at, key = past, timers.key(request_id, row.jobs)
        with self.database.across() as unit:
            unit.session.execute(update(OutboxRow).where(OutboxRow.key == key).values(due_at=past))

    def step(self, request_id: UUID) -> tuple[int, bool]:
        """Where its plan is, and whether somebody is on it."""
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            row = unit.session.get_one(Escalation, request_id)
            return row.step, row.acknowledged_by is not None

    # -- facts --------------------------------------------------------------------------------------------------

    def request_of(self, order: str) -> UUID:
        """What was asked for an order: once."""
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            [found] = unit.session.scalars(select(Request.id).where(Request.title == order)).all()
            return found

    def shown(self, request_id: UUID) -> str:
        """What a page of this moment posts back."""
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            return unit.session.get_one(Request, request_id).shown

    def decisions(self, request_id: UUID) -> list[str]:
        """Outcomes that are written of a request."""
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            return list(unit.session.scalars(select(Decision.outcome).where(Decision.request_id == request_id)))

    def mails(self, subject: str) -> list[str]:
        """To whom kept mails of that subject went, in order."""
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            found = unit.session.scalars(select(LocalMail.recipients).where(LocalMail.subject == subject))
            return sorted(to for recipients in found for to in recipients)

    def letters(self, who: str, like: str) -> list[str]:
        """Texts of kept mails to somebody with such words in their subject, oldest first."""
        to = [self.people[who].email]
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            query = select(LocalMail).where(LocalMail.subject.contains(like)).order_by(LocalMail.id)
            return [mail.text for mail in unit.session.scalars(query) if mail.recipients == to]

    def link(self, who: str, order: str) -> str:
        """The path of the link that somebody was mailed about an order."""
        [text] = eventually(lambda: self.letters(who, f": {order}"), self.drill.log)
        return LINK.search(text)[1]  # type: ignore[index]  # a mail without one fails the test, too

    def codes(self, who: str) -> list[str]:
        """The codes that somebody was mailed, oldest first."""
        return [CODE.search(text)[1] for text in self.letters(who, "Your code")]  # type: ignore[index]  # see link()

    def closed(self, order: str, ended: str, *, asked: tuple[str, ...] = ("jonas", "lena")) -> None:
        """Wait for the run's end; I1 to I6 of an order whose request ended so."""
        drill, request_id = self.drill, self.request_of(order)
        drill.finished(order)
        run = drill.run(order)
        assert run.state == ("cancelled" if ended == "cancelled" else "succeeded"), drill.story(order)
        decided = ended != "cancelled"
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            session = unit.session
            assert session.get_one(Request, request_id).state == ended
            steps = session.scalars(select(Step).where(Step.run_id == run.id)).all()
            port = "approved" if ended == "bypassed" else ended
            wanted = ("hook", "ask", port) if decided else ("hook", "ask")
            assert Counter(step.node_key for step in steps) == Counter(wanted), drill.story(order)
            notes = session.scalars(select(RunNote.text).where(RunNote.run_id == run.id)).all()
            assert notes == ([port] if decided else [])
            shares = session.scalars(select(Assignment).where(Assignment.request_id == request_id)).all()
            assert not [share.state for share in shares if share.state in LIVE]
            links = select(func.count()).select_from(Link).where(
                Link.assignment_id.in_([share.id for share in shares]), Link.dead_at.is_(None)
            )  # fmt: skip
            assert session.scalar(links) == 0
            opened = select(func.count()).select_from(WaitRow).where(WaitRow.run_id == run.id, WaitRow.state == "open")
            assert session.scalar(opened) == 0
            resolved = select(func.count()).select_from(Resolution).where(Resolution.run_id == run.id)
            assert session.scalar(resolved) <= int(decided)
            assert verify(unit).bad is None
        assert self.decisions(request_id) == ([ended] if decided else [])
        assert self.recorded(request_id, "approval.requested") == 1
        assert self.recorded(request_id, f"approval.{ended if decided else 'withdrawn'}") == 1
        assert self.mails(f"Decide: {order}") == sorted(self.people[name].email for name in asked)
        told = {"approved": "Approved", "declined": "Declined", "changes_requested": "Changes requested",
                "expired": "Expired", "bypassed": "Bypassed"}  # fmt: skip
        if decided:
            subject, hear = f"{told[ended]}: {order}", self.audience(request_id)
            eventually(lambda: len(self.mails(subject)) >= len(hear), drill.log)
            assert self.mails(subject) == hear

    def audience(self, request_id: UUID) -> list[str]:
        """Who hears the end: the requester, and everybody who was asked but the one who decided."""
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            of_request = Assignment.request_id == request_id
            asked = set(unit.session.scalars(select(Assignment.user_id).where(of_request)))
            asked -= set(unit.session.scalars(select(Decision.by_user_id).where(Decision.request_id == request_id)))
        return sorted([REQUESTER, *(one.email for one in self.people.values() if one.user_id in asked)])

    def recorded(self, request_id: UUID, action: str) -> int:
        """Events of that action about a request."""
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            found = (
                select(func.count())
                .select_from(AuditEvent)
                .join(AuditTarget, AuditTarget.event_id == AuditEvent.id)
                .where(AuditTarget.target_id == str(request_id), AuditEvent.action == action)
            )
            return unit.session.scalar(found) or 0


class Browser:
    """Somebody who came by a mail's link, has no password, and presses again where no answer comes."""

    def __init__(self, approving: Approving):
        self.approving = approving
        self.cookies = requests.Session()
        self.tried: list[int | None] = []

    def press(self, page: str, action: str, **fields: str) -> requests.Response:
        """Load a page and press one of its buttons, again and again until there is an answer."""
        shown = self.see(page)
        found = {"csrf_token": CSRF.search(shown), "shown": SHOWN.search(shown)}
        form = {name: match[1] for name, match in found.items() if match} | fields
        [answer] = eventually(lambda: self._press(page, action, form), lambda: f"{self.tried}")
        assert answer.status_code in (200, 410), answer.text
        return answer

    def see(self, page: str) -> str:
        """Follow a link."""
        return self.cookies.get(self.approving.address + page, timeout=ANSWER_S).text

    def _press(self, page: str, action: str, form: dict[str, str]) -> list[requests.Response]:
        base = self.approving.address
        try:
            answer = self.cookies.post(base + action, data=form, headers={"Referer": base + page}, timeout=ANSWER_S)
        except requests.RequestException:
            self.tried.append(None)
            return []
        self.tried.append(answer.status_code)
        return [answer] if answer.status_code != 503 else []
