"""Texts with placeholders: types, filters, errors, and what they refer to."""

from decimal import Decimal

import pytest

from studio.expressions import (
    EvaluationError,
    Scope,
    is_template,
    references,
    render,
    resolve,
)
from tests.expressions.order import ORDER, SCOPE, VALUES


def german(**more):
    workspace = {"currency": "EUR", "time_zone": "Europe/Berlin", "locale": "de-DE", **more}
    return Scope({**VALUES, "workspace": workspace})


def plain(text):
    """Without the special spaces that locales put into amounts and times."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "answer"),
    [("{{ a }}", True), ("x {{ a }} y", True), ("{{ a", False), ("a }} {{", False), (5, False)],
)
def test_is_template(value, answer):
    assert is_template(value) is answer


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ trigger.order.id }}", ORDER["id"]),
        (" {{trigger.order.lines}}\n", ORDER["lines"]),
        ("{{ trigger.order.paid }}", True),
        ("{{ trigger.order.note }}", None),
        ("Order {{ trigger.order.id }}", f"Order {ORDER['id']}"),
        ("{{ trigger.order.paid }}/{{ trigger.order.note }}", "true/"),
        ("{{ trigger.order.half * 2 }} EUR", "299 EUR"),
        ("{{ trigger.order.tags }}!", '["vip","wholesale"]!'),
        ("{{ {'a': {'b': '}}'}} }}", {"a": {"b": "}}"}}),
        ("{{ '}}' }}{{ \"{{\" }}", "}}{{"),
        ("{{ true || false }}", True),
        ("{{ trigger.order.tags | join: ', ' | upper }}", "VIP, WHOLESALE"),
        ("{{ trigger.order.nothing | default: 'none' }}", "none"),
        ('{{ trigger.order.note | default: "a | b" }}', "a | b"),
        ("{{ trigger.order.total_price | round: 1 }}", 150),
        ("{{ trigger.order.lines | length }}", 2),
        ("{{ trigger.order.tags | first }}", "vip"),
        ("{{ trigger.order.tags | last }}", "wholesale"),
        ("{{ [] | first }}", None),
        ("{{ trigger.order.tags | json }}", '["vip","wholesale"]'),
        ("{{ '<b>' | escape }}", "&lt;b&gt;"),
        ("{{ 'a b/c' | urlencode }}", "a%20b%2Fc"),
        ("{{ 'abcdef' | truncate: 4 }}", "abc…"),
        ("{{ ' Ab ' | trim | lower | replace: 'a', 'o' }}", "ob"),
        ("no placeholder", "no placeholder"),
    ],
)
def test_render(source, value):
    assert render(source, SCOPE) == value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ 1234.5 | money }}", "1.234,50 €"),
        ("{{ '1234.5' | money: 'USD' }}", "1.234,50 $"),
        ("{{ 1234 | money: 'JPY' }}", "1.234 ¥"),
        ("{{ {'amount': '1234.5', 'currency': 'USD'} | money }}", "1.234,50 $"),
        ("{{ {'amount': 1234, 'currency_code': 'JPY'} | money }}", "1.234 ¥"),
        ("{{ {'amount': 1.5} | money }}", "1,50 €"),
        ("{{ 1234567.891 | number }}", "1.234.567,891"),
        ("{{ 1234.5 | number: 2 }}", "1.234,50"),
        ("{{ 0.256 | percent: 1 }}", "25,6 %"),
        ("{{ trigger.order.created_at | date: 'long' }}", "31. März 2026"),
        ("{{ trigger.order.created_at | time }}", "15:00"),
        ("{{ trigger.order.created_at | datetime: 'short' }}", "31.03.26, 15:00"),
        ("{{ '2026-03-31' | date }}", "31.03.2026"),
        ("{{ timestamp(trigger.order.created_at) | time }}", "15:00"),
    ],
)
def test_filters_write_by_locale_and_time_zone(source, value):
    assert plain(render(source, german())).replace("25,6%", "25,6 %") == value


def test_without_a_workspace_it_is_english_and_utc():
    scope = Scope({"at": "2026-03-31T09:00:00-04:00"})
    assert render("{{ 1234.5 | money: 'EUR' }}", scope) == "€1,234.50"
    assert plain(render("{{ at | datetime }}", scope)) == "Mar 31, 2026, 1:00:00 PM"
    with pytest.raises(EvaluationError, match="currency is missing"):
        render("{{ 1 | money }}", scope)


def test_strange_workspace_settings_do_not_break_a_run():
    scope = Scope({"workspace": {"locale": "xx-!!", "time_zone": "Mars/Base", "currency": 5}})
    assert plain(render("{{ '2026-03-31T09:00:00Z' | time }}", scope)) == "9:00 AM"


def test_amounts_are_never_floats():
    scope = Scope({"a": Decimal("12345678901234567.89"), "b": "12345678901234567.89"})
    for name in ("a", "b"):
        written = render(f"{{{{ {name} | money: 'EUR' }}}}", scope)
        assert written == "€12,345,678,901,234,567.89"


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("{{ trigger.order.totl }}", "expression.missing_path", "Did you mean total?"),
        ("{{ trigger.order.id | mony }}", "expression.unknown_filter", "Did you mean money?"),
        ("{{ trigger.order.id | replace: 'a' }}", "expression.unknown_filter", "replace: "),
        ("{{ trigger.order.id | money: x }}", "expression.syntax", "quotation marks"),
        ("{{ trigger.order.id | }} }}", "expression.syntax", "comes a filter"),
        ("{{ trigger.order.tags | money }}", "expression.type", "not a number"),
        ("{{ trigger.order.total | join }}", "expression.type", "not a list"),
        ("{{ trigger.order.total | money: 'XXZ' }}", "expression.value", "no currency"),
        ("{{ trigger.order.name | date }}", "expression.type", "not a date"),
        ("{{ '2026-01-01' | time }}", "expression.type", "without a time"),
        ("{{ trigger.order.created_at | date: 'huge' }}", "expression.value", "short, medium"),
        ("{{ 1.5 | round: 99 }}", "expression.value", "0 to 10"),
        ("{{ }}", "expression.syntax", "empty"),
        ("{{ ( }} }}", "expression.syntax", "ends too early"),
        ("{{ trigger.nope | default: 'x' | mony }}", "expression.unknown_filter", "mony"),
    ],
)
def test_errors(source, code, message):
    with pytest.raises(EvaluationError) as caught:
        render(source, SCOPE)
    assert caught.value.code == code
    assert message in caught.value.message


def test_default_does_not_hide_mistakes_other_than_absence():
    with pytest.raises(EvaluationError, match="divides by zero"):
        render("{{ 1 / 0 | default: 'x' }}", SCOPE)


def test_resolve_goes_into_everything_but_keys():
    config = {
        "{{ run.id }}": "{{ run.id }}",
        "list": ["{{ trigger.order.total }}", 5, None, {"x": "#{{ trigger.order.total }}"}],
    }
    assert resolve(config, SCOPE) == {
        "{{ run.id }}": "run-1",
        "list": [150, 5, None, {"x": "#150"}],
    }
    assert config["list"][0] == "{{ trigger.order.total }}"


def test_the_rendered_text_is_capped():
    scope = Scope({"x": "a" * 900_000})
    with pytest.raises(EvaluationError, match="too long"):
        render("{{ x }}." * 9, scope)
    with pytest.raises(EvaluationError, match="50,000"):
        render("{{ x }}" + "." * 60_000, scope)
    with pytest.raises(EvaluationError, match="more than 200"):
        render("{{ x }} " * 201, scope)


def test_references():
    text = "{{ trigger.order.id + size(steps['a b'].z.map(i, i.foo)) }} {{ run.id | upper }}"
    assert references(text) == {"trigger.order.id", 'steps["a b"].z', "run.id"}
    assert references("has(a.b) && a.c[0].d == x") == {"a.b", "a.c", "x"}
    assert references("1 +") == set()
    assert references("type(x) == string") == {"x"}
