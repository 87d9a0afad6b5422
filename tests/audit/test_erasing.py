"""What the trail says of people can be erased; the chain keeps fitting, and nothing else can be taken out unnoticed."""

import json
from functools import partial

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from studio.audit import Change, Target, export, forget, record
from studio.audit.commands import audit
from studio.audit.envelope import canonical, hash_of
from studio.audit.listing import Filter, page
from studio.audit.models import AuditEvent, AuditPersonal, AuditTarget
from studio.audit.personal import ERASED, reference
from studio.audit.sentences import sentence
from studio.audit.taxonomy import approvals, workflows
from studio.audit.verifying import verify
from studio.core.actor import Actor, ActorType, Origin
from studio.core.ids import new_id
from tests.audit.insider import as_insider

MIRA = Actor(
    ActorType.API_TOKEN, "t-1", "CI (Mira Sol)", on_behalf_of="mira@shop.example", origin=Origin(ip="192.0.2.9")
)
SAID_OF_JONAS = ("Jonas Weber", "jonas@shop.example", "192.0.2.7", "Firefox")


@pytest.fixture
def told(units, workspace, jonas):
    """What Jonas did, and what Mira did to Jonas."""
    with units.unit(workspace, jonas) as uow:
        refund = Target("approval", "a-1", "Refund €420.00 to Anna Keller", personal=True)
        record(uow, approvals.APPROVED, targets=[refund], metadata={"reason": "Anna is right", "amount": "420.00"})
    with units.unit(workspace, MIRA) as uow:
        record(uow, "member.disabled", targets=[Target("user", "u-1", "Jonas Weber", personal=True)])
        group = Target("approver_group", "g-1", "Refund team")
        members = Change("members", ["jonas@shop.example", "mira@shop.example"], ["mira@shop.example"], personal=True)
        record(uow, "approver_group.members_changed", targets=[group], changes=[members])
        record(uow, workflows.ENABLED, targets=[Target("workflow", "w-1", "High-value refunds")])
    return workspace


def lying(units, workspace, *models):
    """Everything in the tables, as text."""
    with units.unit(workspace, read_only=True) as uow:
        connection = uow.session.connection()
        return str([connection.execute(select(model.__table__)).all() for model in models])


def check(units, workspace):
    with units.unit(workspace, read_only=True) as uow:
        return verify(uow)


def sentences(units, workspace, **wanted):
    with units.unit(workspace, read_only=True) as uow:
        return [sentence(event) for event in reversed(page(uow, Filter(**wanted)).events)]


def test_the_chain_itself_says_nothing_of_people(units, told):
    chained = lying(units, told, AuditEvent, AuditTarget)
    for words in (*SAID_OF_JONAS, "Anna", "Mira", "mira@", "192.0.2.9", "jonas weber", "anna"):
        assert words not in chained
    assert "High-value refunds" in chained
    assert "420.00" in chained


def test_readers_find_everything_in_its_place(units, told):
    assert sentences(units, told) == [
        "Jonas Weber approved “Refund €420.00 to Anna Keller”",
        "CI (Mira Sol) took the seat of Jonas Weber away",
        "CI (Mira Sol) changed who is in the group “Refund team”",
        "CI (Mira Sol) turned on “High-value refunds”",
    ]
    assert sentences(units, told, text="ANNA jonas") == ["Jonas Weber approved “Refund €420.00 to Anna Keller”"]
    assert len(sentences(units, told, text="jonas@shop")) == 1
    assert check(units, told).ok


def test_two_records_of_one_person_cannot_be_told_to_be_of_one(units, told):
    with units.unit(told, read_only=True) as uow:
        references = [json.loads(body)["actor"]["name"]["ref"] for body in uow.session.scalars(select(AuditEvent.body))]
    assert len(set(references)) == len(references) == 4


def test_who_is_forgotten_is_gone_and_the_chain_still_fits(units, told):
    with units.unit(told, Actor(ActorType.SYSTEM, "operator", "Operator")) as uow:
        assert forget(uow, "user", "u-1", also=["jonas@shop.example"]) == 5
    assert sentences(units, told) == [
        f"{ERASED} approved “Refund €420.00 to Anna Keller”",
        f"CI (Mira Sol) took the seat of {ERASED} away",
        "CI (Mira Sol) changed who is in the group “Refund team”",
        "CI (Mira Sol) turned on “High-value refunds”",
        "Operator erased 5 personal values from the audit trail",
    ]
    everything = lying(units, told, AuditEvent, AuditTarget, AuditPersonal)
    assert [words for words in SAID_OF_JONAS if words.lower() in everything.lower()] == []
    assert sentences(units, told, text="jonas") == []
    report = check(units, told)
    assert (report.ok, report.checked, report.erased) == (True, 5, 5)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_file_itself_keeps_no_word(store_settings, units, told):
    def words():
        with units.app.connect() as connection:
            connection.connection.driver_connection.execute("pragma wal_checkpoint(truncate)")
        return [word for word in SAID_OF_JONAS if word.encode() in store_settings.sqlite_path.read_bytes()]

    assert words() == list(SAID_OF_JONAS)
    with units.unit(told) as uow:
        forget(uow, "user", "u-1", also=["jonas@shop.example"])
    assert words() == []


def test_a_case_is_forgotten_by_its_own_name(units, told):
    with units.unit(told) as uow:
        assert forget(uow, "approval", "a-1") == 2
    assert sentences(units, told)[0] == f"Jonas Weber approved “{ERASED}”"
    assert check(units, told).ok


def test_nobody_to_forget_leaves_no_event(units, told):
    with units.unit(told) as uow:
        assert forget(uow, "user", "nobody", also=["", "  "]) == 0
    assert check(units, told).checked == 4


def test_another_workspace_forgets_nothing_of_ours(units, told):
    with units.unit(new_id()) as uow:
        assert forget(uow, "user", "u-1", also=["jonas@shop.example"]) == 0
    assert "Jonas Weber approved" in sentences(units, told)[0]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("update audit_personal set value = '\"Emma\"' where path = 'actor.name'", "actor.name was changed"),
        ("update audit_personal set search = '' where path = 'actor.name'", "look-up text of actor.name"),
        ("update audit_personal set path = 'context.x' where path = 'context.ip'", "context.x was changed"),
        ("delete from audit_personal where path = 'context.ip'", "4 personal values are gone that no recorded erasure"),
    ],
)
def test_what_lies_beside_is_changed_or_taken_by_nobody_unnoticed(
    store, store_settings, units, told, statement, problem
):
    as_insider(store, store_settings, statement)
    report = check(units, told)
    assert report.bad is not None
    assert (report.bad.seq, problem in report.bad.problem) == (1, True)


def test_a_file_proves_what_it_says_of_people(units, told):
    for line in "".join(export.jsonl(partial(units.unit, told, read_only=True), Filter())).splitlines():
        event = json.loads(line)
        assert event["hash"] == hash_of(event["prev_hash"], canonical(event))
        assert event["personal"]
        for path, beside in event["personal"].items():
            holder = event
            *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
            for step in way:
                holder = holder[step]
            value = json.dumps(beside["value"], ensure_ascii=False, separators=(",", ":"))
            assert holder[last] == {"ref": reference(path, bytes.fromhex(beside["salt"]), value)}


def test_the_command_forgets_and_says_so(units, told):
    words = ["forget", "user:u-1", "--workspace", str(told), "--also", "jonas@shop.example"]
    done = CliRunner().invoke(audit, words, obj=units)
    assert done.output == "Erased 5 values.\n"
    assert "5 values were erased on request" in CliRunner().invoke(audit, ["verify"], obj=units).output
    wrong = CliRunner().invoke(audit, ["forget", "Jonas", "--workspace", str(told)], obj=units)
    assert (wrong.exit_code, "TYPE:ID" in wrong.output) == (1, True)
