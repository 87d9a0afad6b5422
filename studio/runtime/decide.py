"""What runs next. Pure: what has settled goes in, the names of the next steps come out.

Every edge is open until its source settles; then it is *taken* (the source left by its port) or *dead*. A step starts
once all its incoming edges are decided and at least one was taken; with none taken it is dead itself, and so are the
edges behind it. A join may start earlier. So nothing ever waits for a branch that was not taken.

Inside a loop the same holds per iteration: a place is (node, path), the path being `0.3` for iteration 3 of a loop in
iteration 0 of another.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from studio.contract.graph import BODY_PORT, Graph, Join

Place = tuple[str, str]
"""(node key, iteration path)."""

DONE_PORT = "done"
MISSED_PORT = "missed"
_DEAD = None


@dataclass(slots=True)
class Loop:
    """One loop at one place: how far its iterations are."""

    total: int
    concurrency: int
    started: int = 0
    finished: int = 0
    open: dict[int, int] = field(default_factory=dict)
    """Iteration → steps of it that have not settled."""


@dataclass(slots=True)
class Progress:
    """How far one run is. Only the functions of this module change it."""

    graph: Graph
    settled: dict[Place, str | None] = field(default_factory=dict)
    """The port each settled place left by; None: dead."""
    loops: dict[Place, Loop] = field(default_factory=dict)
    missed: set[Place] = field(default_factory=set)
    """Joins that started although their count can no longer be reached."""
    open_edges: dict[Place, int] = field(default_factory=dict)
    taken: dict[Place, int] = field(default_factory=dict)
    started: set[Place] = field(default_factory=set)


@dataclass(slots=True)
class Next:
    """What follows from one change."""

    ready: list[Place] = field(default_factory=list)
    """Places to start, in the document's order of edges."""
    loops_done: list[Place] = field(default_factory=list)
    """Loops whose last iteration has settled; whoever runs them settles them with their output."""


def begin(graph: Graph, trigger: str) -> tuple[Progress, Next]:
    """Start at one trigger; every other way in is dead."""
    progress, following = Progress(graph), Next(ready=[(trigger, "")])
    progress.started.add((trigger, ""))
    dead = [
        (key, "")
        for key, incoming in graph.into.items()
        if not incoming and key != trigger and graph.nodes[key].parent is None
    ]
    _settle_all(progress, [(place, _DEAD) for place in dead], following)
    return progress, following


def settle(progress: Progress, place: Place, port: str) -> Next:
    """A step left by a port: what is ready now?"""
    following = Next()
    _settle_all(progress, [(place, port)], following)
    return following


def expand(progress: Progress, place: Place, total: int, concurrency: int) -> Next:
    """A loop knows its items: which first steps of which iterations are ready?"""
    following = Next()
    loop = progress.loops[place] = Loop(total, max(1, concurrency))
    if total == 0 or not progress.graph.children.get(place[0]):
        following.loops_done.append(place)
        return following
    work: deque[tuple[Place, str | None]] = deque()
    for _ in range(min(loop.concurrency, total)):
        _start_iteration(progress, place, loop, work, following)
    _settle_all(progress, work, following)
    return following


def abandon(progress: Progress, loop_place: Place, index: int) -> tuple[Next, list[Place]]:
    """Give up one iteration. Also returns the places of it that had started and not settled."""
    following = Next()
    loop, path = progress.loops[loop_place], child_path(loop_place[1], index)
    unsettled = [place for place in progress.started if _inside(place[1], path) and place not in progress.settled]
    for key in progress.graph.children.get(loop_place[0], ()):
        progress.settled.setdefault((key, path), _DEAD)
    for place in unsettled:
        progress.settled.setdefault(place, _DEAD)
    work: deque[tuple[Place, str | None]] = deque()
    _finish_iteration(progress, loop_place, loop, index, work, following)
    _settle_all(progress, work, following)
    return following, unsettled


@dataclass(frozen=True, slots=True)
class Fact:
    """What the ledger says of one place."""

    port: str | None = None
    """The port it left by, once it has succeeded."""
    total: int | None = None
    """A loop that is still going: how many items."""
    concurrency: int = 1
    abandoned: bool = False
    """It failed, and its iteration was given up for it."""


def replay(graph: Graph, trigger: str, facts: Mapping[Place, Fact]) -> tuple[Progress, list[Place], list[Place]]:
    """Rebuild the progress from what was recorded.

    Returns (progress, places ready that nothing is recorded of or that are still under way, loops that are done but
    not settled), the same whatever order the facts were written in.
    """
    progress, following = begin(graph, trigger)
    queue, left, loops_done = deque(following.ready), list[Place](), list[Place](following.loops_done)
    while queue or loops_done:
        while loops_done and not queue:
            place = loops_done.pop(0)
            if facts.get(place, Fact()).port is None:
                left.append(place)
                continue
            queue.extend(_walk(progress, place, facts[place], loops_done))
        if queue:
            place = queue.popleft()
            fact = facts.get(place)
            if fact is None or (fact.port is None and fact.total is None and not fact.abandoned):
                left.append(place)
            else:
                queue.extend(_walk(progress, place, fact, loops_done))
    left = [place for place in left if place not in progress.settled]  # not what an abandoned iteration had begun
    return progress, left, [place for place in left if place in progress.loops]


def _walk(progress: Progress, place: Place, fact: Fact, loops_done: list[Place]) -> list[Place]:
    if fact.port is not None:
        following = settle(progress, place, fact.port)
    elif fact.abandoned:
        owner = owner_of(progress.graph, place)
        if owner is None or place in progress.settled:
            return []
        following, _ = abandon(progress, owner[0], owner[1])
    else:
        following = expand(progress, place, fact.total or 0, fact.concurrency)
    loops_done.extend(following.loops_done)
    return following.ready


def owner_of(graph: Graph, place: Place) -> tuple[Place, int] | None:
    """The loop whose body a place stands in, and the iteration; None at the top."""
    parent = graph.nodes[place[0]].parent
    if parent is None:
        return None
    outer, _, index = place[1].rpartition(".")
    return (parent, outer), int(index)


def child_path(path: str, index: int) -> str:
    """The path of an iteration of a loop that stands at `path`."""
    return f"{path}.{index}" if path else str(index)


def prefixes(path: str) -> Iterable[str]:
    """Every scope that a place sees, outermost first: "", "0", "0.3"."""
    yield ""
    parts = path.split(".") if path else []
    for end in range(1, len(parts) + 1):
        yield ".".join(parts[:end])


def _inside(path: str, scope: str) -> bool:
    return path == scope or path.startswith(scope + ".")


def _settle_all(progress: Progress, first: Iterable[tuple[Place, str | None]], following: Next) -> None:
    work = deque(first)
    while work:
        place, port = work.popleft()
        if place in progress.settled:
            continue
        progress.settled[place] = port
        for edge_port, target in progress.graph.leaving[place[0]]:
            if edge_port == BODY_PORT and progress.graph.nodes[target].parent == place[0]:
                continue  # into a loop's body: decided per iteration
            _arrive(progress, (target, place[1]), taken=edge_port == port, work=work, following=following)
        owner = owner_of(progress.graph, place)
        if owner is not None:
            _count_down(progress, owner[0], owner[1], work, following)


def _arrive(
    progress: Progress, place: Place, *, taken: bool, work: deque[tuple[Place, str | None]], following: Next
) -> None:
    if place in progress.started or place in progress.settled:
        return
    edges, arrived = progress.open_edges, progress.taken
    left = edges[place] = edges.get(place, len(progress.graph.into[place[0]])) - 1
    count = arrived[place] = arrived.get(place, 0) + taken
    verdict = _readiness(progress.graph.nodes[place[0]].join, left, count)
    if verdict == "dead":
        work.append((place, _DEAD))
    elif verdict != "open":
        progress.started.add(place)
        if verdict == "missed":
            progress.missed.add(place)
        following.ready.append(place)


def _readiness(join: Join | None, left: int, taken: int) -> str:
    """`open`, `ready`, `missed` or `dead`, from the edges still open and those taken."""
    needed = 1 if join is not None and join.mode == "any" else join.count if join is not None else 0
    early = join is not None and join.mode in ("any", "count")
    if early and taken >= needed:
        return "ready"
    if left > 0:
        return "open"
    if taken == 0:
        return "dead"
    return "missed" if early else "ready"


def _start_iteration(
    progress: Progress, place: Place, loop: Loop, work: deque[tuple[Place, str | None]], following: Next
) -> None:
    index, loop.started = loop.started, loop.started + 1
    body, path = progress.graph.children.get(place[0], ()), child_path(place[1], index)
    loop.open[index] = len(body)
    for key in body:
        if not progress.graph.into[key]:
            work.append(((key, path), _DEAD))
    for edge_port, target in progress.graph.leaving[place[0]]:
        if edge_port == BODY_PORT:
            _arrive(progress, (target, path), taken=True, work=work, following=following)


def _count_down(
    progress: Progress, place: Place, index: int, work: deque[tuple[Place, str | None]], following: Next
) -> None:
    loop = progress.loops.get(place)
    if loop is None or index not in loop.open:
        return
    loop.open[index] -= 1
    if loop.open[index] == 0:
        _finish_iteration(progress, place, loop, index, work, following)


def _finish_iteration(
    progress: Progress,
    place: Place,
    loop: Loop,
    index: int,
    work: deque[tuple[Place, str | None]],
    following: Next,
) -> None:
    loop.open.pop(index, None)
    loop.finished += 1
    if loop.finished == loop.total:
        following.loops_done.append(place)
    elif loop.started < loop.total:
        _start_iteration(progress, place, loop, work, following)
