"""Attacks on approvals, proofs, seats, sessions and the trail, and the tests that hold against each."""

import pytest

from tests.project.named import missing

ATTACKS = {
    "an approval link that is leaked or forwarded": (
        "portal/test_links.py::test_a_second_person_signed_in_sees_nothing_and_cannot_use_it",
        "portal/test_links.py::test_the_code_goes_to_the_assignee_whoever_asks_for_it",
        "portal/test_links.py::test_the_code_is_worth_nothing_in_another_browser",
    ),
    "a mail scanner that opens links, runs scripts and posts": (
        "portal/test_links.py::test_a_scanner_that_follows_every_link_changes_nothing",
        "portal/test_links.py::test_a_scanner_that_posts_forms_reaches_no_decision",
        "e2e/test_approving_by_mail.py::test_invited_scanned_decided_by_link_and_then_by_two_at_once",
    ),
    "a token that is sent again or in another form": (
        "portal/test_links.py::test_a_token_in_any_other_form_leads_nowhere",
        "portal/test_links.py::test_only_hashes_are_stored",
        "portal/test_links.py::test_a_link_dies_with_the_decision_and_tells_only_the_known",
        "portal/test_links.py::test_a_link_expires_with_the_deadline",
        "approvals/test_races.py::test_two_approvers_at_once",
    ),
    "a link that shows in a referrer or a log": (
        "portal/test_links.py::test_a_link_does_not_travel",
        "security/test_logs.py::test_a_crash_on_a_mailed_link_is_found_by_its_id_and_does_not_show_the_link",
        "security/test_canary.py::test_a_planted_secret_shows_nowhere",
    ),
    "approving one's own, by a delegate, a group or a lent role": (
        "portal/test_bars.py::test_nobody_who_is_barred_decides_by_any_route",
        "approvals/test_delegation.py::test_never_in_a_circle_and_never_to_the_requester",
        "approvals/test_quorum.py::test_one_person_through_many_places_counts_once",
        "guard/test_four_eyes.py::test_no_course_of_roles_and_elevations_lets_one_person_ask_and_agree",
    ),
    "approving what has changed since it was shown": (
        "approvals/test_races.py::test_approve_against_a_new_version",
        "portal/test_bad_input.py::test_the_page_refuses_what_cannot_be_decided",
        "guard/test_second_check.py::test_another_amount_than_the_one_that_was_proved_is_refused",
    ),
    "a proof that is skipped, replayed, or given in another session": (
        "guard/test_doors.py::test_every_action_that_studio_does_is_refused_ungated_by_every_door",
        "guard/test_step_up.py::test_a_proof_holds_for_its_session_action_and_content_and_five_minutes",
        "guard/test_second_check.py::test_a_proof_that_is_too_old_by_then_is_refused",
        "e2e/test_passkeys.py::test_an_answer_is_good_once_for_its_challenge_and_its_site_and_with_its_user_verified",
        "guard/test_elevation.py::test_one_that_ends_in_mid_action_keeps_nothing_of_it",
    ),
    "a seat that is taken away while its person acts": (
        "portal/test_links.py::test_a_seat_disabled_in_mid_flow_decides_nothing",
        "approvals/test_seats.py::test_a_page_that_was_open_then_is_refused_and_writes_nothing",
        "guard/test_elevation.py::test_whatever_ends_it_ends_it_at_once",
    ),
    "guessing passwords, codes and names": (
        "accounts/test_signin.py::test_every_refusal_reads_the_same",
        "accounts/test_signin.py::test_guessing_one_account_is_slowed_down_whether_it_exists_or_not",
        "accounts/test_signin.py::test_one_address_may_not_try_many_accounts",
        "accounts/test_passwords.py::test_an_unknown_person_takes_as_long_as_a_wrong_password",
        "portal/test_links.py::test_five_wrong_codes_lock_the_link_for_good",
        "guard/test_step_up.py::test_guessing_is_counted_over_all_questions_of_a_person",
    ),
    "a session that is planted or stolen": (
        "accounts/test_signin.py::test_a_planted_session_never_becomes_the_victims",
        "accounts/test_signin.py::test_the_old_session_id_is_refused_after_a_new_sign_in",
        "guard/test_step_up.py::test_the_session_has_another_id_afterwards_and_the_old_one_is_refused",
        "security/test_browser_rules.py::test_cookies_are_strict_behind_https",
    ),
    "a record of the trail that is changed or taken away": (
        "audit/test_chain.py::test_neither_role_may_change_or_delete",
        "audit/test_envelope.py::test_any_flipped_bit_changes_the_hash",
        "audit/sealing/test_closing.py::test_a_chain_that_was_written_anew_throughout_is_found_and_its_first_event_named",
        "audit/sealing/test_offline.py::test_any_change_of_the_events_is_found_and_the_first_one_named",
        "audit/test_erasing.py::test_what_lies_beside_is_changed_or_taken_by_nobody_unnoticed",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_meets_tests_that_are_there(attack):
    assert not missing(ATTACKS[attack])
