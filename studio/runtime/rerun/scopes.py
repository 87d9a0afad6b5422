"""Which places of an old run start again: a step and all that follows it, everywhere or in one iteration alone."""

from collections.abc import Iterator, Mapping

from studio.contract.graph import BODY_PORT, Graph
from studio.runtime.decide import Place
from studio.runtime.outcomes import StepState
from studio.runtime.rerun.facts import Choice, Facts, Given, Past


def behind(graph: Graph, key: str) -> frozenset[str]:
    """A step, all that follows it, and the bodies of the loops among them."""
    found, work = set[str](), [key]
    while work:
        current = work.pop()
        if current in found:
            continue
        found.add(current)
        work.extend(target for _, target in graph.leaving[current])
        work.extend(graph.children.get(current, ()))
    return frozenset(found)


def after(graph: Graph, key: str) -> frozenset[str]:
    """All that follows a step, without itself and what is inside of it."""
    targets = [target for port, target in graph.leaving[key] if port != BODY_PORT or graph.nodes[target].parent != key]
    return frozenset().union(*(behind(graph, target) for target in targets))


def top_of(graph: Graph, key: str) -> str:
    """The step itself, or the outermost loop whose body it stands in."""
    while (parent := graph.nodes[key].parent) is not None:
        key = parent
    return key


def around(graph: Graph, place: Place) -> Iterator[Place]:
    """The places of all loops around one, the nearest first."""
    key, path = place
    while (parent := graph.nodes[key].parent) is not None:
        key, path = parent, path.rpartition(".")[0]
        yield key, path


def inside(path: str, scope: str) -> bool:
    """Whether a path is an iteration, or one within it."""
    return not scope or path == scope or path.startswith(scope + ".")


class Scopes:
    """What starts again, by rules of (steps, iteration)."""

    def __init__(self, facts: Facts, choice: Choice, given: Mapping[Place, Given]) -> None:
        """`given` are all the places that are not run, whoever says so."""
        self._facts, self._given = facts, given
        self._rules: list[tuple[frozenset[str], str]] = []
        self._opened: set[Place] = set()
        self.anew = choice.from_step is None
        """Nothing is kept."""
        if choice.from_step is None:
            return
        paths = {choice.path} if choice.path is not None else _broken_off(facts, choice.from_step)
        for path in sorted(paths) or [""]:
            self.start(choice.from_step, path)
        for key, path in given:
            self._rules.append((after(facts.graph, key), path))
            self._open(key, path)

    def start(self, key: str, path: str) -> None:
        """A step starts again in one iteration; outside of any, with the outermost loop that it stands in."""
        graph = self._facts.graph
        if not path:
            self._rules.append((behind(graph, top_of(graph, key)), ""))
            return
        self._rules.append((behind(graph, key), path))
        self._open(key, path)

    def _open(self, key: str, path: str) -> None:
        """The loops around go on, and what follows them starts again: their results change."""
        for loop in around(self._facts.graph, (key, path)):
            self._opened.add(loop)
            self._rules.append((after(self._facts.graph, loop[0]), loop[1]))

    def starts_again(self, place: Place) -> bool:
        """Whether nothing of a place is kept."""
        return any(place[0] in steps and inside(place[1], scope) for steps, scope in self._rules)

    def goes_on(self, past: Past) -> bool:
        """Whether a loop goes on with the list that it had."""
        if past.items is None:
            return False
        return is_going(past) or (past.place in self._opened and past.state == StepState.SUCCEEDED)

    def given_up(self, past: Past, loops: Mapping[Place, Past]) -> bool:
        """Whether a failure ended its own iteration alone, in a loop that goes on, and stays so."""
        if past.state != StepState.FAILED or not past.path:
            return False
        loop = loops.get(next(around(self._facts.graph, past.place)))
        anew = any(scope and inside(past.path, scope) for _steps, scope in self._rules)
        return loop is not None and loop.items is not None and loop.items.goes_on and not anew


def is_going(past: Past) -> bool:
    """A loop whose items are known and not all through."""
    return past.items is not None and past.state in (StepState.RUNNING, StepState.CANCELLED)


def _broken_off(facts: Facts, key: str) -> set[str]:
    """The iterations in which a step has not settled; none where a loop around one of them has come to its end."""
    if facts.graph.nodes[key].parent is None:
        return set()
    paths = {path for (node, path), past in facts.past.items() if node == key and past.port is None}
    going = {place for place, past in facts.past.items() if is_going(past)}
    return paths if all(set(around(facts.graph, (key, path))) <= going for path in paths) else set()
