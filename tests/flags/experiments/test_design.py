"""Designs that cannot be run, each with its path and code; and that a good one survives its JSON."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from studio.core.errors import InvalidInput
from studio.flags.experiments.design import Better, Design, Variant, problems, read
from studio.flags.ramps.plan import Guardrail

GOOD = Design((Variant("old", 50), Variant("new", 50)), "orders", units=1000, guardrails=(Guardrail("errors"),))


@pytest.mark.parametrize(
    ("design", "path", "code"),
    [
        (replace(GOOD, variants=(Variant("old", 50),)), "variants", "experiment.bad_arms"),
        (replace(GOOD, variants=tuple(Variant(str(n), 5) for n in range(11))), "variants", "experiment.bad_arms"),
        (replace(GOOD, variants=(Variant("a", 5), Variant("a", 5))), "variants.1.name", "experiment.arm_twice"),
        (replace(GOOD, variants=(Variant("", 5), Variant("a", 5))), "variants.0.name", "experiment.no_name"),
        (replace(GOOD, variants=(Variant("a", 5), Variant("b", 0))), "variants.1.share", "experiment.bad_share"),
        (replace(GOOD, variants=(Variant("a", 50), Variant("b", 51))), "variants", "experiment.shares_too_large"),
        (replace(GOOD, primary=""), "primary", "experiment.no_metric"),
        (replace(GOOD, units=None), "units", "experiment.no_horizon"),
        (replace(GOOD, units=1), "units", "experiment.bad_horizon"),
        (replace(GOOD, until=datetime(2026, 5, 1)), "until", "experiment.bad_horizon"),  # noqa: DTZ001 - what is refused
        (replace(GOOD, alpha=0), "alpha", "experiment.bad_alpha"),
        (replace(GOOD, guardrails=(Guardrail("a"),) * 2), "guardrails.1.metric", "ramp.metric_twice"),
    ],
)
def test_what_is_wrong(design, path, code):
    assert [(one.path, one.code) for one in problems(design)] == [(path, code)]


@pytest.mark.parametrize(
    ("document", "path"),
    [({"primary": "a"}, "variants"), ({**GOOD.as_json(), "horizon": 5}, "horizon")],
)
def test_what_is_no_design_is_refused_with_its_path(document, path):
    with pytest.raises(InvalidInput) as refused:
        read(document)
    assert (refused.value.field, refused.value.code) == (path, "experiment.form")


def test_a_design_survives_its_json():
    dated = replace(GOOD, until=datetime(2026, 5, 1, tzinfo=UTC), better=Better.DOWN)
    assert read(dated.as_json()) == dated


@pytest.mark.parametrize(
    ("units", "until", "reached"),
    [(100, None, True), (101, None, False), (None, 1, True), (None, 3, False), (100, 3, False), (101, 1, False)],
)
def test_the_horizon_is_the_later_of_both(units, until, reached):
    ends = datetime(2026, 5, until, tzinfo=UTC) if until else None
    assert replace(GOOD, units=units, until=ends).reached(100, datetime(2026, 5, 2, tzinfo=UTC)) is reached
