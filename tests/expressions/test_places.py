"""What an editor underlines: the part of a text that a problem is about."""

import pytest

from studio.expressions import check_expression, check_template, mention, span
from tests.expressions.order import ENVIRONMENT


def underlined(text: str, where: tuple[int, int] | None) -> str | None:
    """As a browser cuts: by UTF-16 units."""
    if where is None:
        return None
    return text.encode("utf-16-le")[2 * where[0] : 2 * where[1]].decode("utf-16-le")


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("trigger.order.totl > 400", "trigger.order.totl"),
        ('trigger.order.id == "😀" && trigger.order.totl > 4', "trigger.order.totl"),
        ("ordr.total > 4", "ordr"),
        ("foo(trigger.order.id)", "foo"),
        ("trigger.order.id.siez()", "siez"),
        ("trigger.order.total > 'a'", ">"),
        ("trigger.order.total >> 3", ">>"),
        ("trigger.order.total + ", "+"),
    ],
)
def test_in_an_expression(source: str, part: str) -> None:
    problem = check_expression(source, ENVIRONMENT)[0]
    assert underlined(source, span(source, problem, template=False)) == part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("It's {{ trigger.order.totl }}, isn't it?", "trigger.order.totl"),
        ("😀 {{ trigger.order.id }} {{ trigger.order.totl }}", "trigger.order.totl"),
        ("{{ trigger.order.id | uper }}", "uper"),
        ("{{ trigger.order.id | default: 1 | uper }}", "uper"),
        ("{{ trigger.order.id", "trigger.order.id"),
        ("{{ }", "}"),
    ],
)
def test_in_a_text(text: str, part: str) -> None:
    problem = check_template(text, ENVIRONMENT)[0]
    assert underlined(text, span(text, problem, template=True)) == part


def test_a_step_that_is_named() -> None:
    text = "{{ xsteps.ask.by }} {{ steps.asked.by }} {{ steps.ask.by }}"
    assert mention(text, "steps.ask") == (44, 53)
    assert mention(text, "steps.other") is None
