"""No way from an expression to Python: fuzz and a corpus of escapes known from other products."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.expressions import EvaluationError, Scope, evaluate, render, resolve
from tests.expressions.order import SCOPE


class Bait:
    """An object with something to find."""

    secret = "found"

    def __getattr__(self, name):
        pytest.fail(f"{name} was asked of a Python object")


CORPUS = [
    "__class__",
    "trigger.__class__",
    "trigger.__class__.__mro__[1].__subclasses__()",
    "().__class__",
    "''.__class__.__base__",
    "trigger.order.__init__.__globals__",
    "trigger['__class__']",
    "trigger.order.items()",
    "trigger.order.keys()",
    "trigger.order.get('id')",
    "__import__('os').system('id')",
    "__builtins__",
    "globals()",
    "eval('1')",
    "exec('1')",
    "open('/etc/passwd')",
    "os.environ",
    "self",
    "config.items()",
    "cycler.__init__.__globals__.os.popen('id').read()",
    "constructor.constructor('return process')()",
    "this.constructor",
    "trigger.constructor",
    "$json.x",
    "process.mainModule",
    "lambda: 1",
    "[x for x in trigger]",
    "trigger.order.name.format(trigger)",
    "'%s'.format([trigger])",
    "@push(1, true, 2)",
    "@begin(1)",
    "`trigger`",
    "cel.bind(x, 1, x)",
    "google.protobuf.Value{}",
    "proto.getExt(trigger, x)",
    "optional.of(trigger)",
    "math.greatest(1, 2)",
    "strings.quote('a')",
]


@pytest.mark.parametrize("source", CORPUS)
def test_escapes_lead_nowhere(source):
    with pytest.raises(EvaluationError):
        evaluate(source, SCOPE)


def test_objects_are_not_looked_into():
    scope = Scope({"bait": Bait(), "m": {"bait": Bait()}})
    for source in ("bait.secret", "m.bait.secret", "bait.secret == 1", "m.bait == 1", "m"):
        if source == "m":
            assert evaluate(source, scope)["bait"].secret == "found"
            continue
        with pytest.raises(EvaluationError):
            evaluate(source, scope)


PAYLOADS = [
    "{{7*7}}",
    "{{ trigger.order.id }}",
    "${7*7}",
    "{% for x in y %}",
    "{{''.__class__}}",
    "{{{{7*7}}}}",
    "}}{{ 1 + 1 }}{{",
    "<%= 7*7 %>",
    "#{7*7}",
    "' + 1 + '",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payload_text_is_never_evaluated(payload):
    scope = Scope({"t": {"x": payload, "list": [payload], "map": {payload: payload}}})
    assert render("{{ t.x }}", scope) == payload
    assert render("Hi {{ t.x }}!", scope) == f"Hi {payload}!"
    assert render("{{ t.x + '' }}", scope) == payload
    assert render("{{ t.x | default: 'a' }} {{ t.x | trim }}", scope) == f"{payload} {payload.strip()}"
    assert resolve({"a": ["{{ t.map }}", "{{ t.list }}"]}, scope) == {"a": [{payload: payload}, [payload]]}
    once = resolve({"a": "{{ t.x }}"}, scope)
    assert once == {"a": payload}


@given(st.text(), st.text())
def test_no_payload_changes_the_text_around_it(before, payload):
    before = before.replace("{", "(")
    scope = Scope({"t": {"x": payload}})
    assert render(before + "|{{ t.x }}|", scope) == f"{before}|{payload}|"
