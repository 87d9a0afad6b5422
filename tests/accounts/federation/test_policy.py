"""What a provider's words are worth."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.accounts.federation import policy
from studio.accounts.federation.policy import Account, Rule, Standing
from studio.accounts.outcomes import Role

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SAID = {"iss": "https://id", "aud": "studio", "nonce": "n", "iat": NOW.timestamp(), "exp": NOW.timestamp() + 60}
ROLES = st.sampled_from(list(Role))


def problem(asked_at=None, **claims):
    said = {name: value for name, value in {**SAID, **claims}.items() if value is not None}
    return policy.token_problem(said, issuer="https://id", client_id="studio", nonce="n", now=NOW, asked_at=asked_at)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({}, None),
        ({"aud": ["studio"]}, None),
        ({"aud": ["studio", "other"], "azp": "studio"}, None),
        ({"iss": "https://id/"}, "other_issuer"),
        ({"iss": None}, "other_issuer"),
        ({"aud": "other"}, "other_client"),
        ({"aud": ["studio", "other"]}, "other_client"),
        ({"azp": "other"}, "other_client"),
        ({"nonce": "m"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": NOW.timestamp() - 61}, "expired"),
        ({"exp": NOW.timestamp() - 59}, None),
        ({"exp": None}, "expired"),
        ({"exp": "tomorrow"}, "expired"),
        ({"exp": True}, "expired"),
        ({"iat": NOW.timestamp() + 61}, "not_yet"),
        ({"nbf": NOW.timestamp() + 61}, "not_yet"),
    ],
)
def test_a_token_is_for_this_app_this_sign_in_and_now(claims, code):
    assert problem(**claims) == code


@pytest.mark.parametrize(("asked", "code"), [(0, None), (-29, None), (-31, "not_asked"), (None, "not_asked")])
def test_a_proof_needs_that_the_person_was_asked_since_it_began(asked, code):
    asked_at = None if asked is None else (NOW + timedelta(seconds=asked)).timestamp()
    assert problem(asked_at=NOW, auth_time=asked_at) == code


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_no_account_that_somebody_uses_or_others_rely_on_opens_by_an_address_alone(
    password, identity, elsewhere, owner
):
    found = policy.standing(Account(password, identity, elsewhere, owner))
    assert (found is Standing.INVITED) == (not (password or identity or elsewhere or owner))
    assert found is not Standing.NEW
    assert (found is Standing.PASSWORD) == password


@given(ROLES, ROLES, st.booleans(), st.booleans())
def test_the_last_owner_stays_and_owners_follow_only_a_mapping_that_makes_owners(current, mapped, gives, last):
    found = policy.next_role(current, mapped, gives_owners=gives, last_owner=last)
    if current is Role.OWNER and (last or not gives):
        assert found is Role.OWNER
    else:
        assert found is mapped


@given(st.lists(st.tuples(st.text(max_size=3), ROLES), max_size=5), st.lists(st.text(max_size=3), max_size=5))
def test_the_first_row_that_fits_decides(mapping, groups):
    rule = Rule((), "groups", mapping, None)
    fits = [role for value, role in mapping if value in groups]
    assert policy.role_of(rule, {"groups": groups}) == (fits[0] if fits else None)


@pytest.mark.parametrize(
    ("claims", "claim", "found"),
    [
        ({"groups": "one"}, "groups", {"one"}),
        ({"groups": ["one", 2, None, "two"]}, "groups", {"one", "two"}),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", {"a"}),
        ({"https://x.example/roles": ["a"]}, "https://x.example/roles", {"a"}),
        ({"groups": {"a": 1}}, "groups", set()),
        ({}, "groups", set()),
        ({"a": ["b"]}, "a.b", set()),
    ],
)
def test_a_claim_is_a_text_or_a_list_of_texts(claims, claim, found):
    assert policy.values(claims, claim) == found


@pytest.mark.parametrize(
    ("email", "fits"),
    [("a@shop.example", True), ("a@SHOP.example", True), ("a@evil-shop.example", False),
     ("a@shop.example.evil.com", False), ("", False)],
)  # fmt: skip
def test_only_addresses_of_the_named_domains_come_in(email, fits):
    assert policy.domain_fits(Rule(("shop.example",), "", (), None), email) is fits
