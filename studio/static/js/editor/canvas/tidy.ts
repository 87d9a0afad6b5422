// Tidy up: layers from top to bottom, a loop's body inside its box. It takes seconds for hundreds of steps, so the page
// asks a worker (tidying.ts).
import dagre from "@dagrejs/dagre";
import { inOrder } from "../document/read";
import { BODY_PORT, type Edge, ERROR_PORT, type Position, type Step, type WorkflowDocument } from "../document/types";
import { CARD, GRID } from "../session/places";

interface Size {
  readonly width: number;
  readonly height: number;
}

const LOOP_PAD = { side: 20, head: 100, foot: 40 };
const LOOP_LEAST: Size = { width: 320, height: 180 };

/** What a step looks like, by its key: plain data, so that it reaches a worker. */
export type Looks = { readonly [key: string]: { readonly ports: readonly string[]; readonly width: number } };

/** New places; with `only`, those steps alone, around where they were. */
export function tidied(
  doc: WorkflowDocument,
  looks: Looks,
  only: ReadonlySet<string> | null = null,
): Map<string, Position> {
  const order = new Map(inOrder(doc).map((key, index) => [key, index]));
  const steps = [...doc.nodes].sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0));
  const places = new Map<string, Position>();
  const chosen = only ? steps.filter((n) => only.has(n.key)) : steps;
  const keys = new Set(chosen.map((n) => n.key));
  const tops = chosen.filter((n) => !n.parent || !keys.has(n.parent));
  const corner = only ? topLeft(tops) : { x: 0, y: 0 };
  layOut(doc, looks, chosen, tops, corner, places);
  return places;
}

/** Lays out one level, then writes the places of everything inside. Gives the size that it took. */
function layOut(
  doc: WorkflowDocument,
  looks: Looks,
  all: readonly Step[],
  level: readonly Step[],
  corner: Position,
  places: Map<string, Position>,
): Size {
  const graph = emptyGraph();
  const here = new Set(level.map((n) => n.key));
  const inner = new Map<string, Map<string, Position>>();
  for (const step of level) {
    const body = all.filter((n) => n.parent === step.key);
    const size =
      body.length || portsIn(looks, step).includes(BODY_PORT)
        ? loopSize(doc, looks, all, step, body, inner)
        : { width: looks[step.key]?.width ?? CARD.width, height: CARD.height };
    graph.setNode(step.key, { ...size });
  }
  for (const edge of inPortOrder(doc, level, looks)) {
    if (here.has(edge.from) && here.has(edge.to)) graph.setEdge(edge.from, edge.to, {}, edge.port);
  }
  const laid = arranged(graph);
  for (const step of level) {
    const at = laid.node(step.key);
    const place = { x: grid(corner.x + at.x - at.width / 2), y: grid(corner.y + at.y - at.height / 2) };
    places.set(step.key, place);
    for (const [key, inside] of inner.get(step.key) ?? [])
      places.set(key, { x: place.x + inside.x, y: place.y + inside.y });
  }
  const { width = 0, height = 0 } = laid.graph();
  return { width, height };
}

function loopSize(
  doc: WorkflowDocument,
  looks: Looks,
  all: readonly Step[],
  loop: Step,
  body: readonly Step[],
  inner: Map<string, Map<string, Position>>,
): Size {
  const inside = new Map<string, Position>();
  const size = body.length ? layOut(doc, looks, all, body, { x: 0, y: 0 }, inside) : { width: 0, height: 0 };
  const width = Math.max(LOOP_LEAST.width, size.width + 2 * LOOP_PAD.side);
  const left = grid((width - size.width) / 2);
  const moved = [...inside].map(([key, at]) => [key, { x: at.x + left, y: at.y + LOOP_PAD.head }] as const);
  inner.set(loop.key, new Map(moved));
  return { width, height: Math.max(LOOP_LEAST.height, size.height + LOOP_PAD.head + LOOP_PAD.foot) };
}

type Graph = ReturnType<typeof emptyGraph>;

const emptyGraph = () => {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 40, ranksep: 64, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  return graph;
};

const SEARCHED_UP_TO = 150;

/** Branches in the order of their ports, unless searching for fewer crossings finds fewer. A large graph is not searched:
 * that takes seconds. */
function arranged(graph: Graph): Graph {
  const plain = copied(graph);
  dagre.layout(plain, { disableOptimalOrderHeuristic: true });
  const crossed = crossings(plain);
  if (crossed === 0 || graph.nodeCount() > SEARCHED_UP_TO) return plain;
  const searched = copied(graph);
  dagre.layout(searched);
  return crossings(searched) < crossed ? searched : plain;
}

function copied(graph: Graph): Graph {
  const copy = emptyGraph();
  for (const key of graph.nodes()) copy.setNode(key, { ...graph.node(key) });
  for (const edge of graph.edges()) copy.setEdge(edge.v, edge.w, {}, edge.name);
  return copy;
}

/** How many lines cross, taken as straight. */
function crossings(graph: Graph): number {
  const lines = graph.edges().map(({ v, w }) => ({ v, w, a: graph.node(v), b: graph.node(w) }));
  let count = 0;
  lines.forEach((one, at) => {
    for (const other of lines.slice(at + 1)) {
      if (one.v !== other.v && one.w !== other.w && one.v !== other.w && one.w !== other.v && cross(one, other))
        count += 1;
    }
  });
  return count;
}

interface Line {
  readonly a: Position;
  readonly b: Position;
}

function cross(one: Line, other: Line): boolean {
  const side = (p: Position, q: Position, r: Position): number =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return (
    side(one.a, one.b, other.a) !== side(one.a, one.b, other.b) &&
    side(other.a, other.b, one.a) !== side(other.a, other.b, one.b)
  );
}

/** Edges in the order of their ports, so that the first port's branch stands left. */
function inPortOrder(doc: WorkflowDocument, level: readonly Step[], looks: Looks): Edge[] {
  return level.flatMap((step) => {
    const ports = [...portsIn(looks, step), ERROR_PORT];
    const out = doc.edges.filter((edge) => edge.from === step.key);
    return out.sort((a, b) => ports.indexOf(a.port) - ports.indexOf(b.port));
  });
}

const portsIn = (looks: Looks, step: Step): readonly string[] => looks[step.key]?.ports ?? [];

const grid = (n: number): number => Math.round(n / GRID) * GRID;

function topLeft(steps: readonly Step[]): Position {
  const places = steps.map((n) => n.position ?? { x: 0, y: 0 });
  return { x: Math.min(...places.map((p) => p.x)), y: Math.min(...places.map((p) => p.y)) };
}
