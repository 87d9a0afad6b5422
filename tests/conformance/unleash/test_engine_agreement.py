"""Studio's evaluation against yggdrasil, the engine inside Unleash's own SDKs, on random flags and contexts.

Left out on purpose, where Studio does otherwise:

- What is broken (an unknown operator, a value that is no number, a missing segment, a share above 100): the engine
  turns the whole flag off, and for some operators an inverted constraint on. In Studio it is the one strategy that
  holds for nobody, inverted or not. Nobody can save such a flag in Studio.
- A list operator without values, inverted: broken for the engine, met by everybody in Studio. Not saved either.
- A parent wanted in some variants, of a parent that gives none: the engine lets the child be on, Studio does not, as
  Unleash's Node SDK. A parent wanted off in some variants: the engine compares the variant that an off flag would have
  given; in Studio variants of an off flag do not count.
- A parent's rollout without a group: the engine hashes the child's name, Studio the parent's own.
- Weights that are all 0: the engine stops with an error, Studio gives no variant.
- Letters and digits outside ASCII in `\\d`, `\\w` and `\\b`: Rust's patterns know them, RE2's do not.
- Quotation marks and backslashes in values and groups, which break the engine's own rule language.
- Chance, but for shares of 0 and 100.
"""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from yggdrasil_engine.engine import UnleashEngine

from studio.core import clock
from studio.flags.evaluation.compiled import compile_state
from studio.flags.evaluation.context import flatten
from tests.flags.evaluation.random_flags import contexts, states


@settings(max_examples=40, deadline=None)
@given(states(), st.lists(contexts, min_size=6, max_size=6))
def test_both_agree(state, asked):
    engine = UnleashEngine()
    engine.take_state(json.dumps(state))
    evaluator = compile_state(state)
    for raw in asked:
        context = flatten(raw, now=clock.local_now())
        for name in ("f0", "f1", "f2", "f3", "f4"):
            theirs = engine.check_variant(name, raw).variant
            ours = evaluator.variant(name, context)
            assert evaluator.is_enabled(name, context) is engine.check_enabled(name, raw).is_enabled, (name, raw)
            assert (ours.name, ours.enabled) == (theirs.name, theirs.enabled), (name, raw)
            assert ours.feature_enabled is theirs.feature_enabled, (name, raw)
            assert ours.as_json().get("payload") == theirs.payload, (name, raw)
