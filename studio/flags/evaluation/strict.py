"""The door for what somebody saves: everything that evaluation would pass over in silence is refused here."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.flags.evaluation import checks, limits
from studio.flags.evaluation.documents import Feature, Segment, State
from studio.flags.evaluation.prerequisites import dependency_problems
from studio.flags.evaluation.reading import read_feature, read_segment, read_state, refused
from studio.flags.outcomes import Kind


def accept_feature(
    raw: Any, *, features: Mapping[str, Feature], segments: Collection[int], kind: Kind | None = None
) -> Feature:
    """One flag in Unleash's form. Raises UnreadableFlags with all findings, paths such as `strategies.0.name`.

    `features` are the flags of the environment it is for (its own older form among them or not), `segments` the numbers
    of those that exist, `kind` what its variants have to carry (None: anything).
    """
    _refuse(checks.size(raw))
    feature = read_feature(raw)
    _refuse(feature_problems(feature, "", features, segments, kind))
    return feature


def accept_segment(raw: Any) -> Segment:
    """One segment in Unleash's form. Raises UnreadableFlags with all findings."""
    _refuse(checks.size(raw))
    segment = read_segment(raw)
    _refuse(segment_problems(segment, ""))
    return segment


def accept_state(raw: Any) -> State:
    """A whole state, as it is brought in. Raises UnreadableFlags with all findings."""
    _refuse(checks.size(raw))
    state = read_state(raw)
    _refuse(state_problems(state))
    return state


def accept_body(body: bytes) -> State:
    """The same from its bytes, which are not even read where they are too many."""
    if len(body) > limits.BODY_BYTES:
        message = _("Flags may have at most %(most)s kB as JSON.", most=limits.BODY_BYTES // 1000)
        raise refused([FieldProblem("", "flag.too_large", message)])
    try:
        raw = orjson.loads(body)
    except ValueError:
        raise refused([FieldProblem("", "flag.not_json", _("This is not JSON."))]) from None
    return accept_state(raw)


def feature_problems(
    feature: Feature, path: str, features: Mapping[str, Feature], segments: Collection[int], kind: Kind | None
) -> Iterator[FieldProblem]:
    """All that is wrong with a flag that was read."""
    start = f"{path}." if path else ""
    yield from checks.length(feature.name, limits.TEXT_CHARACTERS, f"{start}name")
    yield from checks.amount(feature.strategies, limits.STRATEGIES, f"{start}strategies")
    for index, strategy in enumerate(feature.strategies):
        at = f"{start}strategies.{index}"
        yield from checks.strategy_problems(strategy, at, segments)
        yield from checks.variants_problems(strategy.variants, f"{at}.variants")
        yield from checks.payloads_problems(strategy.variants, f"{at}.variants", kind)
    yield from checks.variants_problems(feature.variants, f"{start}variants")
    yield from checks.payloads_problems(feature.variants, f"{start}variants", kind)
    yield from dependency_problems(feature, features, f"{start}dependencies")


def segment_problems(segment: Segment, path: str) -> Iterator[FieldProblem]:
    """All that is wrong with a segment that was read. It may mean nobody yet: steps of workflows let people in."""
    start = f"{path}." if path else ""
    yield from checks.amount(segment.constraints, limits.CONSTRAINTS, f"{start}constraints")
    yield from checks.constraints_problems(segment.constraints, f"{start}constraints", nobody=True)


def state_problems(state: State) -> Iterator[FieldProblem]:
    """All that is wrong with a state that was read."""
    features = {feature.name: feature for feature in state.features}
    segments = {segment.id for segment in state.segments}
    yield from checks.amount(state.features, limits.FEATURES, "features")
    yield from checks.unique((feature.name for feature in state.features), "features")
    for index, feature in enumerate(state.features):
        yield from feature_problems(feature, f"features.{index}", features, segments, None)
    for index, segment in enumerate(state.segments):
        yield from segment_problems(segment, f"segments.{index}")


def _refuse(found: Iterator[FieldProblem]) -> None:
    problems = list(found)
    if problems:
        raise refused(problems)
