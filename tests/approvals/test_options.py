"""A request's own answers, with nothing but their definitions: what fits, what they count as, what steps read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from studio.approvals import options
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.options import Counts, Option
from studio.approvals.outcomes import Outcome
from studio.core.errors import InvalidInput

VOUCHER = Option(
    label="Offer a voucher",
    key="voucher",
    fields=[
        {"name": "value", "label": "Value", "type": "money"},
        {"name": "kind", "type": "choice", "choices": ["mail", "paper"]},
        {"name": "until", "type": "date", "required": False},
        {"name": "vip", "label": "VIP", "type": "yes_no", "required": False},
    ],
)
GIVEN = {"value": " 25.00 ", "kind": "mail", "until": "", "vip": "on"}
CONFIG = {"title": "Refund?", "approvers": ["group:Refund team"]}


def test_what_was_filled_in_is_data_and_words():
    answer = options.read(VOUCHER, GIVEN)
    assert answer == {"value": "25.00", "kind": "mail", "until": None, "vip": True}
    assert options.lines(VOUCHER, answer) == [("Value", "25.00"), ("kind", "mail"), ("VIP", "yes")]
    assert options.read(VOUCHER, answer) == answer, "what was read can be read again"


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"value": "many"}, "answer.value"),
        ({"value": "1e30"}, "answer.value"),
        ({"value": "NaN"}, "answer.value"),
        ({"value": "0.00001"}, "answer.value"),
        ({"value": True}, "answer.value"),
        ({"value": ""}, "answer.value"),
        ({"kind": "pigeon"}, "answer.kind"),
        ({"kind": ["mail"]}, "answer.kind"),
        ({"until": "tomorrow"}, "answer.until"),
        ({"vip": "perhaps"}, "answer.vip"),
        ({"surprise": "x"}, "answer.surprise"),
        ({"kind": "x" * 4001}, "answer.kind"),
        ({"kind": "a\0b"}, "answer.kind"),
    ],
    ids=str,
)
def test_a_form_that_does_not_fit_is_refused_at_its_field(changed, path):
    with pytest.raises(InvalidInput) as refused:
        options.read(VOUCHER, GIVEN | changed)
    assert [one.path for one in refused.value.problems] == [path]


def test_an_answer_without_a_form_takes_none():
    with pytest.raises(InvalidInput) as refused:
        options.read(Option(label="Ask the carrier"), {"when": "now"})
    assert refused.value.field == "answer"


values = st.none() | st.booleans() | st.text() | st.integers() | st.floats() | st.lists(st.text(max_size=2), max_size=2)


@given(st.dictionaries(st.sampled_from(["value", "kind", "until", "vip", "x"]), values))
def test_whatever_is_sent_fits_or_is_refused(sent):
    try:
        answer = options.read(VOUCHER, sent)
    except InvalidInput as error:
        refused = error
    else:
        assert set(answer) == {"value", "kind", "until", "vip"}
        assert answer["kind"] in ("mail", "paper")
        return
    assert refused.problems
    assert all(one.path.startswith("answer.") for one in refused.problems)


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [(Counts.APPROVES, Outcome.APPROVED), (Counts.DECLINES, Outcome.DECLINED), (Counts.ITSELF, Outcome.RESPONDED)],
)
def test_what_an_answer_counts_as(counts, outcome):
    assert Option(label="x", counts=counts).outcome is outcome


@pytest.mark.parametrize(
    "changed",
    [
        [{"label": "A", "key": "approved"}],
        [{"label": "A", "key": "error"}],
        [{"label": "A", "key": "x"}, {"label": "B", "key": "x"}],
        [{"label": "A", "key": "answer_2"}, {"label": "B"}],
        [{"label": ""}],
        [{"label": "A", "key": "Not A Key"}],
        [{"label": "A", "counts": "as_maybe"}],
        [{"label": "A", "fields": [{"name": "a"}, {"name": "a"}]}],
        [{"label": "A", "fields": [{"name": "a", "type": "choice"}]}],
        [{"label": str(n)} for n in range(9)],
    ],
    ids=str,
)
def test_answers_that_cannot_be_told_apart_are_refused(changed):
    with pytest.raises(ValidationError) as refused:
        ApprovalRequest.Config.model_validate(CONFIG | {"options": changed})
    assert refused.value.errors()[0]["loc"][0] == "options"
    with pytest.raises(InvalidInput) as asked:
        options.stored(changed)
    assert asked.value.problems[0].path.startswith("options")


def test_each_answer_is_a_way_on_and_later_steps_know_what_it_gives():
    config = CONFIG | {"options": [VOUCHER.model_dump(mode="json"), {"label": "Ask the carrier"}]}
    assert ApprovalRequest.ports_of(config) == (*ApprovalRequest.ports, "voucher", "answer_2")
    assert ApprovalRequest.port_names_of(config)["answer_2"] == "Ask the carrier"
    known = ApprovalRequest.output_schema_of(config)["properties"]
    assert set(known["answer"]["properties"]) == {"value", "kind", "until", "vip"}
    assert known["answer"]["properties"]["vip"] == {"type": ["boolean", "null"]}
    sample = ApprovalRequest.sample_of(config)
    assert (sample["option"], sample["answer"]["value"]) == ("voucher", "42.00")
    assert "option" not in ApprovalRequest.output_schema_of(CONFIG)["properties"]


@pytest.mark.parametrize("half", [None, "x", [None], [{"fields": "x"}], [{"key": 3, "fields": [None, {"name": ""}]}]])
def test_a_half_written_config_still_draws(half):
    config = CONFIG | {"options": half}
    assert set(ApprovalRequest.ports) <= set(ApprovalRequest.ports_of(config))
    ApprovalRequest.sample_of(config)
    ApprovalRequest.output_schema_of(config)
