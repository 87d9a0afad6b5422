// Tidy up: layers from top to bottom, a loop's body inside its box. It takes seconds for hundreds of steps, so the page
// asks a worker (tidying.ts).
import dagre from "@dagrejs/dagre";
import { groupId, groupsOf, layoutOf } from "../document/layout";
import { bodyOf, inOrder } from "../document/read";
import { BODY_PORT, type Edge, ERROR_PORT, type Position, type Step, type WorkflowDocument } from "../document/types";
import { CARD, GRID } from "../session/places";
import { type Box, boxesOf } from "./boxes";

interface Size {
  readonly width: number;
  readonly height: number;
}

const LOOP_PAD = { side: 20, head: 100, foot: 40 };
const LOOP_LEAST: Size = { width: 320, height: 180 };

/** What a step looks like, by its key: plain data, so that it reaches a worker. */
export type Looks = { readonly [key: string]: { readonly ports: readonly string[]; readonly width: number } };

/** Steps that keep their places among each other: somebody put them so, under one name. */
interface Block {
  readonly id: string;
  readonly steps: readonly string[];
  readonly box: Box;
}

interface Sheet {
  readonly doc: WorkflowDocument;
  readonly looks: Looks;
  /** The steps that get new places. */
  readonly all: readonly Step[];
  readonly blocks: ReadonlyMap<string, Block>;
  readonly collapsed: ReadonlySet<string>;
}

/** New places; with `only`, those steps alone, around where they were. Groups are moved as a whole. */
export function tidied(
  doc: WorkflowDocument,
  looks: Looks,
  only: ReadonlySet<string> | null = null,
): Map<string, Position> {
  const order = new Map(inOrder(doc).map((key, index) => [key, index]));
  const steps = [...doc.nodes].sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0));
  const places = new Map<string, Position>();
  const all = only ? steps.filter((n) => only.has(n.key)) : steps;
  const keys = new Set(all.map((n) => n.key));
  const tops = all.filter((n) => !n.parent || !keys.has(n.parent));
  const corner = only ? topLeft(tops) : { x: 0, y: 0 };
  const sheet = { doc, looks, all, blocks: blocksOf(doc, looks, keys), collapsed: new Set(layoutOf(doc).collapsed) };
  layOut(sheet, tops, corner, places);
  return places;
}

/** Groups all of whose steps get new places, each under the keys of its steps. Of one group alone the inside is tidied. */
function blocksOf(doc: WorkflowDocument, looks: Looks, keys: ReadonlySet<string>): Map<string, Block> {
  const loops = new Set(doc.nodes.filter((n) => portsIn(looks, n).includes(BODY_PORT)).map((n) => n.type));
  const boxes = boxesOf(
    doc,
    (type) => loops.has(type),
    (step) => looks[step.key]?.width ?? CARD.width,
  );
  const placed = new Set(doc.nodes.filter((n) => n.position).map((n) => n.key));
  const blocks = new Map<string, Block>();
  for (const { id, steps } of groupsOf(doc)) {
    const whole = [...steps, ...steps.flatMap((key) => bodyOf(doc, key).map((n) => n.key))];
    const box = boxes.get(groupId(id));
    if (!box || whole.length === keys.size || !whole.every((key) => keys.has(key) && placed.has(key))) continue;
    for (const key of steps) blocks.set(key, { id: groupId(id), steps: whole, box });
  }
  return blocks;
}

/** Lays out one level, then writes the places of everything inside. Gives the size that it took. */
function layOut(sheet: Sheet, level: readonly Step[], corner: Position, places: Map<string, Position>): Size {
  const { doc, looks, blocks } = sheet;
  const graph = emptyGraph();
  const here = new Set(level.map((n) => n.key));
  const inner = new Map<string, Map<string, Position>>();
  const unit = (key: string): string => blocks.get(key)?.id ?? key;
  for (const step of level) {
    const block = blocks.get(step.key);
    const { width, height } = block ? block.box : sizeOf(sheet, step, inner);
    graph.setNode(unit(step.key), { width, height });
  }
  for (const edge of inPortOrder(doc, level, looks)) {
    const [from, to] = [unit(edge.from), unit(edge.to)];
    if (here.has(edge.from) && here.has(edge.to) && from !== to)
      graph.setEdge(from, to, {}, `${edge.from}/${edge.port}`);
  }
  const laid = arranged(graph);
  for (const step of level) {
    const at = laid.node(unit(step.key));
    const place = { x: grid(corner.x + at.x - at.width / 2), y: grid(corner.y + at.y - at.height / 2) };
    const block = blocks.get(step.key);
    if (block) {
      moveBlock(doc, block, place, places);
      continue;
    }
    places.set(step.key, place);
    for (const [key, inside] of inner.get(step.key) ?? [])
      places.set(key, { x: place.x + inside.x, y: place.y + inside.y });
  }
  const { width = 0, height = 0 } = laid.graph();
  return { width, height };
}

function moveBlock(doc: WorkflowDocument, { steps, box }: Block, place: Position, places: Map<string, Position>): void {
  for (const n of doc.nodes) {
    if (!steps.includes(n.key) || !n.position) continue;
    places.set(n.key, { x: n.position.x + place.x - grid(box.x), y: n.position.y + place.y - grid(box.y) });
  }
}

/** A step's card; of an open loop, room for its body too. */
function sizeOf(sheet: Sheet, step: Step, inner: Map<string, Map<string, Position>>): Size {
  const { looks, all, collapsed } = sheet;
  const body = all.filter((n) => n.parent === step.key);
  const card = { width: looks[step.key]?.width ?? CARD.width, height: CARD.height };
  if (body.length === 0 && !portsIn(looks, step).includes(BODY_PORT)) return card;
  const size = loopSize(sheet, step, body, inner);
  return collapsed.has(step.key) ? card : size;
}

function loopSize(sheet: Sheet, loop: Step, body: readonly Step[], inner: Map<string, Map<string, Position>>): Size {
  const inside = new Map<string, Position>();
  const size = body.length ? layOut(sheet, body, { x: 0, y: 0 }, inside) : { width: 0, height: 0 };
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
