"""Filters and paths: read as the standard, Okta and Entra ID write them, and refused where they cannot be."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.api.scim.filters import (
    BadFilter,
    Both,
    Compare,
    Either,
    Negated,
    Path,
    Present,
    fits,
    parse,
    parse_path,
)

WORK = Compare("type", "eq", "work")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('userName eq "a@b.example"', Compare("username", "eq", "a@b.example")),
        ('USERNAME Eq "A \\"b\\" ]"', Compare("username", "eq", 'A "b" ]')),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName sw "a"', Compare("username", "sw", "a")),
        ("active eq true", Compare("active", "eq", True)),
        ("externalId pr", Present("externalid")),
        ('not (userName eq "a")', Negated(Compare("username", "eq", "a"))),
        ('a eq "1" or b eq "2" and c eq "3"',
         Either(Compare("a", "eq", "1"), Both(Compare("b", "eq", "2"), Compare("c", "eq", "3")))),
        ('(a eq "1" or b eq "2") and c pr',
         Both(Either(Compare("a", "eq", "1"), Compare("b", "eq", "2")), Present("c"))),
        ('emails[type eq "work" and value co "@x"]',
         Both(Compare("emails.type", "eq", "work"), Compare("emails.value", "co", "@x"))),
        ('emails[type eq "work"].value eq "a"',
         Both(Compare("emails.type", "eq", "work"), Compare("emails.value", "eq", "a"))),
        ("meta.version gt 3.5", Compare("meta.version", "gt", 3.5)),
        ("externalId eq null", Compare("externalid", "eq", None)),
    ],
)  # fmt: skip
def test_a_filter_is_read_as_the_standard_says(text, tree):
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    ["", "userName", 'userName is "a"', 'userName eq "a', "userName eq a", 'userName eq "a" and', "(active eq true",
     'emails[type eq "work"', 'userName eq "a" active eq true', "not active pr", "((((" * 30, "a pr or " * 400 + "a pr",
     "'; drop table seat"],
)  # fmt: skip
def test_what_is_no_filter_is_refused(text):
    with pytest.raises(BadFilter):
        parse(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text):
    for reader in (parse, parse_path):
        try:
            reader(text)
        except BadFilter as refused:
            assert str(refused)  # noqa: PT017 - that it is said why is all that is asked of any text


@given(st.text(max_size=20))
def test_a_quoted_value_is_what_was_quoted(value):
    try:
        quoted = orjson.dumps(value).decode()
    except TypeError:
        return
    assert parse(f"userName eq {quoted}") == Compare("username", "eq", value)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("active", Path("active")),
        ("name.familyName", Path("name", None, "familyname")),
        ('emails[type eq "work"].value', Path("emails", WORK, "value")),
        ('members[value eq "1"]', Path("members", Compare("value", "eq", "1"))),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", Path("department")),
    ],
)
def test_a_path_says_where(text, path):
    assert parse_path(text) == path


def test_values_are_compared_in_any_case():
    assert fits(parse('type eq "WORK" and not (value pr)'), {"Type": "work"})
    assert fits(parse("primary eq true"), {"primary": "True"})
    assert not fits(parse('value co "x"'), {"value": 3})
