"""PATCH in the forms that directories send it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.accounts.outcomes import Role
from studio.api.scim import reading
from studio.api.scim.changing import changed
from studio.api.scim.filters import BadFilter
from studio.api.scim.patching import BadPatch, patched

NORA = {
    "id": "1", "userName": "nora@x.example", "active": True, "name": {"givenName": "Nora", "familyName": "Stern"},
    "emails": [{"value": "nora@x.example", "type": "work"}], "roles": [{"value": "builder", "primary": True}],
}  # fmt: skip
TEAM = {"id": "7", "displayName": "Team", "members": [{"value": "a"}, {"value": "b"}]}


def members(*operations):
    return [one["value"] for one in patched(TEAM, list(operations)).get("members", [])]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"active": False}},  # Okta
        {"op": "Replace", "path": "active", "value": "False"},  # Entra ID
        {"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": False},
        {"op": "add", "path": "ACTIVE", "value": "false"},
    ],
)
def test_directories_switch_people_off_in_several_ways(operation):
    assert reading.user(patched(NORA, [operation])).active is False


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        ({"op": "add", "path": "members", "value": [{"value": "c"}, {"value": "a"}]}, ["a", "b", "c"]),
        ({"op": "Add", "path": "members", "value": {"value": "c"}}, ["a", "b", "c"]),
        ({"op": "remove", "path": 'members[value eq "a"]'}, ["b"]),
        ({"op": "Remove", "path": "members", "value": [{"value": "a"}]}, ["b"]),
        ({"op": "replace", "path": "members", "value": [{"value": "z"}]}, ["z"]),
        ({"op": "remove", "path": "members"}, []),
        ({"op": "replace", "value": {"id": "7", "displayName": "New"}}, ["a", "b"]),
    ],
)
def test_members_come_and_go(operation, left):
    assert members(operation) == left


def test_names_and_roles_in_entras_dots_and_brackets():
    after = patched(NORA, [
        {"op": "Add", "value": {"name.familyName": "Holt", "title": "Lead"}},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "n@x.example"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "1"},
        {"op": "Add", "path": "roles", "value": [{"value": "admin", "primary": "True"}]},
        {"op": "Remove", "path": 'roles[value eq "builder"]'},
    ])  # fmt: skip
    found = reading.user(after)
    assert (found.name, found.role, found.user_name) == ("Nora Holt", Role.ADMIN, "nora@x.example")
    assert after["emails"] == [{"value": "n@x.example", "type": "work"}]
    assert after["phonenumbers"] == [{"type": "mobile", "value": "1"}]


def test_a_role_that_is_added_takes_the_place_of_the_one_there_was():
    for value in ([{"value": "admin"}], {"value": "admin", "primary": "True"}, "admin"):
        body = {"Operations": [{"op": "Add", "path": "roles", "value": value}]}
        assert reading.user(changed(NORA, body)).role is Role.ADMIN
    body = {"Operations": [{"op": "add", "path": "roles", "value": [{"value": "builder"}]}]}
    assert reading.user(changed(NORA, body)).role is Role.BUILDER


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ({"op": "move", "path": "active"}, "invalidSyntax"),
        ({"path": "active", "value": True}, "invalidSyntax"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "replace", "path": "id", "value": "2"}, "mutability"),
        ({"op": "replace", "value": "x"}, "invalidValue"),
        ({"op": "replace", "path": "userName.x", "value": "x"}, "invalidPath"),
        ({"op": "add", "path": "emails[type pr].value", "value": "x"}, None),
        ({"op": "add", "path": "phones[type pr].value", "value": "x"}, "noTarget"),
        ("replace", "invalidSyntax"),
    ],
)
def test_what_cannot_be_done_has_scims_word_for_it(operation, code):
    if code is None:
        assert patched(NORA, [operation])["emails"][0]["value"] == "x"
        return
    with pytest.raises(BadPatch) as refused:
        patched(NORA, [operation])
    assert refused.value.code == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


PATHS = ["active", "name", "name.givenName", "emails", 'emails[type eq "work"]', "members", "x[", ""]


@given(st.lists(JSON | st.fixed_dictionaries({
    "op": st.sampled_from(["add", "replace", "remove", "x"]),
    "path": st.sampled_from(PATHS),
    "value": JSON,
}), max_size=4))  # fmt: skip
def test_nothing_that_is_sent_breaks_it_or_changes_what_was(operations):
    before = {**NORA}
    try:
        reading.user(patched(NORA, operations))
    except (BadPatch, BadFilter, reading.BadValue) as refused:
        assert str(refused)  # noqa: PT017 - any of the three will do
    assert before == NORA


@pytest.mark.parametrize(
    "user",
    [{}, {"username": 3}, {"username": "a", "active": "maybe"}, {"username": "a", "active": 1},
     {"username": "a", "roles": [{"value": "king"}]}, {"username": "x" * 300}],
)  # fmt: skip
def test_what_is_no_user_is_refused(user):
    with pytest.raises(reading.BadValue):
        reading.user(user)
