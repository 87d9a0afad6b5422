"""What is wrong with a choice, whatever it would lead to."""

from collections.abc import Iterator

from studio.contract.graph import ERROR_PORT
from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.core.numerals import whole
from studio.runtime.decide import Place
from studio.runtime.outcomes import StepState
from studio.runtime.rerun.facts import Choice, Facts, Given
from studio.runtime.rerun.scopes import around


def problems_of(facts: Facts, choice: Choice) -> tuple[FieldProblem, ...]:
    """Everything, by field; none: a plan can be made."""
    return tuple(_all(facts, choice))


def _all(facts: Facts, choice: Choice) -> Iterator[FieldProblem]:
    if facts.trigger not in facts.graph.nodes:
        words = _("That version no longer has the trigger that started this run.")
        yield FieldProblem("version", "rerun.trigger", words)
        return
    if choice.from_step is not None and choice.from_step not in facts.graph.nodes:
        words = _("That version has no step “%(from_step)s”.", from_step=choice.from_step)
        yield FieldProblem("from_step", "rerun.unknown_step", words)
    elif choice.path is not None:
        yield from _iteration(facts, choice.from_step, choice.path)
    for index, (place, given) in enumerate(choice.given.items()):
        yield from _given(facts, choice, place, given, f"give.{index}")
    for index, place in enumerate(choice.settled):
        past = facts.past.get(place)
        if past is None or not past.doubtful or place[0] not in facts.steps:
            words = _("No call of “%(step)s” is in doubt.", step=place[0])
            yield FieldProblem(f"settle.{index}", "rerun.not_in_doubt", words)


def _iteration(facts: Facts, step: str | None, path: str) -> Iterator[FieldProblem]:
    if step is None or not is_iteration(facts, (step, path)):
        words = _("Choose a step inside a loop, and an item of it by its number, such as 2.")
        yield FieldProblem("path", "rerun.no_iteration", words)
    elif _over(facts, (step, path)):
        yield FieldProblem("path", "rerun.list_gone", _LIST_GONE())


def _LIST_GONE() -> str:  # noqa: N802 - a sentence that is used twice, in the language of whoever reads it
    return _("What that loop went through is no longer known. Start at the loop itself.")


def is_iteration(facts: Facts, place: Place) -> bool:
    """Whether the old run had such a place, as far as its loops say."""
    loops = list(around(facts.graph, place))
    parts = place[1].split(".") if place[1] else []
    if not loops or len(parts) != len(loops) or any(whole(part) is None for part in parts):
        return False
    for (loop, path), part in zip(loops, reversed(parts), strict=True):
        past = facts.past.get((loop, path))
        if past is None or (past.items is not None and int(part) >= past.items.total):
            return False
    return True


def _over(facts: Facts, place: Place) -> bool:
    """Whether a loop around it cannot be opened again."""
    return any(facts.past[loop].items is None for loop in around(facts.graph, place))


def _given(facts: Facts, choice: Choice, place: Place, given: Given, field: str) -> Iterator[FieldProblem]:
    key, path = place
    step = facts.steps.get(key)
    if step is None:
        yield FieldProblem(
            f"{field}.step", "rerun.unknown_step", _("That version has no step “%(from_step)s”.", from_step=key)
        )
        return
    if key == facts.trigger:
        words = _("A trigger is not skipped: give the run other data instead.")
        yield FieldProblem(f"{field}.step", "rerun.skip_trigger", words)
    if step.asks:
        words = _("“%(step)s” asks people: nobody can answer in their place. Decide the request itself.", step=key)
        yield FieldProblem(f"{field}.step", "rerun.skip_gate", words)
    if given.port is not None and given.port not in (*step.ports, ERROR_PORT):
        words = _("“%(step)s” has no way on that is called “%(port)s”.", step=key, port=given.port[:60])
        yield FieldProblem(f"{field}.port", "rerun.unknown_port", words)
    depth = len(list(around(facts.graph, place)))
    if depth != (len(path.split(".")) if path else 0):
        words = _("Choose a step inside a loop, and an item of it by its number, such as 2.")
        yield FieldProblem(f"{field}.path", "rerun.no_iteration", words)
    elif choice.from_step is not None and any(_closed(facts, loop) for loop in around(facts.graph, place)):
        yield FieldProblem(f"{field}.path", "rerun.list_gone", _LIST_GONE())


def _closed(facts: Facts, loop: Place) -> bool:
    past = facts.past.get(loop)
    return past is not None and past.state == StepState.SUCCEEDED and past.items is None
