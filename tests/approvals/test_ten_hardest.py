"""The ten hardest cases of approvals, and the tests that hold them; here stand those that have no better place."""

from datetime import timedelta

import pytest

from studio.contract import gates
from studio.contract.gates import ApprovalNeeded, StepUpNeeded
from studio.core import clock
from studio.guard.outcomes import HoldState
from studio.guard.service import holding
from tests.factories.proofs import in_a_session, prove
from tests.guard.test_enforcing import decide, export, four_eyes, hold
from tests.project.named import missing

HARDEST = {
    "1. Two approvers at once at quorum N-1, approve against decline": (
        "approvals/test_races.py::test_two_approvers_at_once",
        "approvals/test_races.py::test_two_at_once_where_one_more_is_needed",
        "e2e/test_approving_by_mail.py::test_invited_scanned_decided_by_link_and_then_by_two_at_once",
    ),
    "2. Approve, escalate and expire at one instant; timers late or twice": (
        "approvals/test_escalation_races.py::test_approve_and_two_timers_that_take_it_away",
        "approvals/test_escalation_races.py::test_the_deadline_and_a_level_at_the_same_instant",
        "approvals/test_escalation_races.py::test_a_timer_that_comes_again_much_later_changes_nothing",
        "approvals/test_races.py::test_approve_against_the_deadline",
    ),
    "3. Snoozed past its deadline or escalation; reassigned while snoozed": (
        "portal/test_inbox.py::test_snooze_wakes_at_the_next_deadline",
        "approvals/test_escalating.py::test_what_is_snoozed_wakes_with_the_next_level",
        "approvals/test_escalating.py::test_reassigned_while_snoozed_and_then_escalated",
    ),
    "4. A page or link open while it is reassigned, handed back or revised": (
        "portal/test_bad_input.py::test_the_page_refuses_what_cannot_be_decided",
        "portal/test_bad_input.py::test_the_mails_link_refuses_the_same",
        "approvals/test_delegation.py::test_an_absence_that_ended_since_the_page_was_opened",
        "approvals/test_races.py::test_approve_against_a_new_version",
    ),
    "5. A seat disabled between page and click; the last who may decide leaves": (
        "approvals/test_seats.py::test_a_page_that_was_open_then_is_refused_and_writes_nothing",
        "approvals/test_seats.py::test_the_share_is_revoked_and_admins_hear_that_too_few_are_left",
        "approvals/test_votes.py::test_when_too_few_are_left_it_says_so_and_asks_for_no_fewer",
    ),
    "6. Self-approval through every route": (
        "portal/test_bars.py::test_nobody_who_is_barred_decides_by_any_route",
        "portal/test_bars.py::test_every_place_that_decides_has_a_driver",
    ),
    "7. Working time across the change of clocks, holidays, pauses, an edited calendar": (
        "approvals/clock/test_arithmetic.py::test_cases_that_hurt",
        "approvals/clock/test_arithmetic.py::test_a_pause_that_spans_closing_time_stops_the_clock_where_it_was",
        "approvals/clock/test_instants.py::test_a_wall_time_is_one_moment",
        "approvals/test_recounting.py::test_a_calendar_edited_midway_moves_what_is_open_where_somebody_asks_for_it",
    ),
    "8. A quorum or rule edited while pending; two groups; 0, above the members, per cent": (
        "approvals/test_quorum.py::test_one_person_through_many_places_counts_once",
        "approvals/test_quorum.py::test_per_cent_rounds_up_and_is_at_least_one",
        "approvals/test_races.py::test_a_vote_against_a_group_that_is_edited_keeps_the_rule_that_was_asked",
        "approvals/test_policy_applying.py::test_who_comes_is_asked_who_goes_no_longer_counts_and_enough_votes_settle_it_once",
        "approvals/test_votes.py::test_a_need_that_cannot_be_met_is_refused_with_its_field",
    ),
    "9. Delegation in a circle, to the requester, overlapping, back-dated": (
        "approvals/test_delegation.py::test_never_in_a_circle_and_never_to_the_requester",
        "approvals/test_delegation.py::test_what_cannot_be_is_refused",
        "approvals/test_delegation.py::test_two_absences_at_once_do_not_overlap",
        "approvals/test_escalating.py::test_escalated_to_somebody_who_delegated_back",
    ),
    "10. Cancel against approve; before the run parks; death and redelivery; what proved it is over": (
        "approvals/test_races.py::test_approve_against_withdrawal",
        "approvals/test_wait_all.py::test_answers_that_are_faster_than_the_run_are_kept",
        "faults/test_approvals.py::test_a_death_at_any_point_of_an_approval",
        "guard/test_second_check.py::test_a_proof_that_is_too_old_by_then_is_refused",
        "guard/test_elevation.py::test_one_that_ends_in_mid_action_keeps_nothing_of_it",
        "approvals/test_ten_hardest.py::test_a_proof_that_ends_between_the_yes_and_the_act_is_given_again",
    ),
}


@pytest.mark.parametrize("case", HARDEST, ids=lambda case: case.partition(".")[0])
def test_each_is_held_by_tests_that_are_there(case):
    assert not missing(HARDEST[case])


def test_a_proof_that_ends_between_the_yes_and_the_act_is_given_again(database, tenant, jonas):
    """Others have agreed, and that stays; but whoever acts proves anew who they are, and acts once."""
    four_eyes(database, tenant, jonas, target="data.export", step_up={"strength": "passkey"})
    admin = in_a_session(database, tenant, tenant["admin"])

    def tries():
        with database.unit(tenant.id, admin) as uow:
            gates.current().require(uow, export("all"))

    with pytest.raises(StepUpNeeded):
        tries()
    prove(database, admin, "data.export", "all")
    with pytest.raises(ApprovalNeeded) as needed:
        tries()
    with database.unit(tenant.id, admin) as uow:
        asked = holding.ask(uow, needed.value).id
    decide(database, tenant, jonas, asked)
    clock.shift(timedelta(minutes=6))
    with pytest.raises(StepUpNeeded):
        tries()
    assert hold(database, tenant, asked).state == HoldState.GRANTED, "a refusal does not use the yes up"
    prove(database, admin, "data.export", "all")
    tries()
    assert hold(database, tenant, asked).state == HoldState.DONE
    with pytest.raises(ApprovalNeeded):
        tries()
